use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where the next poll starts, for each list; JSON in the feed's cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// By the list's name.
    #[serde(default)]
    places: BTreeMap<String, Place>,
}

/// A place in one list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// What was seen: nothing up to here is wanted again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The token of the page that comes next, when the last poll did not reach the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The newest of the pages so far; becomes `since` at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) newest: Option<String>,
}

impl Cursor {
    /// Reads a cursor; one that cannot be read is none, and deduplication absorbs what comes twice.
    #[must_use]
    pub fn read(bytes: Option<&[u8]>) -> Self {
        bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
    }

    /// As bytes.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The place in the list of this name.
    pub fn place(&mut self, name: &str) -> &mut Place {
        self.places.entry(name.to_owned()).or_default()
    }
}

impl Place {
    /// Goes on to the next page, or to the end.
    pub(crate) fn advance(&mut self, newest: Option<String>, next: Option<String>) {
        if let Some(newest) = newest.filter(|found| self.newest.as_ref().is_none_or(|known| newer(found, known))) {
            self.newest = Some(newest);
        }
        self.next = next;
        if self.next.is_none() {
            let newest = self.newest.take();
            if newest.as_ref().is_some_and(|found| self.since.as_ref().is_none_or(|known| newer(found, known))) {
                self.since = newest;
            }
        }
    }
}

/// Ids are numbers beyond 2^53 in texts; times in one form sort as they are.
#[must_use]
pub fn newer(one: &str, than: &str) -> bool {
    (one.len(), one) > (than.len(), than)
}
