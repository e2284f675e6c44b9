//! Looks into linked data: a type, an id, an audience may be one or several, a text or an object.

use serde_json::Value;
use url::Url;

/// More of anything is damage.
const ITEMS_MAX: usize = 256;

/// One value or a list of them, as a list.
pub(crate) fn several<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    match value.get(name) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().take(ITEMS_MAX).collect(),
        Some(one) => vec![one],
    }
}

/// The first type (`@type` in expanded documents), without a vocabulary before it.
pub(crate) fn kind(value: &Value) -> Option<&str> {
    let found = several(value, "type").into_iter().chain(several(value, "@type")).find_map(Value::as_str)?;
    found.rsplit(['#', ':']).next().filter(|name| !name.is_empty())
}

/// The id of a value that is an id, or an object with one, or a link.
pub(crate) fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(_) => lenient::as_id(value),
        Value::Object(_) => lenient::id(value, "id").or_else(|| lenient::id(value, "@id")).or_else(|| lenient::id(value, "href")),
        _ => None,
    }
}

/// The ids of a field that may have one or several.
pub(crate) fn ids(value: &Value, name: &str) -> Vec<String> {
    several(value, name).into_iter().filter_map(id_of).collect()
}

/// The first id of a field.
pub(crate) fn id(value: &Value, name: &str) -> Option<String> {
    several(value, name).into_iter().find_map(id_of)
}

/// The host of an address that can be fetched.
pub(crate) fn host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    url.host_str().map(str::to_lowercase)
}

/// Whether two addresses are of one server.
pub(crate) fn same_host(one: &str, other: &str) -> bool {
    host(one).is_some_and(|host| self::host(other).as_deref() == Some(host.as_str()))
}

/// The server whose key signed, by `keyId` of a `signature` header or `keyid` of a `signature-input`.
pub(crate) fn key_host(header: &str) -> Option<String> {
    let lower = header.to_ascii_lowercase();
    let start = lower.find("keyid=\"")?.checked_add("keyid=\"".len())?;
    let key = header.get(start..)?.split('"').next()?;
    host(key)
}
