//! A request as a channel pushed it, and what its connector made of it.

use serde::{Deserialize, Serialize};

use crate::{Attributes, Fact, Pointer};

/// One header of HTTP; the value is kept as bytes, because channels send others than UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// In lower case when the host made it.
    pub name: String,
    /// In JSON a text when it is UTF-8 (which every sane header is), otherwise an array of bytes.
    #[serde(with = "text_or_bytes")]
    pub value: Vec<u8>,
}

impl Header {
    /// A header with a text value.
    #[must_use]
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_ascii_lowercase(), value: value.as_bytes().to_vec() }
    }

    /// The value as text, lossily.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.value).into_owned()
    }
}

/// A request as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Delivery {
    /// In upper case.
    pub method: String,
    /// As the caller saw it, query included.
    pub url: String,
    /// Names in lower case, in order of arrival.
    pub headers: Vec<Header>,
    /// The raw bytes.
    #[serde(with = "text_or_bytes")]
    pub body: Vec<u8>,
    /// What else the host tells.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl Delivery {
    /// The first header of this name (any case) as text, when it is there and UTF-8.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(&header.value).ok()
    }
}

/// An answer of HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Response {
    /// 100 to 599.
    pub status: u16,
    /// In order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// Whole.
    #[serde(with = "text_or_bytes")]
    pub body: Vec<u8>,
}

/// What a delivery tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reception {
    /// What the channel expects to hear.
    pub answer: Response,
    /// In the channel's order.
    pub facts: Vec<Fact>,
    /// What `feed.hydrate` is to fetch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pointers: Vec<Pointer>,
}

/// Why genuine bytes could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Not what the channel sends.
    Malformed(String),
    /// Of a form that the connector does not know as a whole.
    Unsupported(String),
}

/// Bytes that are nearly always text: JSON text when they are UTF-8, an array of numbers otherwise. Lossless both ways.
pub(crate) mod text_or_bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => bytes.serialize(serializer),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Ok(match Form::deserialize(deserializer)? {
            Form::Text(text) => text.into_bytes(),
            Form::Bytes(bytes) => bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Delivery, Header};

    proptest! {
        #[test]
        fn bytes_survive_json(body: Vec<u8>, value: Vec<u8>) {
            let delivery = Delivery { body, headers: vec![Header { name: "x".to_owned(), value }], ..Delivery::default() };
            let text = serde_json::to_string(&delivery).unwrap();
            prop_assert_eq!(serde_json::from_str::<Delivery>(&text).unwrap(), delivery);
        }
    }

    #[test]
    fn headers_are_found_in_any_case() {
        let delivery = Delivery { headers: vec![Header::new("X-Signature", "abc")], ..Delivery::default() };
        assert_eq!(delivery.header("x-SIGNATURE"), Some("abc"));
        assert_eq!(delivery.header("x-other"), None);
    }
}
