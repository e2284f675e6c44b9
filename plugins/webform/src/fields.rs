//! The fields of a body, whatever its form.

use pointsman_plugin::{Attachment, Content, Delivery, Refusal};
use serde_json::Value;

use crate::multipart;

/// More fields than any form has.
const FIELDS_MAX: usize = 200;
const FILES_MAX: usize = 16;

/// What was filled in.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    texts: Vec<(String, String)>,
    pub(crate) files: Vec<Attachment>,
}

impl Fields {
    /// Reads a body by its media type; without one by its looks.
    ///
    /// # Errors
    /// When it is not what it says.
    pub(crate) fn read(delivery: &Delivery) -> Result<Self, Refusal> {
        let media_type = delivery.header("content-type").unwrap_or_default();
        let body = &delivery.body;
        let lower = media_type.to_ascii_lowercase();
        if lower.starts_with("multipart/form-data") {
            let boundary =
                multipart::boundary(media_type).ok_or_else(|| Refusal::Malformed("the media type names no boundary".to_owned()))?;
            Self::multipart(&boundary, body)
        } else if lower.contains("json") || (!lower.contains("urlencoded") && body.trim_ascii_start().starts_with(b"{")) {
            Ok(Self::json(&lenient::document(body)?))
        } else if std::str::from_utf8(body).is_err() {
            Err(Refusal::Malformed("the body is no form".to_owned()))
        } else {
            let form = lenient::Form::read(body);
            let texts = form.iter().take(FIELDS_MAX).map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
            Ok(Self { texts: texts.collect(), files: Vec::new() })
        }
    }

    fn multipart(boundary: &str, body: &[u8]) -> Result<Self, Refusal> {
        let mut fields = Self::default();
        for part in multipart::parts(boundary, body)?.into_iter().take(FIELDS_MAX) {
            match part.file {
                Some(name) if part.length > 0 && fields.files.len() < FILES_MAX => {
                    let guessed = || lenient::media_type(&name).unwrap_or("application/octet-stream").to_owned();
                    fields.files.push(Attachment {
                        media_type: part.media_type.clone().unwrap_or_else(guessed),
                        content: Content::RawRange((part.start, part.length)),
                        size_bytes: Some(part.length),
                        description: None,
                        name: Some(name),
                    });
                }
                Some(_) => {}
                None => fields.texts.push((part.name, String::from_utf8_lossy(part.value).replace('\0', "").trim().to_owned())),
            }
        }
        Ok(fields)
    }

    fn json(document: &Value) -> Self {
        let mut texts = Vec::new();
        flatten(document, "", &mut texts);
        Self { texts, files: Vec::new() }
    }

    /// The first value of this name that is not empty; in JSON bodies a pointer works like a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let name = name.strip_prefix('/').unwrap_or(name);
        self.texts.iter().find(|(field, value)| field == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All of them that are not empty, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Nested JSON as fields named by their paths: `customer/email`.
fn flatten(value: &Value, path: &str, texts: &mut Vec<(String, String)>) {
    if texts.len() >= FIELDS_MAX {
        return;
    }
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(value, &below(name), texts)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| flatten(value, &below(&index.to_string()), texts)),
        Value::String(text) => texts.push((path.to_owned(), text.trim().to_owned())),
        Value::Number(number) => texts.push((path.to_owned(), number.to_string())),
        Value::Bool(flag) => texts.push((path.to_owned(), flag.to_string())),
        Value::Null => {}
    }
}
