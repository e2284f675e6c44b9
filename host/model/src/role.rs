//! Roles: what a plugin can be used for, by the interfaces that it exports.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One exported interface of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Deliveries pushed over HTTP.
    Webhook,
    /// Frames of a connection that the host holds.
    Connection,
    /// Pages fetched from a channel.
    Feed,
    /// The way out of a channel.
    Sender,
    /// Look-ups that add signals.
    Enricher,
    /// Signals found in what was said.
    Classifier,
    /// How soon.
    Prioritizer,
    /// Who.
    Router,
    /// Replies to suggest.
    Responder,
    /// Decided interactions leaving for other systems.
    Sink,
}

impl Role {
    /// All roles, in the order of an interaction's life.
    pub const ALL: [Self; 10] = [
        Self::Webhook,
        Self::Connection,
        Self::Feed,
        Self::Sender,
        Self::Enricher,
        Self::Classifier,
        Self::Prioritizer,
        Self::Router,
        Self::Responder,
        Self::Sink,
    ];

    /// The interface's name, as in `plugin call FILE classifier.classify`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Connection => "connection",
            Self::Feed => "feed",
            Self::Sender => "sender",
            Self::Enricher => "enricher",
            Self::Classifier => "classifier",
            Self::Prioritizer => "prioritizer",
            Self::Router => "router",
            Self::Responder => "responder",
            Self::Sink => "sink",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether it runs on the pure engine: no import but `log` (and `keys` for webhooks) does anything, and fuel decides.
    #[must_use]
    pub fn is_pure(self) -> bool {
        !matches!(self, Self::Feed | Self::Sender | Self::Enricher | Self::Responder | Self::Sink)
    }

    /// Whether it can be a step of a chain.
    #[must_use]
    pub fn is_step(self) -> bool {
        matches!(self, Self::Enricher | Self::Classifier | Self::Prioritizer | Self::Router | Self::Responder)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
