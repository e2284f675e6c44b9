//! Any signed webhook with a JSON body: the settings choose the signature scheme, which the host verifies, and say by JSON pointers where
//! in the body everything stands.
//!
//! Nothing is lost: what a mapping does not understand becomes an `unsupported` fact, with the reason as its text; only a body that is no
//! JSON at all is refused, and waits in quarantine.

mod check;
mod document;
mod fields;
mod reader;
mod settings;
mod source;

use pointsman_plugin::{Delivery, Fact, Plugin, Problem, Reception, Refusal, Response, Timestamp, Webhook, plugin};

use crate::document::{Document, Items};
use crate::reader::Reader;
pub use crate::settings::Settings;

/// Facts of one delivery, the contract's limit.
const FACTS_MAX: usize = 1_000;

/// The configured connector.
#[derive(Debug)]
pub struct Json {
    settings: Settings,
}

impl Plugin for Json {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        if settings.is_bare() {
            return Ok(Self { settings: Settings::by_hand() });
        }
        match check::problems(&settings) {
            problems if problems.is_empty() => Ok(Self { settings }),
            problems => Err(problems),
        }
    }
}

impl Webhook for Json {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        if delivery.body.is_empty() && matches!(delivery.method.as_str(), "GET" | "HEAD") {
            return Ok(self.answered(Vec::new()));
        }
        let document = Document::parse(&delivery.body)?;
        if let Some(echo) = self.challenge(&document) {
            return Ok(echo);
        }
        let facts = self.facts(&document, delivery)?;
        Ok(self.answered(facts))
    }
}

impl Json {
    fn facts(&self, document: &Document<'_>, delivery: &Delivery) -> Result<Vec<Fact>, Refusal> {
        let reader = Reader::new(&self.settings, document, delivery);
        let Some(pointer) = &self.settings.items else {
            return Ok(vec![reader.fact(document)]);
        };
        match document.items(pointer) {
            Items::Missing => Ok(vec![reader.unsupported(None, format!("there is nothing at `{pointer}`"))]),
            Items::One(item) => Ok(vec![reader.fact(&item)]),
            Items::Many(items) if items.len() > FACTS_MAX => {
                Err(Refusal::Unsupported(format!("{} items in one delivery, {FACTS_MAX} is the most", items.len())))
            }
            Items::Many(items) => Ok(items.iter().map(|item| reader.fact(item)).collect()),
        }
    }

    fn answered(&self, facts: Vec<Fact>) -> Reception {
        let answer = &self.settings.answer;
        let response = Response::new(answer.status);
        let response = if answer.body.is_empty() { response } else { response.body(&answer.content_type, answer.body.as_str()) };
        Reception { answer: response, ..Reception::of(facts) }
    }

    /// The answer to a channel that wants its own words back before it delivers anything.
    fn challenge(&self, document: &Document<'_>) -> Option<Reception> {
        let challenge = self.settings.challenge.as_ref()?;
        let due = challenge.when.as_ref().is_none_or(|when| document.text(&when.pointer).is_some_and(|text| text == when.equals));
        let echo = document.text(&challenge.pointer).filter(|_| due)?;
        Some(Reception { answer: Response::new(200).body("text/plain; charset=utf-8", echo), ..Reception::of(Vec::new()) })
    }
}

plugin!(Json: webhook);

#[cfg(test)]
mod tests;
