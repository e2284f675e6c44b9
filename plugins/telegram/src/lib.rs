//! Telegram's Bot API: updates pushed or fetched as facts, replies as messages of the bot.
//!
//! An update is read by its one field beside `update_id`. Ids of messages count within a chat, so every id is `chat:message`; a topic's
//! conversation is `chat:topic`. An update of a kind that is not known becomes an `unsupported` fact.

mod content;
mod entity;
mod feed;
mod message;
mod note;
mod person;
mod place;
mod sender;
mod settings;
#[cfg(test)]
mod tests;
mod update;

use pointsman_plugin::{
    Delivered, Delivery, Failure, Feed, Outbound, Page, Plugin, Problem, Reception, Refusal, Sender, Timestamp, Undelivered, Webhook,
    plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Telegram {
    settings: Settings,
}

impl Plugin for Telegram {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        Ok(Self { settings: settings.checked()? })
    }
}

impl Webhook for Telegram {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        Ok(Reception::of(update::facts(&lenient::document(&delivery.body)?, &self.settings)))
    }
}

impl Feed for Telegram {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        feed::poll(&self.settings, cursor, now)
    }
}

impl Sender for Telegram {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, _outbound: &Outbound, _now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        Err(Undelivered::Never("a bot cannot look into a chat: a person has to look whether it arrived".to_owned()))
    }
}

plugin!(Telegram: webhook, feed, sender);
