//! Events of rooms, as transactions, `sync` and single documents bring them. Source: the Matrix specification, client-server API 1.11 and
//! application service API 1.11.

use lenient::{fingerprint, given, id, list, object, text, time};
use pointsman_plugin::{Author, Fact, Note, Reaction, Removal};
use serde_json::Value;

use crate::settings::Settings;
use crate::{message, receipt};

/// What a transaction tells: its events, or, from a document that is no transaction, its own.
pub(crate) fn transaction(body: &Value, settings: &Settings) -> Vec<Fact> {
    if object(body, "rooms").is_some() {
        return crate::sync::facts(body, settings);
    }
    let lists = ["events", "ephemeral", "de.sorunome.msc2409.ephemeral", "pdus", "edus"];
    let is_transaction = lists.iter().any(|name| body.get(name).is_some_and(Value::is_array));
    if !is_transaction {
        return facts(body, None, settings);
    }
    let events = lists.iter().flat_map(|name| list(body, name).iter().take(EVENTS_MAX));
    events.flat_map(|event| facts(event, None, settings)).collect()
}

/// What an event tells. `room` is where it stands, when it does not say so itself.
pub(crate) fn facts(event: &Value, room: Option<&str>, settings: &Settings) -> Vec<Fact> {
    let event = Event { json: event, room: id(event, "room_id").or_else(|| room.map(str::to_owned)), settings };
    let told = match event.name() {
        "m.receipt" => receipt::facts(&event),
        // How things stand just now, which is nothing that happened.
        "m.typing" | "m.presence" | "m.fully_read" | "m.direct" | "m.tag" | "m.push_rules" => return Vec::new(),
        "m.room.message" | "m.sticker" | "m.poll.start" | "org.matrix.msc3381.poll.start" => message::fact(&event).into_iter().collect(),
        "m.reaction" => event.reacted().into_iter().collect(),
        "m.room.redaction" => event.removed().into_iter().collect(),
        _ => Vec::new(),
    };
    let told = if told.is_empty() { vec![event.happened()] } else { told };
    told.into_iter().map(|fact| Fact { account: settings.user_id.clone(), ..fact }).collect()
}

/// An event, and where it stands.
pub(crate) struct Event<'a> {
    pub(crate) json: &'a Value,
    pub(crate) room: Option<String>,
    pub(crate) settings: &'a Settings,
}

impl Event<'_> {
    pub(crate) fn name(&self) -> &str {
        text(self.json, "type").unwrap_or_default()
    }

    pub(crate) fn at(&self) -> Option<u64> {
        time(self.json, "origin_server_ts")
    }

    /// Who sent it. Their name stands in their membership, not here.
    pub(crate) fn author(&self) -> Option<Author> {
        let id = id(self.json, "sender").or_else(|| id(self.json, "user_id"))?;
        let own_membership = self.name() == "m.room.member" && text(self.json, "state_key") == Some(id.as_str());
        let name = text(self.json, "/content/displayname").filter(|_| own_membership);
        let handle = id.strip_prefix('@').map(str::to_owned);
        Some(Author { display_name: name.map(str::to_owned), handle, id, ..Author::default() })
    }

    fn reacted(&self) -> Option<Fact> {
        let relation = self.json.pointer("/content/m.relates_to")?;
        let reaction = Reaction {
            source_id: id(self.json, "event_id"),
            target: id(relation, "event_id")?,
            name: text(relation, "key").unwrap_or_default().to_owned(),
            added: true,
            actor: self.author(),
            occurred_at: self.at(),
        };
        Some(Fact::reacted(reaction))
    }

    /// Something was taken back: a message, or a reaction, which has an event of its own.
    fn removed(&self) -> Option<Fact> {
        let source_id = id(self.json, "/content/redacts").or_else(|| id(self.json, "redacts"))?;
        let key = format!("removed:{source_id}");
        Some(Fact::removed(Removal { source_id, actor: self.author(), occurred_at: self.at() }).dedup_key(key))
    }

    /// Names, members, calls; and what cannot be read.
    pub(crate) fn happened(&self) -> Fact {
        let name = self.name();
        let words = ["/content/name", "/content/topic", "/content/membership", "/content/body", "/content/reason"];
        let note = Note {
            source_id: id(self.json, "event_id"),
            text: words.iter().find_map(|place| text(self.json, place)).map(str::to_owned),
            actor: self.author(),
            conversation: self.room.clone(),
            occurred_at: self.at(),
            ..Note::new(if name.is_empty() { "document".to_owned() } else { name.chars().take(64).collect() })
        };
        let starts =
            ["m.room.", "m.call.", "m.space.", "m.policy.", "m.key.", "m.poll.", "org.matrix.msc3381.poll.", "m.secret.", "m.widget"];
        let known = starts.iter().any(|start| name.starts_with(start)) && name != "m.room.encrypted";
        let fact = if known { Fact::system(note) } else { Fact::unsupported(note) };
        if given(self.json, "event_id") {
            return fact;
        }
        fact.dedup_key(format!("event:{}", fingerprint(self.json.to_string().as_bytes())))
    }
}

/// A homeserver sends at most 100 events in a transaction; the contract allows 1,000 facts.
const EVENTS_MAX: usize = 150;
