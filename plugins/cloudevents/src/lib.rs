//! CloudEvents 1.0 over HTTP: structured, batched, and binary with `ce-` headers.
//!
//! What an event means is not in the envelope: the settings say which types are something that a person said, and where in them author
//! and words stand. Every other event is kept as something that happened, such as a visit to a shop or an order.

mod envelope;
mod mapping;
mod reading;
mod settings;
#[cfg(test)]
mod tests;

use pointsman_plugin::{Delivery, Fact, Note, Plugin, Problem, Reception, Refusal, Timestamp, Webhook, plugin};

pub use mapping::Mapping;
pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct CloudEvents {
    settings: Settings,
}

/// Facts of one delivery, the contract's limit.
const FACTS_MAX: usize = 1_000;

impl Plugin for CloudEvents {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        match settings.problems() {
            problems if problems.is_empty() => Ok(Self { settings }),
            problems => Err(problems),
        }
    }
}

impl Webhook for CloudEvents {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let events = envelope::events(delivery)?;
        if events.len() > FACTS_MAX {
            return Err(Refusal::Unsupported(format!("{} events in one delivery, {FACTS_MAX} is the most", events.len())));
        }
        Ok(Reception::of(events.iter().map(|event| self.fact(event)).collect()))
    }
}

impl CloudEvents {
    fn fact(&self, event: &serde_json::Value) -> Fact {
        let missing = ["id", "source", "type"].into_iter().find(|name| lenient::text(event, name).is_none());
        match missing {
            Some(name) => Fact::unsupported(Note { text: Some(format!("the event has no `{name}`")), ..Note::new("event") }),
            None => reading::fact(event, &self.settings),
        }
    }
}

plugin!(CloudEvents: webhook);
