//! How a channel signs what it pushes: declared by the connector's manifest (or chosen in its settings), verified by the host.
//!
//! A scheme names secrets by the plugin's own names; which configured secret stands behind a name is the operator's grant. The schemes of
//! the channels are listed with their sources in the connectors' READMEs.

use serde::{Deserialize, Serialize};

/// The hash of an HMAC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// RFC 2104 with SHA-1.
    Sha1,
    /// RFC 2104 with SHA-256.
    #[default]
    Sha256,
    /// RFC 2104 with SHA-512.
    Sha512,
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Hexadecimal, any case.
    #[default]
    Hex,
    /// Standard base64 with padding (RFC 4648 §4).
    Base64,
}

/// How a delivery proves that it is genuine. In JSON and TOML an object with `scheme`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SignatureScheme {
    /// Nothing is proven. Has to be written out: there is no default.
    None,
    /// A fixed secret in a header (`Authorization: Bearer …`, `X-Telegram-Bot-Api-Secret-Token: …`).
    Token {
        /// The header's name.
        header: String,
        /// What stands before the secret.
        #[serde(default)]
        prefix: String,
        /// The secret's name.
        secret: String,
    },
    /// HTTP basic authentication (RFC 7617).
    Basic {
        /// The user's name.
        username: String,
        /// The password's name.
        secret: String,
    },
    /// An HMAC over the body or over a text made from it: Meta, GitHub, Slack, LINE, Viber, Discourse, Intercom, Zendesk, X …
    Hmac {
        /// The hash.
        #[serde(default)]
        algorithm: Algorithm,
        /// How it is written.
        #[serde(default)]
        encoding: Encoding,
        /// The header that carries it.
        header: String,
        /// What stands before it, such as `sha256=` or `v0=`.
        #[serde(default)]
        prefix: String,
        /// What is signed: a text with `{body}` and `{timestamp}`, such as `v0:{timestamp}:{body}`.
        #[serde(default = "whole_body")]
        signed: String,
        /// The header that carries the time of signing, in Unix seconds; demanded when `signed` names `{timestamp}`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timestamp_header: Option<String>,
        /// How far that time may be from ours, either way.
        #[serde(default = "five_minutes")]
        tolerance_s: u64,
        /// The key's name.
        secret: String,
    },
    /// Ed25519 (RFC 8032) over timestamp and body, as Discord does.
    Ed25519 {
        /// The header that carries the signature, in hex.
        header: String,
        /// The header that carries the time of signing, in Unix seconds.
        timestamp_header: String,
        /// How far that time may be from ours, either way.
        #[serde(default = "five_minutes")]
        tolerance_s: u64,
        /// The public key's name; the key itself is 64 hex digits.
        secret: String,
    },
    /// Standard Webhooks v1 (HMAC-SHA256) and v1a (Ed25519): <https://www.standardwebhooks.com>.
    StandardWebhooks {
        /// What the three headers' names start with: `webhook`, or `svix`.
        #[serde(default = "webhook")]
        headers: String,
        /// How far the time of signing may be from ours, either way.
        #[serde(default = "five_minutes")]
        tolerance_s: u64,
        /// The key's name; the key itself is `whsec_…` or, for v1a, `whpk_…`.
        secret: String,
    },
    /// Twilio's HMAC-SHA1 over the URL and the sorted form fields, or `bodySHA256` for JSON.
    Twilio {
        /// The auth token's name.
        secret: String,
    },
}

/// How a channel checks that the address is ours, answered by the host alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Handshake {
    /// Meta, and WebSub: `GET ?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…`, answered with the challenge as plain text.
    HubChallenge {
        /// The verify token's name.
        secret: String,
    },
    /// X: `GET ?crc_token=…`, answered with `{"response_token": "sha256=" + base64(HMAC-SHA256(secret, token))}`.
    Crc {
        /// The consumer secret's name.
        secret: String,
    },
}

impl SignatureScheme {
    /// The name of the secret that it needs.
    #[must_use]
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Token { secret, .. }
            | Self::Basic { secret, .. }
            | Self::Hmac { secret, .. }
            | Self::Ed25519 { secret, .. }
            | Self::StandardWebhooks { secret, .. }
            | Self::Twilio { secret } => Some(secret),
        }
    }
}

fn whole_body() -> String {
    "{body}".to_owned()
}

fn five_minutes() -> u64 {
    300
}

fn webhook() -> String {
    "webhook".to_owned()
}
