//! Message type: problem before question before opportunity before praise before noise.

use pointsman_plugin::{Interaction, Kind, Reason};
use words::{Kind as TokenKind, Token};

use crate::cues::{Type, Words, scan};
use crate::level::Level;
use crate::options::Options;

/// Words named in a reason.
const NAMED_MAX: usize = 4;

/// What kind of message it is, and what that is worth.
#[must_use]
pub fn message_type(interaction: &Interaction, tokens: &[Token], words: &Words, options: &Options) -> Level {
    let (kind, reason) = found(interaction).unwrap_or_else(|| judge(interaction, tokens, words));
    Level { level: options.type_level(kind), reason }
}

/// What a classifier found.
fn found(interaction: &Interaction) -> Option<(Type, Reason)> {
    let name = interaction.signal("type")?.value.as_text()?;
    let kind = match name {
        "problem" | "complaint" | "incident" => Type::Problem,
        "question" | "request" => Type::Question,
        "opportunity" | "lead" | "quote-request" => Type::Opportunity,
        "praise" | "thanks" => Type::Praise,
        "noise" | "spam" | "advertising" => Type::Noise,
        "other" => Type::Other,
        _ => return None,
    };
    Some((kind, Reason::new("type-found", format!("A classifier found that it is of type {name}.")).with("type", name)))
}

/// Without one: words, marks and feelings.
fn judge(interaction: &Interaction, tokens: &[Token], words: &Words) -> (Type, Reason) {
    let mut cues: Vec<(Type, &str)> = Vec::new();
    scan(&words.types, tokens, |(kind, entry)| cues.extend(kind.map(|kind| (kind, &**entry))));
    let negative = feels(interaction, "negative") || interaction.rating.is_some_and(|rating| rating <= 0.3);
    let positive = feels(interaction, "positive") || interaction.rating.is_some_and(|rating| rating >= 0.8);
    let asked = tokens.iter().any(|token| token.is_mark("?"));
    let has = |kind: Type| cues.iter().any(|(found, _)| *found == kind);
    let wordless = !tokens.iter().any(|token| matches!(token.kind, TokenKind::Word | TokenKind::Emoji | TokenKind::Face));
    let kind = if has(Type::Noise) {
        Type::Noise
    } else if has(Type::Problem) && !(positive && !negative && has(Type::Praise)) || negative && !has(Type::Opportunity) {
        Type::Problem
    } else if has(Type::Opportunity) || interaction.kind == Kind::Lead {
        Type::Opportunity
    } else if asked || has(Type::Question) && !has(Type::Praise) {
        Type::Question
    } else if has(Type::Praise) || positive {
        Type::Praise
    } else if wordless && interaction.attachments.is_empty() && interaction.withheld.is_empty() {
        Type::Noise
    } else {
        Type::Other
    };
    (kind, reason(kind, &cues))
}

fn feels(interaction: &Interaction, label: &str) -> bool {
    interaction.signal("sentiment").and_then(|signal| signal.value.as_text()) == Some(label)
}

fn reason(kind: Type, cues: &[(Type, &str)]) -> Reason {
    let mut named: Vec<&str> = Vec::new();
    for (_, entry) in cues.iter().filter(|(found, _)| *found == kind) {
        if named.len() < NAMED_MAX && !named.contains(entry) {
            named.push(entry);
        }
    }
    let named = named.join(", ");
    let (code, text) = match kind {
        Type::Problem => ("type-problem", "Something is wrong"),
        Type::Question => ("type-question", "Something is asked"),
        Type::Opportunity => ("type-opportunity", "Somebody may want to buy"),
        Type::Praise => ("type-praise", "Somebody is pleased"),
        Type::Noise => ("type-noise", "There is nothing to answer"),
        Type::Other => ("type-other", "It is neither problem nor question, opportunity or praise"),
    };
    if named.is_empty() {
        return Reason::new(code, format!("{text}."));
    }
    Reason::new(format!("{code}-words"), format!("{text}: {named}.")).with("words", named)
}
