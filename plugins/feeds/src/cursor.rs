//! Where the next poll starts: what each feed said last, and a fingerprint of each entry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The cursor, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// By the feed's address.
    #[serde(default)]
    pub(crate) feeds: BTreeMap<String, Seen>,
}

/// What is known of one feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Seen {
    /// Its `etag`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
    /// Its `last-modified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) modified: Option<String>,
    /// Entries: eight digits for the id, eight for what it says.
    entries: Vec<String>,
}

/// What an entry is to somebody who has read the feed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// It was not there.
    New,
    /// It says something else.
    Changed,
    /// It is the same.
    Same,
}

impl Cursor {
    /// Reads a cursor; one that cannot be read is none, and deduplication absorbs what comes twice.
    pub(crate) fn read(bytes: Option<&[u8]>) -> Self {
        bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
    }

    /// As bytes, without feeds that nobody asks for any more.
    pub(crate) fn write(mut self, feeds: &[String]) -> Vec<u8> {
        self.feeds.retain(|address, _| feeds.contains(address));
        serde_json::to_vec(&self).unwrap_or_default()
    }
}

impl Seen {
    /// What an entry is.
    pub(crate) fn news(&self, key: &str, version: &str) -> News {
        let mark = mark(key, version);
        let id = mark.get(..8).unwrap_or_default();
        match self.entries.iter().find(|known| known.starts_with(id)) {
            None => News::New,
            Some(known) if *known == mark => News::Same,
            Some(_) => News::Changed,
        }
    }

    /// Remembers an entry; the oldest are forgotten.
    pub(crate) fn remember(&mut self, key: &str, version: &str, entries_max: usize) {
        let mark = mark(key, version);
        let id = mark.get(..8).unwrap_or_default().to_owned();
        self.entries.retain(|known| !known.starts_with(&id));
        self.entries.push(mark);
        let extra = self.entries.len().saturating_sub(entries_max);
        self.entries.drain(..extra);
    }
}

fn mark(key: &str, version: &str) -> String {
    let id = lenient::fingerprint(key.as_bytes());
    format!("{}{}", id.get(8..).unwrap_or_default(), version.get(8..).unwrap_or_default())
}
