//! The policy as a plugin: a prioritizer and a router. Without a prioritizer before it, the router scores as well.
//!
//! What classifiers found comes as signals; over HTTP, where this plugin stands alone behind a connector, as attributes of the same names.

use pointsman_plugin::settings::NoSettings;
use pointsman_plugin::{
    Factor, Interaction, Kind, Plugin, Prioritizer, Priority, Problem, Reason, Router, Routing, ServiceLevel, Situation, Target, Value,
    Visibility, plugin,
};
use policy::{AuthorSubject, Engagement, Outcome, SignalSubject, Subject, decide};

/// The plugin.
struct Policy;

impl Plugin for Policy {
    type Settings = NoSettings;

    fn configure(_: NoSettings) -> Result<Self, Vec<Problem>> {
        Ok(Self)
    }
}

impl Prioritizer for Policy {
    fn prioritize(&self, interaction: &Interaction, _: &Situation) -> Priority {
        let score = f32::from(i16::try_from(outcome(interaction).score).unwrap_or_default());
        Priority {
            score,
            factors: vec![Factor { name: "rules".to_owned(), level: score / 100.0, weight: 100.0, reason: Reason::default() }],
        }
    }
}

impl Router for Policy {
    fn route(&self, interaction: &Interaction, _: &Situation, _: Option<&Priority>) -> Routing {
        let outcome = outcome(interaction);
        let score = u32::try_from(outcome.score).unwrap_or_default();
        Routing::assign(vec![Target::queue(outcome.queue)], ServiceLevel::default())
            .because(Reason::new(outcome.rule, outcome.rule).with("score", score))
    }
}

fn outcome(interaction: &Interaction) -> Outcome {
    let signals = SignalSubject {
        sentiment: text(interaction, "sentiment").unwrap_or_default(),
        topic: text(interaction, "topic").unwrap_or_default(),
        urgency: number(interaction, "urgency"),
        spam: number(interaction, "spam"),
    };
    let channel = interaction.attribute("channel").and_then(Value::as_text);
    decide(&Subject {
        text: &interaction.text,
        channel: channel.unwrap_or(&interaction.channel),
        kind: kind(interaction.kind),
        visibility: if interaction.visibility == Visibility::Public { "public" } else { "private" },
        language: interaction.language.as_deref().unwrap_or_default(),
        rating: f64::from(interaction.rating.unwrap_or_default()),
        author: interaction.author.as_ref().map(author).unwrap_or_default(),
        signals,
        engagement: Engagement { shares: interaction.engagement.map_or(0, |engagement| whole(engagement.shares)) },
    })
}

fn author(author: &pointsman_plugin::Author) -> AuthorSubject {
    AuthorSubject { followers: author.followers.map_or(0, whole), verified: author.verified, bot: author.bot }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn found<'a>(interaction: &'a Interaction, name: &str) -> Option<&'a Value> {
    interaction.signal(name).map(|signal| &signal.value).or_else(|| interaction.attribute(name))
}

fn text<'a>(interaction: &'a Interaction, name: &str) -> Option<&'a str> {
    found(interaction, name)?.as_text()
}

fn number(interaction: &Interaction, name: &str) -> f64 {
    match found(interaction, name) {
        Some(Value::Number(number)) => *number,
        Some(Value::Text(text)) => text.parse().unwrap_or_default(),
        _ => 0.0,
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Comment => "comment",
        Kind::Post => "post",
        Kind::Mention => "mention",
        Kind::Review => "review",
        Kind::Lead => "lead",
        _ => "other",
    }
}

plugin!(Policy: prioritizer, router);
