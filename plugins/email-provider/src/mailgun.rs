//! Mailgun: events (JSON, or the forms of its first API), and mails as forms: taken apart, or whole (`body-mime`).

use lenient::{at, id, text, time};
use pointsman_plugin::Fact;
use serde_json::Value;

use crate::inbound::{self, Pieces};
use crate::news::{News, OURS, bare};
use crate::shape::{Reader, unsupported};

pub(crate) fn facts(reader: &Reader<'_>, object: &Value) -> Vec<Fact> {
    if let Some(event) = at(object, "event-data") {
        return vec![text(event, "event").map_or_else(|| unsupported(object), |name| news(event, name).fact())];
    }
    match text(object, "event") {
        Some("stored") | None => mail(reader, object).into_iter().collect(),
        Some(name) => vec![old_news(object, name).fact()],
    }
}

fn news<'a>(event: &'a Value, name: &'a str) -> News<'a> {
    let first = |places: &[&str]| places.iter().find_map(|place| text(event, place));
    let temporary = name == "failed" && text(event, "severity") == Some("temporary");
    News {
        name: if temporary { "delayed" } else { name },
        id: id(event, "id"),
        target: id(event, &format!("/user-variables/{OURS}")).or_else(|| text(event, "/message/headers/message-id").and_then(bare)),
        recipient: text(event, "recipient"),
        at: time(event, "timestamp"),
        detail: first(&["/delivery-status/description", "/delivery-status/message", "reason", "/reject/reason", "url"]).map(str::to_owned),
    }
}

fn old_news<'a>(form: &'a Value, name: &'a str) -> News<'a> {
    let first = |places: &[&str]| places.iter().find_map(|place| text(form, place));
    News {
        name,
        // The token is made for this post and for no other.
        id: id(form, "token"),
        target: id(form, OURS).or_else(|| first(&["Message-Id", "message-id"]).and_then(bare)),
        recipient: text(form, "recipient"),
        at: time(form, "timestamp"),
        detail: first(&["description", "error", "reason", "url"]).map(str::to_owned),
    }
}

fn mail(reader: &Reader<'_>, form: &Value) -> Option<Fact> {
    let (sender, recipient) = (text(form, "sender"), text(form, "recipient"));
    if let Some(raw) = text(form, "body-mime") {
        return inbound::whole(reader, raw.as_bytes(), sender, recipient);
    }
    let headers: Value = match at(form, "message-headers") {
        Some(Value::String(headers)) => serde_json::from_str(headers).unwrap_or_default(),
        Some(headers) => headers.clone(),
        None => Value::Null,
    };
    let files: Value = text(form, "attachments").and_then(|files| serde_json::from_str(files).ok()).unwrap_or_default();
    let stored = files.as_array().into_iter().flatten().filter_map(|file| text(file, "name"));
    let posted = (1..=FILES_MAX).map_while(|count| text(form, &format!("attachment-{count}")));
    let mut mail = Pieces {
        fields: inbound::fields(&headers, "name", "value"),
        plain: text(form, "body-plain").or_else(|| text(form, "stripped-text")),
        html: text(form, "body-html").or_else(|| text(form, "stripped-html")),
        at: time(form, "timestamp"),
        sender,
        recipient,
        files: stored.chain(posted).map(str::to_owned).collect(),
        ..Pieces::default()
    };
    let fields = ["From", "To", "Cc", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "Reply-To", "Auto-Submitted"];
    for field in fields {
        mail.field(field, text(form, field).or_else(|| text(form, &field.to_lowercase())));
    }
    mail.field("From", sender);
    mail.fact(reader)
}

const FILES_MAX: usize = 50;
