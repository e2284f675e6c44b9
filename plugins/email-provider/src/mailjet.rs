//! Mailjet: events, alone or in lists, and mails by its Parse API.

use lenient::{at, id, list, text, time};
use pointsman_plugin::{Fact, Timestamp};
use serde_json::Value;

use crate::inbound::{self, Pieces};
use crate::news::News;
use crate::shape::Reader;

pub(crate) fn facts(reader: &Reader<'_>, object: &Value) -> Vec<Fact> {
    match text(object, "event") {
        Some(name) => vec![news(object, name).fact()],
        None => mail(reader, object).into_iter().collect(),
    }
}

fn news<'a>(event: &'a Value, name: &'a str) -> News<'a> {
    let first = |places: &[&str]| places.iter().find_map(|place| text(event, place));
    News {
        // Its `sent` is told after the other side's server took the mail.
        name: if name == "sent" { "delivered" } else { name },
        id: None,
        target: id(event, "CustomID").filter(|id| !id.is_empty()).or_else(|| id(event, "MessageID")).or_else(|| id(event, "Message_GUID")),
        recipient: text(event, "email"),
        at: time(event, "time"),
        detail: first(&["smtp_reply", "error", "comment", "url", "source"]).map(str::to_owned),
    }
}

fn mail(reader: &Reader<'_>, form: &Value) -> Option<Fact> {
    let names = list(form, "Parts").iter().filter(|part| text(part, "ContentRef").is_some_and(|place| place.starts_with("Attachment")));
    let names = names.filter_map(|part| part.pointer("/Headers/Content-Disposition").map(Value::to_string));
    let names = names.filter_map(|said| Some(said.split_once("filename=")?.1.trim_matches(['\\', '"', ']', ';', ' ']).to_owned()));
    let mut mail = Pieces {
        fields: inbound::fields(at(form, "Headers").unwrap_or(&Value::Null), "Name", "Value"),
        plain: text(form, "Text-part"),
        html: text(form, "Html-part"),
        at: text(form, "Date").and_then(date),
        sender: text(form, "Sender"),
        recipient: text(form, "Recipient"),
        files: names.collect(),
        ..Pieces::default()
    };
    for field in ["From", "Subject"] {
        mail.field(field, text(form, field));
    }
    mail.field("To", text(form, "Recipient"));
    mail.fact(reader)
}

/// `20171012T013104`, in UTC.
fn date(text: &str) -> Option<Timestamp> {
    let part = |start: usize, end: usize| text.get(start..end);
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    pointsman_plugin::time::parse(&format!("{year}-{month}-{day}T{}:{}:{}Z", part(9, 11)?, part(11, 13)?, part(13, 15)?))
}
