//! Identity by content: SHA-256, and the one canonical JSON form that is hashed.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256, as 64 lower-case hex digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex::encode(Sha256::digest(bytes)))
    }

    /// The digest of a value's canonical JSON.
    ///
    /// # Errors
    /// When the value cannot be written as JSON (a map with keys that are not texts).
    pub fn of_json<T: Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        Ok(Self::of(canonical_json(value)?.as_bytes()))
    }

    /// A digest written by somebody: `None` unless it is 64 hex digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("sha256:").unwrap_or(text);
        let hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| Self(text.to_ascii_lowercase()))
    }

    /// All 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 digits, for people.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// JSON with sorted keys and no white space, so that equal meanings are equal bytes.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn canonical_json<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    // `serde_json::Value` keeps objects in a BTreeMap: going through it sorts every key.
    serde_json::to_string(&serde_json::to_value(value)?)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{Digest, canonical_json};

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let value: serde_json::Value = serde_json::from_str(r#"{"b":{"z":1,"a":[{"y":2,"x":1}]},"a":0.5}"#).unwrap();
        assert_eq!(canonical_json(&value).unwrap(), r#"{"a":0.5,"b":{"a":[{"x":1,"y":2}],"z":1}}"#);
    }

    #[test]
    fn the_order_of_a_map_does_not_matter() {
        let one: HashMap<String, u32> = (0..50).map(|n| (format!("key-{n}"), n)).collect();
        let two: HashMap<String, u32> = (0..50).rev().map(|n| (format!("key-{n}"), n)).collect();
        assert_eq!(Digest::of_json(&one).unwrap(), Digest::of_json(&two).unwrap());
    }

    #[test]
    fn digests_that_people_write() {
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").as_str(), hex);
        for (text, expected) in [
            (hex.to_owned(), true),
            (format!("sha256:{}", hex.to_uppercase()), true),
            (hex[1..].to_owned(), false),
            ("g".repeat(64), false),
        ] {
            assert_eq!(Digest::parse(&text).is_some(), expected, "{text}");
        }
    }
}
