//! Resend: `email.…` events, signed by Standard Webhooks. Of a mail that came in only the header is told.

use lenient::{at, id, list, text, time};
use pointsman_plugin::{Fact, Note};
use serde_json::Value;

use crate::inbound::Pieces;
use crate::news::{News, bare};
use crate::shape::{Reader, unsupported};

pub(crate) fn facts(reader: &Reader<'_>, object: &Value) -> Vec<Fact> {
    match text(object, "type").unwrap_or_default().split_once('.') {
        Some(("email", "received")) => mail(reader, object).into_iter().collect(),
        Some(("email", name)) => vec![news(object, name).fact()],
        Some(("contact" | "domain", _)) => vec![note(object)],
        _ => vec![unsupported(object)],
    }
}

fn news<'a>(object: &'a Value, name: &'a str) -> News<'a> {
    let first = |places: &[&str]| places.iter().find_map(|place| text(object, place));
    News {
        name,
        id: None,
        target: text(object, "/data/message_id").and_then(bare).or_else(|| id(object, "/data/email_id")),
        recipient: list(object, "/data/to").first().and_then(Value::as_str),
        at: time(object, "created_at").or_else(|| time(object, "/data/created_at")),
        detail: first(&["/data/bounce/message", "/data/failed/reason", "/data/suppressed/message", "/data/click/link"]).map(str::to_owned),
    }
}

fn note(object: &Value) -> Fact {
    let name = text(object, "type").unwrap_or_default().replace('.', "-");
    Fact::system(Note { source_id: id(object, "/data/id"), occurred_at: time(object, "created_at"), ..Note::new(name) })
        .dedup_key(format!("note:{}", lenient::fingerprint(object.to_string().as_bytes())))
}

fn mail(reader: &Reader<'_>, object: &Value) -> Option<Fact> {
    let data = at(object, "data")?;
    let id = id(data, "email_id");
    let mut mail = Pieces {
        at: time(data, "created_at").or_else(|| time(object, "created_at")),
        plain: text(data, "text"),
        html: text(data, "html"),
        recipient: list(data, "to").first().and_then(Value::as_str),
        files: list(data, "attachments").iter().filter_map(|file| text(file, "filename")).map(str::to_owned).collect(),
        attributes: id.iter().map(|id| lenient::attribute("email-id", id.as_str())).collect(),
        ..Pieces::default()
    };
    for (field, place) in [("Message-ID", "message_id"), ("From", "from"), ("Subject", "subject")] {
        mail.field(field, text(data, place));
    }
    for (field, place) in [("To", "to"), ("Cc", "cc"), ("Reply-To", "reply_to")] {
        let people: Vec<&str> = list(data, place).iter().filter_map(Value::as_str).collect();
        mail.field(field, Some(&people.join(", ")));
    }
    mail.id = id;
    mail.fact(reader)
}
