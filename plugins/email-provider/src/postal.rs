//! Postal, a mail server that services and companies run themselves: events, and mails that came in, whole.

use lenient::{at, flag, id, text, time};
use pointsman_plugin::{Fact, Note};
use serde_json::Value;

use crate::inbound::{self, Pieces, decoded};
use crate::news::{News, bare};
use crate::shape::Reader;

pub(crate) fn facts(reader: &Reader<'_>, object: &Value) -> Vec<Fact> {
    match text(object, "event") {
        Some(name) => vec![event(object, name)],
        None => mail(reader, object).into_iter().collect(),
    }
}

fn event(object: &Value, name: &str) -> Fact {
    let message = ["/payload/message", "/payload/original_message"].iter().find_map(|place| at(object, place));
    let Some(message) = message else {
        let note = Note { source_id: id(object, "uuid"), occurred_at: time(object, "timestamp"), ..Note::new(name) };
        return Fact::system(note);
    };
    let news = News {
        name,
        id: id(object, "uuid"),
        target: text(message, "message_id").and_then(bare).or_else(|| id(message, "id")),
        recipient: text(message, "to"),
        at: time(object, "timestamp").or_else(|| time(object, "/payload/timestamp")),
        detail: ["/payload/output", "/payload/details", "/payload/url"].iter().find_map(|place| text(object, place)).map(str::to_owned),
    };
    news.fact()
}

fn mail(reader: &Reader<'_>, object: &Value) -> Option<Fact> {
    let (sender, recipient) = (text(object, "mail_from"), text(object, "rcpt_to"));
    if let Some(raw) = text(object, "message") {
        let bytes = if flag(object, "base64") { decoded(raw) } else { raw.as_bytes().to_vec() };
        return inbound::whole(reader, &bytes, sender, recipient);
    }
    let mut mail = Pieces {
        plain: text(object, "plain_body"),
        html: text(object, "html_body"),
        id: id(object, "message_id").or_else(|| id(object, "id")),
        at: time(object, "timestamp"),
        sender,
        recipient,
        ..Pieces::default()
    };
    for (field, place) in
        [("From", "from"), ("To", "to"), ("Cc", "cc"), ("Subject", "subject"), ("Date", "date"), ("In-Reply-To", "in_reply_to")]
    {
        mail.field(field, text(object, place));
    }
    for (field, place) in [("References", "references"), ("Reply-To", "reply_to"), ("Auto-Submitted", "auto_submitted")] {
        mail.field(field, text(object, place));
    }
    mail.fact(reader)
}
