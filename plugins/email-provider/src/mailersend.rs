//! MailerSend: activities of mails that went out, and mails that came in.

use lenient::{at, id, list, text, time};
use pointsman_plugin::Fact;
use serde_json::Value;

use crate::inbound::{self, Pieces};
use crate::news::News;
use crate::shape::Reader;

pub(crate) fn facts(reader: &Reader<'_>, object: &Value) -> Vec<Fact> {
    match text(object, "type").and_then(|name| name.strip_prefix("activity.")) {
        Some(name) => vec![news(object, name).fact()],
        None => mail(reader, object).into_iter().collect(),
    }
}

fn news<'a>(object: &'a Value, name: &'a str) -> News<'a> {
    News {
        name,
        id: id(object, "/data/id"),
        target: id(object, "/data/email/message/id").or_else(|| id(object, "/data/email/id")),
        recipient: text(object, "/data/email/recipient/email"),
        at: time(object, "/data/created_at").or_else(|| time(object, "created_at")),
        detail: ["/data/morph/reason", "/data/morph/readable_reason", "/data/morph/url"]
            .iter()
            .find_map(|place| text(object, place))
            .map(str::to_owned),
    }
}

fn mail(reader: &Reader<'_>, object: &Value) -> Option<Fact> {
    let data = at(object, "data")?;
    let recipient = text(data, "/recipients/rcptTo/0/email");
    let mut mail = Pieces {
        fields: inbound::fields(at(data, "headers").unwrap_or(&Value::Null), "name", "value"),
        plain: text(data, "text"),
        html: text(data, "html"),
        id: id(data, "id"),
        at: time(data, "created_at").or_else(|| time(object, "created_at")),
        sender: text(data, "/sender/email"),
        recipient,
        files: list(data, "attachments")
            .iter()
            .filter_map(|file| text(file, "file_name").or(text(file, "filename")))
            .map(str::to_owned)
            .collect(),
        ..Pieces::default()
    };
    if mail.plain.is_none()
        && mail.html.is_none()
        && let Some(raw) = text(data, "raw")
    {
        return inbound::whole(reader, raw.as_bytes(), mail.sender, recipient);
    }
    mail.person("From", text(data, "/from/name"), text(data, "/from/email"));
    for (field, place) in [("To", "/to/raw"), ("Cc", "/cc/raw"), ("Subject", "subject"), ("Date", "date")] {
        mail.field(field, text(data, place));
    }
    mail.fact(reader)
}
