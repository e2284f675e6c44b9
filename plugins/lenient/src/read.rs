use pointsman_plugin::{Attribute, Refusal, Timestamp, Value as Attributed};
use serde_json::Value;

/// Longer ids are not the channel's, in bytes.
const ID_BYTES_MAX: usize = 512;

/// The value of this name or at this pointer, when it is there and not null.
#[must_use]
pub fn at<'a>(value: &'a Value, place: &str) -> Option<&'a Value> {
    let found = if place.is_empty() || place.starts_with('/') { value.pointer(place) } else { value.get(place) };
    found.filter(|value| !value.is_null())
}

/// Whether there is anything: not null, not empty, not `false`.
#[must_use]
pub fn given(value: &Value, place: &str) -> bool {
    at(value, place).is_some_and(|found| match found {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(flag) => *flag,
        _ => true,
    })
}

/// A text that is not empty.
#[must_use]
pub fn text<'a>(value: &'a Value, place: &str) -> Option<&'a str> {
    at(value, place)?.as_str().filter(|text| !text.is_empty())
}

/// An id: a text, or a number, which some channels use for the same thing. Lossless up to 64 bits.
#[must_use]
pub fn id(value: &Value, place: &str) -> Option<String> {
    as_id(at(value, place)?)
}

/// A value as an id.
#[must_use]
pub fn as_id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if (1..=ID_BYTES_MAX).contains(&text.len()) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A count: what is missing or negative is 0.
#[must_use]
pub fn count(value: &Value, place: &str) -> u64 {
    at(value, place).and_then(|found| found.as_u64().or_else(|| found.as_str()?.parse().ok())).unwrap_or_default()
}

/// A number, also when it is written as text.
#[must_use]
pub fn number(value: &Value, place: &str) -> Option<f64> {
    let found = at(value, place)?;
    found.as_f64().or_else(|| found.as_str()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}

/// Whether it says `true`.
#[must_use]
pub fn flag(value: &Value, place: &str) -> bool {
    at(value, place).and_then(Value::as_bool).unwrap_or_default()
}

/// The items of a list; none when there is no list.
#[must_use]
pub fn list<'a>(value: &'a Value, place: &str) -> &'a [Value] {
    at(value, place).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// An object.
#[must_use]
pub fn object<'a>(value: &'a Value, place: &str) -> Option<&'a Value> {
    at(value, place).filter(|found| found.is_object())
}

/// A time: RFC 3339 or RFC 2822, or a number (also written as text) of seconds, milliseconds, microseconds or nanoseconds, told apart by
/// its size.
#[must_use]
pub fn time(value: &Value, place: &str) -> Option<Timestamp> {
    match at(value, place)? {
        Value::String(text) => pointsman_plugin::time::parse(text),
        Value::Number(number) => pointsman_plugin::time::unix(&number.to_string()),
        _ => None,
    }
}

/// An attribute.
#[must_use]
pub fn attribute(name: &str, value: impl Into<Attributed>) -> Attribute {
    Attribute::new(name, value)
}

/// The bytes as a JSON document; a byte order mark before it does no harm.
///
/// # Errors
/// When they are no JSON.
pub fn document(bytes: &[u8]) -> Result<Value, Refusal> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|why| Refusal::Malformed(format!("the body is no JSON: {why}")))
}

/// A part of a path or query, percent-encoded (RFC 3986): everything but unreserved characters.
#[must_use]
pub fn escaped(part: &str) -> String {
    part.bytes().fold(String::with_capacity(part.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// A short name for bytes that have no id: FNV-1a, 64 bits, in hex. Not for secrets.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}
