//! Where the next poll starts: for each endpoint the newest id that was seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The cursor, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// By the endpoint's name.
    #[serde(default)]
    seen: BTreeMap<String, String>,
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

    /// The newest id of an endpoint.
    pub(crate) fn newest(&self, endpoint: &str) -> Option<&str> {
        self.seen.get(endpoint).map(String::as_str)
    }

    /// Remembers an id, when it is newer than the remembered one.
    pub(crate) fn advance(&mut self, endpoint: &str, id: &str) {
        let known = self.newest(endpoint);
        if known.is_none_or(|known| newer(id, known)) {
            self.seen.insert(endpoint.to_owned(), id.to_owned());
        }
    }
}

/// Ids are numbers beyond 2^53 in texts, or (in forks) texts that sort.
pub(crate) fn newer(id: &str, than: &str) -> bool {
    (id.len(), id) > (than.len(), than)
}
