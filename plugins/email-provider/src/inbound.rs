//! A mail that a service has taken apart, put together again so that it is read like any other.

use lenient::text;
use mail_parser::decoders::base64::base64_decode;
use pointsman_plugin::{Attribute, Event, Fact, Timestamp};
use serde_json::Value;

use crate::shape::Reader;

/// A mail in pieces. What the service does not tell is left empty.
#[derive(Debug, Default)]
pub(crate) struct Pieces<'a> {
    /// The header fields, in order.
    pub(crate) fields: Vec<(String, String)>,
    /// The plain text.
    pub(crate) plain: Option<&'a str>,
    /// The HTML.
    pub(crate) html: Option<&'a str>,
    /// The service's own id of the mail, for mails without a Message-ID.
    pub(crate) id: Option<String>,
    /// When it came, for mails without a date.
    pub(crate) at: Option<Timestamp>,
    /// The envelope's sender.
    pub(crate) sender: Option<&'a str>,
    /// The envelope's recipient: which of our mailboxes.
    pub(crate) recipient: Option<&'a str>,
    /// The files' names.
    pub(crate) files: Vec<String>,
    /// What else the service tells, such as whether it is spam.
    pub(crate) attributes: Vec<Attribute>,
}

impl<'a> Pieces<'a> {
    /// Adds a field unless the mail has it.
    pub(crate) fn field(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value.filter(|value| !value.trim().is_empty()) else { return };
        if !self.has(name) {
            self.fields.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Adds the person of a field unless the mail has it: name and address apart.
    pub(crate) fn person(&mut self, field: &str, name: Option<&str>, address: Option<&str>) {
        let Some(address) = address else { return };
        let name = name.filter(|name| *name != address).map(|name| name.replace(['"', '\\', '<', '>'], ""));
        let person = name.map_or_else(|| format!("<{address}>"), |name| format!("\"{name}\" <{address}>"));
        self.field(field, Some(&person));
    }

    fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// The fact that the mail is.
    pub(crate) fn fact(mut self, reader: &Reader<'_>) -> Option<Fact> {
        let id = self.id.take().map(|id| format!("<{}>", id.trim().trim_matches(['<', '>'])));
        self.field("Message-ID", id.as_deref());
        let (at, files, attributes) = (self.at, std::mem::take(&mut self.files), std::mem::take(&mut self.attributes));
        let mut fact = mail::fact(&self.written(), &envelope(self.sender, self.recipient), reader.own, reader.now).ok()?;
        if let Event::Said(item) = &mut fact.event {
            item.occurred_at = item.occurred_at.or(at);
            item.attributes.extend(attributes);
        }
        Some(without_places(fact, files))
    }

    fn written(&self) -> Vec<u8> {
        let mut out = String::new();
        for (name, value) in self.fields.iter().take(FIELDS_MAX) {
            // Those speak of a form that the body here has not.
            let of_the_body =
                ["content-type", "content-transfer-encoding", "mime-version"].iter().any(|one| name.eq_ignore_ascii_case(one));
            let sound = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
            if !of_the_body && sound {
                let line: String = value.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
                out.push_str(&format!("{name}: {}\r\n", line.trim()));
            }
        }
        let part = |kind: &str, body: &str| {
            format!("Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n")
        };
        match (self.plain, self.html) {
            (Some(plain), None) => out.push_str(&part("plain", plain)),
            (None, Some(html)) => out.push_str(&part("html", html)),
            (Some(plain), Some(html)) => {
                let border = format!("part-{}", lenient::fingerprint(format!("{plain}{html}").as_bytes()));
                out.push_str(&format!("Content-Type: multipart/alternative; boundary=\"{border}\"\r\n\r\n"));
                out.push_str(&format!("--{border}\r\n{}--{border}\r\n{}--{border}--\r\n", part("plain", plain), part("html", html)));
            }
            (None, None) => out.push_str("\r\n"),
        }
        out.into_bytes()
    }
}

/// A mail that the service gives as it came.
pub(crate) fn whole(reader: &Reader<'_>, mail: &[u8], sender: Option<&str>, recipient: Option<&str>) -> Option<Fact> {
    mail::fact(mail, &envelope(sender, recipient), reader.own, reader.now).ok().map(|fact| without_places(fact, Vec::new()))
}

/// A mail in base64.
pub(crate) fn decoded(text: &str) -> Vec<u8> {
    base64_decode(text.trim().as_bytes()).unwrap_or_default()
}

/// Header fields as services list them: objects of name and value, pairs, or one object with a text or a list of texts for each name.
pub(crate) fn fields(headers: &Value, name: &str, value: &str) -> Vec<(String, String)> {
    let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let texts = |value: &Value| match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    match headers {
        Value::Array(all) => all
            .iter()
            .filter_map(|one| match one.as_array() {
                Some(pair) => Some(owned(pair.first()?.as_str()?, pair.get(1)?.as_str()?)),
                None => Some(owned(text(one, name)?, one.get(value)?.as_str()?)),
            })
            .collect(),
        Value::Object(all) => {
            all.iter().flat_map(|(name, value)| texts(value).into_iter().map(move |value| (name.clone(), value))).collect()
        }
        Value::String(lines) => section(lines),
        _ => Vec::new(),
    }
}

/// A header section as it stands in a mail.
fn section(lines: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines.lines() {
        match (line.starts_with([' ', '\t']), fields.last_mut()) {
            (true, Some((_, value))) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            _ => fields.extend(line.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))),
        }
    }
    fields
}

fn envelope(sender: Option<&str>, recipient: Option<&str>) -> Vec<Attribute> {
    let sender = sender.map(|address| lenient::attribute("envelope-from", address));
    sender.into_iter().chain(recipient.map(|address| lenient::attribute("envelope-to", address))).collect()
}

/// Places in a mail that was put together here are none in what arrived: of files only the names stay.
fn without_places(mut fact: Fact, mut names: Vec<String>) -> Fact {
    if let Event::Said(item) = &mut fact.event {
        names.extend(std::mem::take(&mut item.attachments).into_iter().filter_map(|file| file.name));
        names.truncate(FILES_MAX);
        item.attributes.extend((!names.is_empty()).then(|| lenient::attribute("attachment-names", names)));
    }
    fact
}

const FIELDS_MAX: usize = 500;
const FILES_MAX: usize = 50;
