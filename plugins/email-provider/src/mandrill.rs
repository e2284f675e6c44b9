//! Mandrill: a form whose field `mandrill_events` is a list of events, some of which are mails that came in.

use lenient::{at, id, list, text, time};
use pointsman_plugin::Fact;
use serde_json::Value;

use crate::inbound::{self, Pieces};
use crate::news::{News, OURS};
use crate::shape::{Reader, unsupported};

pub(crate) fn facts(reader: &Reader<'_>, object: &Value) -> Vec<Fact> {
    let Some(events) = at(object, "mandrill_events") else {
        return fact(reader, object).into_iter().collect();
    };
    let read = events.as_str().and_then(|events| serde_json::from_str(events).ok());
    let events: Value = read.unwrap_or_else(|| events.clone());
    events.as_array().into_iter().flatten().filter_map(|event| fact(reader, event)).collect()
}

fn fact(reader: &Reader<'_>, event: &Value) -> Option<Fact> {
    match text(event, "event") {
        Some("inbound") => mail(reader, event),
        Some(name) => Some(news(event, name).fact()),
        None => Some(unsupported(event)),
    }
}

fn news<'a>(event: &'a Value, name: &'a str) -> News<'a> {
    let first = |places: &[&str]| places.iter().find_map(|place| text(event, place));
    News {
        name,
        id: None,
        target: id(event, &format!("/msg/metadata/{OURS}")).or_else(|| id(event, "_id")).or_else(|| id(event, "/msg/_id")),
        recipient: text(event, "/msg/email"),
        at: time(event, "ts"),
        detail: first(&["/msg/diag", "/msg/bounce_description", "url"]).map(str::to_owned),
    }
}

fn mail(reader: &Reader<'_>, event: &Value) -> Option<Fact> {
    let msg = at(event, "msg")?;
    let recipient = text(msg, "email");
    if let Some(raw) = text(msg, "raw_msg") {
        return inbound::whole(reader, raw.as_bytes(), text(msg, "sender"), recipient);
    }
    let mut mail = Pieces {
        fields: inbound::fields(at(msg, "headers").unwrap_or(&Value::Null), "name", "value"),
        plain: text(msg, "text"),
        html: text(msg, "html"),
        at: time(event, "ts"),
        sender: text(msg, "sender"),
        recipient,
        ..Pieces::default()
    };
    mail.person("From", text(msg, "from_name"), text(msg, "from_email"));
    mail.field("Subject", text(msg, "subject"));
    let to: Vec<&str> = list(msg, "to").iter().filter_map(|pair| text(pair, "/0")).collect();
    mail.field("To", Some(&to.join(", ")));
    mail.fact(reader)
}
