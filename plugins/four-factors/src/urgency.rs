//! Urgency: what the words say, how often it was said, and how it feels.

use pointsman_plugin::{Interaction, Reason, Situation, Trigger, Value};
use words::Token;

use crate::cues::{Haste, HasteWord, Words, scan};
use crate::level::{Level, together, unit};

/// Each further message without an answer adds, up to the last.
const REPEATED: [f32; 5] = [0.0, 0.0, 0.25, 0.4, 0.5];
const REPEATED_MAX: f32 = 0.6;
const BREACHED: f32 = 0.6;
const REOPENED: f32 = 0.35;
/// What a sentiment of −1 adds.
const UNHAPPY: f32 = 0.35;
const UNHAPPY_LABEL: f32 = 0.25;
const BAD_RATING: f32 = 0.2;
/// Words named in a reason.
const NAMED_MAX: usize = 4;

struct Sign {
    level: f32,
    reason: Reason,
}

/// How urgent it is.
#[must_use]
pub fn urgency(interaction: &Interaction, situation: &Situation, tokens: &[Token], words: &Words) -> Level {
    let mut signs: Vec<Sign> = Vec::new();
    signs.extend(spoken(tokens, words));
    signs.extend(found(interaction));
    signs.extend(repeated(situation));
    signs.extend(asked_again(situation));
    signs.extend(unhappy(interaction));
    let level = together(signs.iter().map(|sign| sign.level));
    let others = signs.len().saturating_sub(1);
    let strongest = signs.into_iter().reduce(|best, sign| if sign.level > best.level { sign } else { best });
    let reason = match strongest {
        Some(sign) if others > 0 => also(sign.reason, others),
        Some(sign) => sign.reason,
        None if interaction.withheld.iter().any(|field| field == "text") => Reason::new("urgency-unread", "The text was not granted."),
        None => Reason::new("urgency-none", "Nothing makes haste."),
    };
    Level { level, reason }
}

/// The strongest sign gives the reason; that there are more is part of it.
fn also(reason: Reason, others: usize) -> Reason {
    let others = u32::try_from(others).unwrap_or(u32::MAX);
    let signs = if others == 1 { "sign" } else { "signs" };
    let text = format!("{} And {others} more {signs} of urgency.", reason.text);
    Reason { code: format!("{}-and-more", reason.code), text, ..reason.with("others", others) }
}

fn spoken(tokens: &[Token], words: &Words) -> Option<Sign> {
    let mut found: Vec<&HasteWord> = Vec::new();
    scan(&words.haste, tokens, |word| {
        if word.strength > 0.0 && !found.iter().any(|known| known.entry == word.entry) {
            found.push(word);
        }
    });
    let strongest = found.iter().copied().reduce(|best, word| if word.strength > best.strength { word } else { best })?;
    let of_kind = found.iter().filter(|word| word.haste == strongest.haste).take(NAMED_MAX);
    let named = of_kind.map(|word| &*word.entry).collect::<Vec<_>>().join(", ");
    // One strong word says it; the weaker ones beside it add a little.
    let rest = found.iter().filter(|word| !std::ptr::eq(**word, strongest)).map(|word| word.strength * 0.3);
    let level = together(std::iter::once(strongest.strength).chain(rest));
    let (code, start) = match strongest.haste {
        Haste::Danger => ("urgency-danger", "It speaks of danger"),
        Haste::Money => ("urgency-money", "It speaks of stolen money or identity"),
        Haste::Deadline => ("urgency-deadline", "It names a time"),
        Haste::Legal => ("urgency-legal", "It speaks of lawyers, authorities or the press"),
        Haste::Outage => ("urgency-outage", "Something has stopped"),
        Haste::Waiting => ("urgency-waiting", "Somebody has been waiting"),
        Haste::Own | Haste::Calm => ("urgency-own", "It has words that are urgent here"),
    };
    Some(Sign { level, reason: Reason::new(code, format!("{start}: {named}.")).with("words", named) })
}

/// What a classifier found.
fn found(interaction: &Interaction) -> Option<Sign> {
    let level = match &interaction.signal("urgency")?.value {
        Value::Number(number) => settings::single(*number),
        Value::Flag(flag) => f32::from(u8::from(*flag)),
        Value::Text(text) => match text.as_str() {
            "critical" => 1.0,
            "high" => 0.75,
            "medium" | "normal" => 0.3,
            _ => 0.0,
        },
        Value::Texts(_) => 0.0,
    };
    let level = unit(level);
    (level > 0.0).then(|| Sign { level, reason: Reason::new("urgency-found", "A classifier found it urgent.") })
}

/// Somebody who writes again without an answer.
fn repeated(situation: &Situation) -> Option<Sign> {
    let count = situation.unanswered_count;
    let level = usize::try_from(count).ok().and_then(|count| REPEATED.get(count)).copied().unwrap_or(REPEATED_MAX);
    let reason = || Reason::new("urgency-repeated", format!("{count} times without an answer.")).with("count", count);
    (level > 0.0).then(|| Sign { level, reason: reason() })
}

fn asked_again(situation: &Situation) -> Option<Sign> {
    match &situation.trigger {
        Trigger::Breached(name) => Some(Sign {
            level: BREACHED,
            reason: Reason::new("urgency-breached", format!("The service level {name} broke.")).with("name", name.clone()),
        }),
        Trigger::Reopened => Some(Sign { level: REOPENED, reason: Reason::new("urgency-reopened", "The case was opened again.") }),
        _ => None,
    }
}

fn unhappy(interaction: &Interaction) -> Option<Sign> {
    let score = interaction.signal("sentiment-score").and_then(|signal| signal.value.as_number()).map(settings::single);
    let label = interaction.signal("sentiment").and_then(|signal| signal.value.as_text());
    let felt = match (score, label) {
        (Some(score), _) => unit(-score) * UNHAPPY,
        (None, Some("negative")) => UNHAPPY_LABEL,
        _ => 0.0,
    };
    let rated = if interaction.rating.is_some_and(|rating| rating <= 0.25) { BAD_RATING } else { 0.0 };
    let level = felt.max(rated);
    (level > 0.0).then(|| Sign { level, reason: Reason::new("urgency-unhappy", "The customer is unhappy.") })
}
