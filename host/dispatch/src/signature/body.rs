//! Looks into a body that is not verified yet: by pointers, without building it up. What is there twice counts as not there at all, because
//! another reader could take the other one.

use std::borrow::Cow;
use std::fmt;

use model::Delivery;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Forged, text};

/// Most members of one object, and parts of one form.
const MEMBERS_MAX: usize = 10_000;

/// The text or number at a pointer of a JSON body, or in the field that its last part names of a form; `None` when nothing is there.
///
/// # Errors
/// When the body has not the form that it says, or has this twice.
pub(super) fn text_at(delivery: &Delivery, pointer: &str) -> Result<Option<String>, Forged> {
    match kind(delivery) {
        Kind::Json => raw_at(&delivery.body, pointer)?.map(plain).transpose().map(Option::flatten),
        Kind::Form => only(url::form_urlencoded::parse(&delivery.body), field(pointer)).map(|found| found.map(Cow::into_owned)),
        Kind::Parts(boundary) => super::parts::field(&delivery.body, &boundary, field(pointer)),
    }
}

/// As [`text_at`], but it has to be there.
pub(super) fn demanded(delivery: &Delivery, pointer: &str) -> Result<String, Forged> {
    text_at(delivery, pointer)?.ok_or_else(|| Forged::Missing(format!("{pointer} of the body")))
}

/// Takes the text at a pointer out of the body, every other byte left as it is.
pub(super) fn without(delivery: &Delivery, pointer: &str) -> Result<Vec<u8>, Forged> {
    match kind(delivery) {
        Kind::Json => {
            let found = raw_at(&delivery.body, pointer)?.ok_or_else(|| Forged::Missing(format!("{pointer} of the body")))?.get();
            let start = found.as_ptr().addr().saturating_sub(delivery.body.as_ptr().addr());
            let (before, rest) = delivery.body.split_at_checked(start).unwrap_or_default();
            let after = rest.get(found.len()..).unwrap_or_default();
            Ok([before, b"\"withheld\"", after].concat())
        }
        Kind::Form => {
            let form = std::str::from_utf8(&delivery.body).map_err(|_| malformed("the form is not text"))?;
            Ok(text::without_parameter(form, field(pointer)).into_bytes())
        }
        Kind::Parts(_) => Err(malformed("a secret cannot be taken out of a form in parts")),
    }
}

enum Kind {
    Json,
    Form,
    Parts(String),
}

fn kind(delivery: &Delivery) -> Kind {
    let media_type = delivery.header("content-type").unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-www-form-urlencoded" => Kind::Form,
        "multipart/form-data" => Kind::Parts(super::parts::boundary(media_type).unwrap_or_default()),
        _ => Kind::Json,
    }
}

fn field(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

fn only<'a>(fields: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>, name: &str) -> Result<Option<Cow<'a, str>>, Forged> {
    let mut found = fields.take(MEMBERS_MAX).filter(|(key, _)| key == name);
    let first = found.next();
    if found.next().is_some() { Err(twice(name)) } else { Ok(first.map(|(_, value)| value)) }
}

/// The value at a pointer (RFC 6901) as it is written.
pub(super) fn raw_at<'a>(body: &'a [u8], pointer: &str) -> Result<Option<&'a RawValue>, Forged> {
    let mut value: &RawValue = serde_json::from_slice(body).map_err(|error| malformed(&format!("the body is not JSON: {error}")))?;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let Some(next) = member(value, &part)? else { return Ok(None) };
        value = next;
    }
    Ok(Some(value))
}

fn member<'a>(value: &'a RawValue, name: &str) -> Result<Option<&'a RawValue>, Forged> {
    if value.get().starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(value.get()).map_err(|error| malformed(&error.to_string()))?;
        return Ok(name.parse().ok().and_then(|index: usize| items.get(index).copied()));
    }
    let Ok(Members(members)) = serde_json::from_str(value.get()) else { return Ok(None) };
    let mut found = members.into_iter().filter(|(key, _)| key == name);
    let first = found.next();
    if found.next().is_some() { Err(twice(name)) } else { Ok(first.map(|(_, value)| value)) }
}

/// A string's text, or a number as it is written.
fn plain(value: &RawValue) -> Result<Option<String>, Forged> {
    let written = value.get();
    match written.as_bytes().first() {
        Some(b'"') => serde_json::from_str(written).map(Some).map_err(|error| malformed(&error.to_string())),
        Some(b'-' | b'0'..=b'9') => Ok(Some(written.to_owned())),
        _ => Ok(None),
    }
}

fn malformed(why: &str) -> Forged {
    Forged::Malformed(why.to_owned())
}

fn twice(name: &str) -> Forged {
    Forged::Malformed(format!("`{}` is there more than once", name.escape_debug()))
}

/// The members of an object in their order, names that come twice included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    if members.len() == MEMBERS_MAX {
                        return Err(serde::de::Error::custom("too many members"));
                    }
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
