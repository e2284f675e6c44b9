//! Mentions that listening services have found: their exports as CSV, NDJSON or JSON, posted to the hook or fetched from an address.
//!
//! Every service names its columns in its own way; the settings say which is which, and what they do not say is guessed from the names
//! that services use. A row that cannot be read becomes an `unsupported` fact, and harms no other.

mod columns;
mod date;
mod poll;
mod row;
mod rows;
mod settings;
#[cfg(test)]
mod tests;

use pointsman_plugin::{Delivery, Failure, Feed, Page, Plugin, Problem, Reception, Refusal, Timestamp, Webhook, plugin};

pub use columns::Columns;
pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Listening {
    settings: Settings,
}

/// Facts of one delivery or page, the contract's limit.
const FACTS_MAX: usize = 1_000;

impl Plugin for Listening {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        match settings.problems() {
            problems if problems.is_empty() => Ok(Self { settings }),
            problems => Err(problems),
        }
    }
}

impl Webhook for Listening {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let rows = rows::read(&delivery.body, &self.settings)?;
        if rows.len() > FACTS_MAX {
            return Err(Refusal::Unsupported(format!(
                "{} rows in one delivery, {FACTS_MAX} is the most: send them in parts, or let them be polled",
                rows.len()
            )));
        }
        Ok(Reception::of(rows.iter().map(|row| row::fact(row, &self.settings)).collect()))
    }
}

impl Feed for Listening {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        poll::poll(&self.settings, cursor, now)
    }
}

plugin!(Listening: webhook, feed);
