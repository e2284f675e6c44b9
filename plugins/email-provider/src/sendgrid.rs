//! SendGrid: events in lists, and mails by Inbound Parse, which posts a form: taken apart, or whole (`email`).

use lenient::{id, list, text, time};
use pointsman_plugin::Fact;
use serde_json::Value;

use crate::inbound::{self, Pieces};
use crate::news::{News, OURS, bare};
use crate::shape::Reader;

pub(crate) fn facts(reader: &Reader<'_>, object: &Value) -> Vec<Fact> {
    match text(object, "event") {
        Some(name) => vec![news(object, name).fact()],
        None => mail(reader, object).into_iter().collect(),
    }
}

fn news<'a>(event: &'a Value, name: &'a str) -> News<'a> {
    let service = || id(event, "sg_message_id").map(|id| id.split('.').next().unwrap_or_default().to_owned());
    News {
        name,
        id: id(event, "sg_event_id"),
        target: id(event, OURS).or_else(|| text(event, "smtp-id").and_then(bare)).or_else(service),
        recipient: text(event, "email"),
        at: time(event, "timestamp"),
        detail: ["reason", "response", "url"].iter().find_map(|place| text(event, place)).map(str::to_owned),
    }
}

fn mail(reader: &Reader<'_>, form: &Value) -> Option<Fact> {
    // The envelope is a document inside the form.
    let envelope: Value = text(form, "envelope").and_then(|envelope| serde_json::from_str(envelope).ok()).unwrap_or_default();
    let (sender, recipient) = (text(&envelope, "from"), list(&envelope, "to").first().and_then(Value::as_str));
    if let Some(raw) = text(form, "email") {
        return inbound::whole(reader, raw.as_bytes(), sender, recipient);
    }
    let info: Value = text(form, "attachment-info").and_then(|info| serde_json::from_str(info).ok()).unwrap_or_default();
    let names = info.as_object().into_iter().flat_map(|files| files.values()).filter_map(|file| text(file, "filename"));
    let mut mail = Pieces {
        fields: inbound::fields(form.get("headers").unwrap_or(&Value::Null), "name", "value"),
        plain: text(form, "text"),
        html: text(form, "html"),
        sender,
        recipient,
        files: names.map(str::to_owned).collect(),
        ..Pieces::default()
    };
    for (field, name) in [("From", "from"), ("To", "to"), ("Cc", "cc"), ("Subject", "subject")] {
        mail.field(field, text(form, name));
    }
    mail.attributes.extend(text(form, "spam_score").map(|score| lenient::attribute("spam-score", score)));
    mail.fact(reader)
}
