//! The WhatsApp Business Platform (Cloud API): messages of every type, receipts, the app's own messages in coexistence, groups, calls, and
//! the news of account, numbers and templates; replies, files and templates.
//!
//! A person may have no phone number: then they are known by their business-scoped id (`US.1349…`). All fields of an app come to one
//! address, so whatever is not a message is a system fact, and nobody is answered because of it.

mod account;
mod body;
mod call;
mod message;
mod person;
mod send;
mod settings;
mod status;
#[cfg(test)]
mod tests;

use graph::{Api, Entry, note};
use lenient::{list, object, text};
use pointsman_plugin::{
    Delivered, Delivery, Direction, Fact, Outbound, Plugin, Problem, Reception, Refusal, Sender, Timestamp, Undelivered, Webhook, plugin,
};
use serde_json::Value;

use person::Place;
pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Whatsapp {
    settings: Settings,
    api: Api,
}

impl Plugin for Whatsapp {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        Ok(Self { api: Api::new(&settings.checked()?), settings })
    }
}

impl Webhook for Whatsapp {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let facts = graph::read(&delivery.body, |entry| entry.changes().flat_map(|change| changed(change, entry)).collect())?;
        Ok(Reception::of(facts))
    }
}

/// What one change tells, in the order in which the channel documents its lists.
fn changed(change: &Value, entry: &Entry<'_>) -> Vec<Fact> {
    let field = text(change, "field").unwrap_or("change");
    let Some(value) = object(change, "value") else {
        return vec![entry.unsupported(note(field, entry.time), change)];
    };
    let place = Place::of(value, entry);
    let mut facts = Vec::new();
    facts.extend(list(value, "messages").iter().map(|one| message::fact(one, &place, Direction::Inbound)));
    facts.extend(list(value, "message_echoes").iter().map(|one| message::fact(one, &place, Direction::Echo)));
    facts.extend(list(value, "statuses").iter().map(|one| status::fact(one, &place)));
    facts.extend(list(value, "calls").iter().map(|one| call::fact(one, &place)));
    facts.extend(account::lists(value, &place));
    if facts.is_empty() {
        facts.push(account::changed(field, value, &place));
    }
    facts
}

impl Sender for Whatsapp {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.api, &self.settings, key, outbound, now).map(Delivered::Sent)
    }

    fn find(&self, _key: &str, _outbound: &Outbound, _now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        // Sent messages cannot be listed; the receipts name the key, but not to us.
        Err(Undelivered::Never("WhatsApp does not tell what was sent: a person has to look".to_owned()))
    }
}

plugin!(Whatsapp: webhook, sender);
