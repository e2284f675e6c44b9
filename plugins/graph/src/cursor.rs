//! Where the next poll starts: for each endpoint the newest time that was seen, and the page that was not reached yet.

use std::collections::BTreeMap;

use pointsman_plugin::Timestamp;
use serde::{Deserialize, Serialize};

/// The cursor, as JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// By the endpoint's name.
    #[serde(default)]
    pub(crate) places: BTreeMap<String, Place>,
}

/// The place in one endpoint's list, which begins with the newest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The newest time that was seen.
    #[serde(default)]
    pub(crate) newest: Timestamp,
    /// Where the next poll goes on, when the last one ended before it reached what was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<String>,
    /// What is older was known when that began.
    #[serde(default)]
    pub(crate) floor: Timestamp,
}

impl Cursor {
    /// Reads a cursor; one that cannot be read is none, and deduplication absorbs what comes twice.
    pub(crate) fn read(bytes: Option<&[u8]>) -> Self {
        bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
    }

    /// As bytes.
    pub(crate) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}
