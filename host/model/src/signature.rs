//! How a channel signs what it pushes: declared by the connector's manifest (or chosen in its settings), verified by the host.
//!
//! A scheme names secrets by the plugin's own names; which configured secret stands behind a name is the operator's grant. The schemes of
//! the channels are listed with their sources in the connectors' READMEs.

use std::collections::BTreeMap;

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
    /// Hexadecimal, in lower or upper case but not in both.
    #[default]
    Hex,
    /// Standard base64 with padding (RFC 4648 §4).
    Base64,
}

/// What a configured key of an HTTP signature is, and how it signs (the names of RFC 9421, §6.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HttpAlgorithm {
    /// A shared secret, RFC 2104 with SHA-256.
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
    /// An RSA key, RSASSA-PSS with SHA-512.
    #[serde(rename = "rsa-pss-sha512")]
    RsaPssSha512,
    /// An RSA key, RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "rsa-v1_5-sha256")]
    RsaV15Sha256,
    /// A key on the curve P-256, ECDSA with SHA-256.
    #[serde(rename = "ecdsa-p256-sha256")]
    EcdsaP256Sha256,
    /// RFC 8032.
    #[serde(rename = "ed25519")]
    Ed25519,
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
    /// HTTP message signatures (RFC 9421), and the draft before them (draft-cavage-http-signatures-12) that the Fediverse speaks. The body's
    /// digest (`Content-Digest`, `Digest`) has to be signed with it.
    HttpSignature {
        /// The key's name: a shared secret (as it is, or in base64) or a public key. Absent: the host fetches the key that `keyId` names, and
        /// the key has to belong to the `actor` of the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
        /// What the configured key is. Absent: a text that begins with `-----BEGIN` is a public key, anything else a shared secret.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        algorithm: Option<HttpAlgorithm>,
        /// Components that have to be signed (RFC 9421, §2). Absent: method, target and authority, and the body's digest when there is a body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        covers: Option<Vec<String>>,
        /// Where a JSON body names who speaks, as a pointer to an id or to an object with `id`. Only for keys that are fetched.
        #[serde(default = "actor")]
        actor: String,
        /// How far the time of signing may be from ours, either way.
        #[serde(default = "five_minutes")]
        tolerance_s: u64,
    },
    /// A JSON web token (RFC 7519) in a header: Microsoft Teams, Google's push, Vonage. It proves who calls; what it proves of the body is what
    /// its claims say of it.
    Jwt {
        /// The header that carries it.
        #[serde(default = "authorization")]
        header: String,
        /// What stands before it.
        #[serde(default = "bearer")]
        prefix: String,
        /// Who has to have issued it (`iss`). May have `{/pointer}` places, filled from the settings, like the next two and the texts of `claims`.
        issuer: String,
        /// For whom it has to be (`aud`). To be left out only with `secret`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<String>,
        /// Where the issuer's keys are: the URL of a JWK set (RFC 7517) or of an OpenID configuration.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keys: Option<String>,
        /// Instead of `keys`: the name of a secret shared with the issuer, for HS256.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
        /// Claims that have to be this text, or, for a text that begins with `/`, what the JSON body has at this pointer.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        claims: BTreeMap<String, String>,
        /// A pointer to what the key has to be endorsed for: the Bot Framework's `/channelId`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endorsed: Option<String>,
        /// The claim that has the SHA-256 of the body in hex, such as `payload_hash`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload_claim: Option<String>,
        /// The claim that has the SHA-256 of the URL in hex, such as `url_hash`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url_claim: Option<String>,
        /// By how much the issuer's clock may differ from ours.
        #[serde(default = "five_minutes")]
        tolerance_s: u64,
    },
    /// Amazon SNS: RSA over the canonical fields of a message, with a certificate of Amazon. The host confirms subscriptions to these topics.
    Sns {
        /// The ARNs of the topics that may deliver; `{/pointer}` places are filled from the settings.
        topics: Vec<String>,
        /// How old a message may be: Amazon sends again for an hour.
        #[serde(default = "two_hours")]
        tolerance_s: u64,
    },
    /// ECDSA on P-256 with SHA-256 over timestamp and body, in base64, as `SendGrid` does.
    EcdsaP256 {
        /// The header that carries the signature.
        header: String,
        /// The header that carries the time of signing, in Unix seconds.
        timestamp_header: String,
        /// How far that time may be from ours, either way.
        #[serde(default = "five_minutes")]
        tolerance_s: u64,
        /// The public key's name; the key itself is base64 or PEM (`SubjectPublicKeyInfo`).
        secret: String,
    },
    /// An HMAC that stands in the body beside what it signs, as Mailgun does: it proves not the rest of the body, so each is taken once. In a
    /// form the last part of a pointer is the field's name.
    BodyHmac {
        /// The hash.
        #[serde(default)]
        algorithm: Algorithm,
        /// How it is written.
        #[serde(default)]
        encoding: Encoding,
        /// Where it stands, as a pointer.
        signature: String,
        /// What is signed: a text with `{/pointer}` places, filled from the body.
        signed: String,
        /// Where the time of signing stands, in Unix seconds; `signed` has to name it.
        timestamp: String,
        /// How far that time may be from ours, either way.
        #[serde(default = "five_minutes")]
        tolerance_s: u64,
        /// The key's name.
        secret: String,
    },
    /// A fixed secret in a JSON body or a form, as VK does. It is taken out before the body is read or kept.
    BodyToken {
        /// Where it stands, as a pointer; in a form its last part is the field's name.
        pointer: String,
        /// The secret's name.
        secret: String,
    },
    /// A fixed secret in the URL's query, for channels that know nothing better. It is taken out before the URL is read or kept.
    QueryToken {
        /// The parameter's name.
        parameter: String,
        /// The secret's name.
        secret: String,
    },
    /// `WeChat`: SHA-1 over the sorted token, timestamp and nonce of the query. It proves not the body, so each is taken once.
    Wechat {
        /// How far the timestamp may be from ours, either way.
        #[serde(default = "five_minutes")]
        tolerance_s: u64,
        /// The token's name.
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
    /// `LinkedIn`: `GET ?challengeCode=…`, answered with the code and its HMAC-SHA256 in hex.
    Linkedin {
        /// The client secret's name.
        secret: String,
    },
    /// CloudEvents webhooks: `OPTIONS` with `WebHook-Request-Origin`, answered with `WebHook-Allowed-Origin` and `-Rate`.
    CloudEvents {
        /// The origins that may deliver. Absent: all; their deliveries are verified all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origins: Option<Vec<String>>,
    },
    /// `WeChat`: `GET ?signature=…&timestamp=…&nonce=…&echostr=…`, answered with `echostr`.
    Wechat {
        /// The token's name.
        secret: String,
    },
}

impl Handshake {
    /// The name of the secret that it needs.
    #[must_use]
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::HubChallenge { secret } | Self::Crc { secret } | Self::Linkedin { secret } | Self::Wechat { secret } => Some(secret),
            Self::CloudEvents { .. } => None,
        }
    }
}

impl SignatureScheme {
    /// The name of the secret that it needs.
    #[must_use]
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::None | Self::Sns { .. } => None,
            Self::HttpSignature { secret, .. } | Self::Jwt { secret, .. } => secret.as_deref(),
            Self::Token { secret, .. }
            | Self::Basic { secret, .. }
            | Self::Hmac { secret, .. }
            | Self::Ed25519 { secret, .. }
            | Self::StandardWebhooks { secret, .. }
            | Self::EcdsaP256 { secret, .. }
            | Self::BodyHmac { secret, .. }
            | Self::BodyToken { secret, .. }
            | Self::QueryToken { secret, .. }
            | Self::Wechat { secret, .. }
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

fn two_hours() -> u64 {
    7_200
}

fn actor() -> String {
    "/actor".to_owned()
}

fn authorization() -> String {
    "authorization".to_owned()
}

fn bearer() -> String {
    "Bearer ".to_owned()
}
