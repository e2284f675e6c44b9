//! Brevo (once Sendinblue): events one by one, mails that came in under `items` or alone.

use lenient::{at, id, list, text, time};
use pointsman_plugin::Fact;
use serde_json::Value;

use crate::inbound::{self, Pieces};
use crate::news::{News, OURS, bare};
use crate::shape::Reader;

pub(crate) fn facts(reader: &Reader<'_>, object: &Value) -> Vec<Fact> {
    match (text(object, "event"), list(object, "items")) {
        (Some(name), _) => vec![news(object, name).fact()],
        (None, []) => mail(reader, object).into_iter().collect(),
        (None, items) => items.iter().filter_map(|item| mail(reader, item)).collect(),
    }
}

fn news<'a>(event: &'a Value, name: &'a str) -> News<'a> {
    let custom = text(event, "X-Mailin-custom").and_then(|custom| serde_json::from_str::<Value>(custom).ok());
    News {
        name,
        // `id` is the webhook's, not the event's.
        id: None,
        target: custom.and_then(|custom| id(&custom, OURS)).or_else(|| text(event, "message-id").and_then(bare)),
        recipient: text(event, "email"),
        // `date` is in the account's own zone, which is not told.
        at: ["ts_epoch", "ts_event", "ts"].iter().find_map(|place| time(event, place)),
        detail: ["reason", "link"].iter().find_map(|place| text(event, place)).map(str::to_owned),
    }
}

fn mail(reader: &Reader<'_>, item: &Value) -> Option<Fact> {
    let mut mail = Pieces {
        fields: inbound::fields(at(item, "Headers").unwrap_or(&Value::Null), "Name", "Value"),
        plain: text(item, "RawTextBody").or_else(|| text(item, "ExtractedMarkdownMessage")),
        html: text(item, "RawHtmlBody"),
        id: id(item, "MessageId").or_else(|| id(item, "/Uuid/0")),
        recipient: text(item, "/Recipients/0").or_else(|| text(item, "/To/0/Address")),
        files: list(item, "Attachments").iter().filter_map(|file| text(file, "Name")).map(str::to_owned).collect(),
        ..Pieces::default()
    };
    mail.person("From", text(item, "/From/Name"), text(item, "/From/Address"));
    mail.person("Reply-To", text(item, "/ReplyTo/Name"), text(item, "/ReplyTo/Address"));
    for (field, people) in [("To", "To"), ("Cc", "Cc")] {
        let people: Vec<&str> = list(item, people).iter().filter_map(|person| text(person, "Address")).collect();
        mail.field(field, Some(&people.join(", ")));
    }
    for (field, place) in [("Subject", "Subject"), ("Date", "SentAtDate"), ("In-Reply-To", "InReplyTo")] {
        mail.field(field, text(item, place));
    }
    mail.fact(reader)
}
