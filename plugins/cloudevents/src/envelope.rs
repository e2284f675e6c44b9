//! The three content modes (CloudEvents HTTP binding §3), all read as structured JSON: attributes beside `data`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pointsman_plugin::{Delivery, Refusal};
use serde_json::{Map, Value};

/// The events of a delivery; `data_base64` is decoded into `data`.
///
/// # Errors
/// When the body is no JSON where it has to be, or of another event format.
pub(crate) fn events(delivery: &Delivery) -> Result<Vec<Value>, Refusal> {
    let media_type = delivery.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let format = media_type.split(';').next().unwrap_or_default().trim();
    match format.strip_prefix("application/cloudevents") {
        Some("+json" | "-batch+json") => structured(&delivery.body),
        Some(other) => Err(Refusal::Unsupported(format!("the event format `{other}` is not JSON"))),
        None if delivery.header("ce-specversion").is_some() || delivery.header("ce-id").is_some() => Ok(vec![binary(delivery)]),
        // Senders that forget the media type, and files by hand.
        None => structured(&delivery.body),
    }
}

fn structured(body: &[u8]) -> Result<Vec<Value>, Refusal> {
    let events = match lenient::document(body)? {
        Value::Array(events) => events,
        event => vec![event],
    };
    Ok(events.into_iter().map(decoded).collect())
}

/// Puts what `data_base64` holds where `data` would be: as JSON or text when it is that.
fn decoded(mut event: Value) -> Value {
    let bytes = lenient::text(&event, "data_base64").and_then(|text| STANDARD.decode(text.trim()).ok());
    let media_type = lenient::text(&event, "datacontenttype").unwrap_or("application/json").to_owned();
    if let (Some(bytes), Some(fields)) = (bytes, event.as_object_mut()) {
        fields.insert("data".to_owned(), data(&media_type, &bytes));
    }
    event
}

fn data(media_type: &str, bytes: &[u8]) -> Value {
    let text = || std::str::from_utf8(bytes).map(|text| Value::String(text.to_owned())).unwrap_or_default();
    let json = media_type.split(';').next().is_some_and(|name| name.trim().ends_with("json"));
    if json { serde_json::from_slice(bytes).unwrap_or_else(|_| text()) } else { text() }
}

fn binary(delivery: &Delivery) -> Value {
    let mut event = Map::new();
    for header in &delivery.headers {
        let name = header.name.to_ascii_lowercase();
        if let (Some(name), Ok(value)) = (name.strip_prefix("ce-"), std::str::from_utf8(&header.value)) {
            event.entry(name).or_insert_with(|| Value::String(percent_decoded(value.trim())));
        }
    }
    let media_type = delivery.header("content-type").unwrap_or("application/json");
    event.insert("datacontenttype".to_owned(), Value::String(media_type.to_owned()));
    if !delivery.body.is_empty() {
        event.insert("data".to_owned(), data(media_type, &delivery.body));
    }
    Value::Object(event)
}

/// Header values are percent-encoded where they are not printable ASCII (HTTP binding §3.1.3.2); quotation marks around them are dropped.
fn percent_decoded(value: &str) -> String {
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let byte = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
