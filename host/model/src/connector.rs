use serde::{Deserialize, Serialize};

use crate::Rung;

/// A connector: a plugin that reads one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectorSpec {
    /// The configured name: `POST /hooks/{name}`.
    pub name: String,
    /// The plugin that reads.
    pub plugin: String,
    /// The kind of channel.
    pub channel: String,
    /// The connected account, for facts that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// How often a feed is polled; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_interval_ms: Option<u64>,
    /// Where mails are handed over, `address:port`; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lmtp_listen: Option<String>,
    /// Where mails come in over SMTP, `address:port`; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smtp_listen: Option<String>,
    /// What STARTTLS on that listener works with; absent: it is not offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smtp_tls: Option<ListenerTls>,
    /// Whether the declared connection (a stream, a WebSocket, a mailbox) is held open.
    #[serde(default)]
    pub connect: bool,
    /// What is tried, in order, when an answer cannot go out; empty: [`Rung::USUAL`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback: Vec<Rung>,
    /// Texts of the company that may stand in public answers although they look private: its own hotline, its own address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_texts: Vec<String>,
}

impl ConnectorSpec {
    /// What is tried, in order, to answer somebody.
    #[must_use]
    pub fn ladder(&self) -> &[Rung] {
        if self.fallback.is_empty() { &Rung::USUAL } else { &self.fallback }
    }
}

/// The certificate of a listener, by the names of configured secrets: a value that is changed counts for the next dialogue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListenerTls {
    /// Whose value is the certificate, and those between it and a root, PEM.
    pub certificate: String,
    /// Whose value is its private key, PEM.
    pub key: String,
}
