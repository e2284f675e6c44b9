//! Lenient looks into JSON: a field of a wrong type is a field that is not there.

use pointsman_plugin::{Attribute, Timestamp, Value as Attributed};
use serde_json::Value;

/// A text that is not empty.
pub(crate) fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// An id: a text, or (in old and forked servers) a number.
pub(crate) fn id(object: &Value, name: &str) -> Option<String> {
    as_id(object.get(name)?)
}

/// A value as an id.
pub(crate) fn as_id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if (1..=ID_BYTES_MAX).contains(&text.len()) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A count; servers say -1 where they do not tell.
pub(crate) fn count(object: &Value, name: &str) -> u64 {
    object.get(name).and_then(Value::as_u64).unwrap_or_default()
}

/// Yes.
pub(crate) fn flag(object: &Value, name: &str) -> bool {
    object.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// The items of a list.
pub(crate) fn list<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    object.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// An object that is there and not null.
pub(crate) fn object<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| value.is_object())
}

/// A time as RFC 3339 writes it.
pub(crate) fn time(object: &Value, name: &str) -> Option<Timestamp> {
    pointsman_plugin::time::parse(text(object, name)?)
}

/// An attribute with a text.
pub(crate) fn attribute(name: &str, value: impl Into<Attributed>) -> Attribute {
    Attribute { name: name.to_owned(), value: value.into() }
}

/// A short name for bytes that have no id: FNV-1a, 64 bits, in hex. Not for secrets.
pub(crate) fn fingerprint(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// Longer ids are not the channel's.
const ID_BYTES_MAX: usize = 256;
