//! What a rule posts about a ticket.

use pointsman_plugin::{Attribute, Author, Direction, Event, Fact, Item, Kind, Note, Visibility};
use serde_json::Value;

use lenient::{fingerprint, id, text, time};

const ATTRIBUTES: [(&str, &str); 8] = [
    ("url", "ticket_url"),
    ("ticket-type", "ticket_type"),
    ("status", "ticket_status"),
    ("ticket-priority", "ticket_priority"),
    ("source", "ticket_source"),
    ("tags", "ticket_tags"),
    ("agent", "ticket_agent_name"),
    ("group", "ticket_group_name"),
];

/// What happened to the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Happened {
    Created,
    CustomerReplied,
    AgentReplied,
    PrivateNote,
    PublicNote,
    Changed,
}

/// The rule's own word in `event` counts; otherwise Freshdesk's `{ticket_action:created}`, `{note_type:private}`, `{reply_sent:sent}`,
/// `{status:{from:2,to:5}}`.
fn happened(ticket: &Value) -> Option<Happened> {
    match text(ticket, "event") {
        Some("created") => return Some(Happened::Created),
        Some("customer-reply") => return Some(Happened::CustomerReplied),
        Some("agent-reply") => return Some(Happened::AgentReplied),
        Some(_) => return Some(Happened::Changed),
        None => {}
    }
    let triggered: String = text(ticket, "triggered_event")?.chars().filter(|character| !character.is_whitespace()).collect();
    Some(match triggered.trim_matches(['{', '}']).split_once(':') {
        Some(("ticket_action", "created")) => Happened::Created,
        Some(("note_type", "private")) => Happened::PrivateNote,
        Some(("note_type", "public")) => Happened::PublicNote,
        // The rule did not say by whom; customers' replies come by rules that do.
        Some(("reply_sent", _)) => Happened::AgentReplied,
        Some(("customer_feedback", _)) => Happened::CustomerReplied,
        _ => Happened::Changed,
    })
}

/// The one thing that a delivery tells.
pub(crate) fn fact(ticket: &Value, body: &[u8]) -> Fact {
    let conversation = id(ticket, "ticket_id").or_else(|| id(ticket, "id"));
    let (Some(happened), Some(conversation)) = (happened(ticket), conversation.clone()) else {
        let why = "there is no `ticket_id`, or no `event` and no `triggered_event`".to_owned();
        return Fact::unsupported(Note { source_id: Some(fingerprint(body)), conversation, text: Some(why), ..Note::new("ticket") });
    };
    let words = |name: &str| text(ticket, name).map(markup::text).filter(|words| !words.is_empty());
    let comment = || words("ticket_latest_public_comment").or_else(|| words("comment"));
    let said = match happened {
        Happened::Created => {
            words("ticket_description").or_else(|| words("ticket_subject")).map(|words| (conversation.clone(), Direction::Inbound, words))
        }
        Happened::CustomerReplied => reply(&conversation, Direction::Inbound, comment()),
        Happened::AgentReplied => reply(&conversation, Direction::Echo, comment()),
        _ => None,
    };
    match said {
        Some((source_id, direction, words)) => {
            let author = if direction == Direction::Echo { agent(ticket) } else { requester(ticket) };
            let item = Item {
                kind: Kind::Message,
                visibility: Visibility::Private,
                direction,
                conversation: Some(conversation),
                author,
                subject: text(ticket, "ticket_subject").map(markup::unescape),
                occurred_at: at(ticket, happened),
                attributes: attributes(ticket),
                ..Item::new(source_id, words)
            };
            let key = format!("said:{}", item.source_id);
            Fact::said(item.bounded()).dedup_key(key)
        }
        None => Fact::new(Event::System(changed(ticket, happened, conversation, body))),
    }
}

/// Replies have no id in what rules can post; the same words in the same ticket are the same reply.
fn reply(ticket: &str, direction: Direction, words: Option<String>) -> Option<(String, Direction, String)> {
    let words = words?;
    Some((format!("{ticket}:{}", fingerprint(words.as_bytes())), direction, words))
}

fn changed(ticket: &Value, happened: Happened, conversation: String, body: &[u8]) -> Note {
    let (name, visibility) = match happened {
        Happened::PrivateNote => ("private-note", Visibility::Internal),
        Happened::PublicNote => ("public-note", Visibility::Private),
        _ => ("ticket-changed", Visibility::Private),
    };
    Note {
        source_id: Some(format!("{conversation}:{}", fingerprint(body))),
        name: name.to_owned(),
        text: text(ticket, "triggered_event").or_else(|| text(ticket, "event")).map(str::to_owned),
        actor: None,
        conversation: Some(conversation),
        visibility: Some(visibility),
        occurred_at: at(ticket, happened),
        attributes: attributes(ticket),
    }
}

fn at(ticket: &Value, happened: Happened) -> Option<u64> {
    let made = time(ticket, "ticket_created_at").or_else(|| time(ticket, "ticket_created_date"));
    let name = if happened == Happened::Created { return made } else { "ticket_updated_at" };
    time(ticket, name)
}

fn requester(ticket: &Value) -> Option<Author> {
    let written = |names: [&str; 2]| names.iter().find_map(|name| text(ticket, name)).map(str::to_owned);
    let name = written(["requester_name", "ticket_requester_name"]);
    let email = written(["requester_email", "ticket_requester_email"]).map(|email| email.to_lowercase());
    let phone = written(["requester_phone", "ticket_requester_phone"]);
    let id = email.clone().or(phone).or_else(|| id(ticket, "requester_id")).or_else(|| name.clone())?;
    let mut attributes: Vec<Attribute> = email.map(|email| Attribute::new("email", email)).into_iter().collect();
    attributes.extend(text(ticket, "requester_unique_external_id").map(|id| Attribute::new("external-id", id)));
    Some(Author { id, display_name: name, attributes, ..Author::default() })
}

fn agent(ticket: &Value) -> Option<Author> {
    let name = text(ticket, "ticket_agent_name")?.to_owned();
    let id = text(ticket, "ticket_agent_email").map_or_else(|| name.clone(), str::to_lowercase);
    Some(Author { id, display_name: Some(name), ..Author::default() })
}

fn attributes(ticket: &Value) -> Vec<Attribute> {
    ATTRIBUTES.iter().filter_map(|(name, field)| Some(Attribute::new(*name, text(ticket, field)?))).collect()
}
