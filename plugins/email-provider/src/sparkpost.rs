//! SparkPost: batches of what is under `msys`: message, track, generation and unsubscribe events, and relayed mails. An empty one is a
//! test.

use lenient::{at, flag, id, text, time};
use pointsman_plugin::Fact;
use serde_json::Value;

use crate::inbound::{self, decoded};
use crate::news::{News, OURS};
use crate::shape::Reader;

pub(crate) fn facts(reader: &Reader<'_>, object: &Value) -> Vec<Fact> {
    let parts = at(object, "msys").and_then(Value::as_object).into_iter().flatten();
    let fact = |(name, event): (&String, &Value)| {
        if name == "relay_message" { mail(reader, event) } else { Some(news(event).fact()) }
    };
    parts.filter_map(fact).collect()
}

fn news(event: &Value) -> News<'_> {
    let first = |places: &[&str]| places.iter().find_map(|place| text(event, place));
    News {
        name: text(event, "type").unwrap_or_default(),
        id: id(event, "event_id"),
        target: id(event, &format!("/rcpt_meta/{OURS}")).or_else(|| id(event, "transmission_id")).or_else(|| id(event, "message_id")),
        recipient: first(&["rcpt_to", "raw_rcpt_to"]),
        at: time(event, "timestamp"),
        detail: first(&["reason", "raw_reason", "target_link_url"]).map(str::to_owned),
    }
}

fn mail(reader: &Reader<'_>, event: &Value) -> Option<Fact> {
    let raw = text(event, "/content/email_rfc822")?;
    let bytes = if flag(event, "/content/email_rfc822_is_base64") { decoded(raw) } else { raw.as_bytes().to_vec() };
    inbound::whole(reader, &bytes, text(event, "msg_from"), text(event, "rcpt_to"))
}
