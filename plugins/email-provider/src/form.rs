//! Forms, as SendGrid, Mailgun and Mandrill post mails: an object of texts.

use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use pointsman_plugin::Delivery;
use serde_json::{Map, Value};

/// The fields of a body that is a form; none when it is something else.
pub(crate) fn fields(delivery: &Delivery) -> Option<Value> {
    let said = delivery.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let body = delivery.body.as_slice();
    let start = body.trim_ascii_start();
    if said.starts_with("multipart/form-data") || (said.is_empty() && start.starts_with(b"--")) {
        return Some(parts(delivery.header("content-type"), body));
    }
    let json = start.first().is_none_or(|first| !first.is_ascii_alphanumeric()) || serde_json::from_slice::<Value>(body).is_ok();
    let form = said.starts_with("application/x-www-form-urlencoded") || (said.is_empty() && !json && body.contains(&b'='));
    form.then(|| {
        let mut fields = Map::new();
        for (name, value) in lenient::Form::read(body).iter() {
            fields.entry(name).or_insert_with(|| Value::String(value.to_owned()));
        }
        Value::Object(fields)
    })
}

/// `multipart/form-data` (RFC 7578) has the form of a mail's body, so it is read as one. Files tell their names.
fn parts(said: Option<&str>, body: &[u8]) -> Value {
    let first = body.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let guessed = String::from_utf8_lossy(first.strip_prefix(b"--").unwrap_or_default());
    let guessed = format!("multipart/form-data; boundary=\"{}\"", guessed.replace(['"', '\\'], ""));
    let mut bytes = format!("Content-Type: {}\r\n\r\n", said.unwrap_or(&guessed)).into_bytes();
    bytes.extend_from_slice(body);
    let message = MessageParser::default().parse(&bytes).unwrap_or_default();
    let mut fields = Map::new();
    for part in message.parts.iter().skip(1).take(PARTS_MAX) {
        let Some(name) = part.content_disposition().and_then(|said| said.attribute("name")) else { continue };
        let value = match part.content_disposition().and_then(|said| said.attribute("filename")) {
            Some(file) => file.to_owned(),
            None => match &part.body {
                PartType::Text(text) | PartType::Html(text) => text.replace('\0', ""),
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => String::from_utf8_lossy(bytes).replace('\0', ""),
                PartType::Message(_) | PartType::Multipart(_) => continue,
            },
        };
        fields.entry(name).or_insert(Value::String(value));
    }
    Value::Object(fields)
}

const PARTS_MAX: usize = 500;
