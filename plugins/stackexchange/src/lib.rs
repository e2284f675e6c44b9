//! Stack Exchange: questions, answers and comments about the company, polled.
//!
//! The API asks for rests: `backoff` in an answer has to be kept, and the day's quota ends at midnight UTC. Both become the time of the
//! next poll.

mod poll;
mod post;
mod settings;
#[cfg(test)]
mod tests;

use pointsman_plugin::{Failure, Feed, Page, Plugin, Problem, Timestamp, plugin};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct StackExchange {
    settings: Settings,
}

impl Plugin for StackExchange {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        match settings.problems() {
            problems if problems.is_empty() => Ok(Self { settings }),
            problems => Err(problems),
        }
    }
}

impl Feed for StackExchange {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        poll::poll(&self.settings, cursor, now)
    }
}

plugin!(StackExchange: feed);
