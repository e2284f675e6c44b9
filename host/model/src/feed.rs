//! What connections and feeds bring, and why an edge call could not do its work.

use serde::{Deserialize, Serialize};

use crate::{Fact, Pointer, Timestamp};

/// Something to send over a connection that the host holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// A text frame or line.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
}

/// What a frame of a connection tells (the contract's `connection.step`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Advance {
    /// In the channel's order.
    pub facts: Vec<Fact>,
    /// Where to resume; absent: unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Vec<u8>>,
    /// Frames to send, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub send: Vec<Frame>,
    /// When to wake the connector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Timestamp>,
}

/// What a poll brought (the contract's `feed.page`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Page {
    /// Oldest first.
    pub facts: Vec<Fact>,
    /// What `hydrate` is to fetch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pointers: Vec<Pointer>,
    /// Where the next poll starts. In JSON a text when it is UTF-8.
    #[serde(with = "crate::delivery::text_or_bytes")]
    pub cursor: Vec<u8>,
    /// Poll again at once.
    pub more: bool,
    /// Not before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_poll_at: Option<Timestamp>,
}

/// Why an edge plugin could not do its work: the plugin's own words, not a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Worth another try, not before `at`.
    Later {
        /// Not before this time.
        at: Option<Timestamp>,
        /// Why.
        why: String,
    },
    /// The credential does not open the door.
    Unauthorised(String),
    /// No try will help.
    Never(String),
}
