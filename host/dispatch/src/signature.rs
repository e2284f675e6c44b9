//! Signatures: whether a delivery is genuine, decided by the host over the raw bytes before any guest code runs.
//!
//! [`Verified`] is the only way to hand a delivery to a connector, and only [`verify`] makes one: "genuine" is a value that one holds, not a
//! check that one hopes ran. It fails closed: no secret, an empty secret, an odd form, a second header of the same name are all
//! [`Forged`]. Every comparison of secret bytes takes the same time wherever they differ.
//!
//! Verifying is arithmetic and nothing else. What has to be fetched for it, [`wanted`] says beforehand: a [`KeySource`], which the host asks for
//! through its own checked way to the network; and only after a look at all that can be judged without a key.

mod beside;
mod body;
mod handshake;
mod http;
mod jwt;
mod keyring;
mod once;
mod parts;
mod public_key;
mod sns;
mod standard_webhooks;
mod stripped;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod twilio;
mod usable;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Algorithm, Delivery, Encoding, Secret, SignatureScheme, Timestamp};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use crate::arithmetic;

pub use handshake::handshake;
pub use keyring::{KeySource, Keyring, NoKeys, Published};
pub(crate) use once::{Once, Proof};
pub use usable::unusable;

use self::public_key::{PublicKey, Way};

/// A genuine delivery, without the headers that carry secrets: what guest code may see and the store may keep.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified(Delivery);

impl Verified {
    /// The delivery.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.0
    }

    /// The delivery, to be stored.
    #[must_use]
    pub fn into_delivery(self) -> Delivery {
        self.0
    }

    /// A delivery that was verified before it went into quarantine.
    pub(crate) fn before(delivery: Delivery) -> Self {
        Self(delivery)
    }
}

/// Why a delivery is not taken for genuine. For the operator's log: the caller hears nothing but "unauthorised".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Forged {
    /// A header that the scheme demands is missing.
    #[error("the header `{0}` is missing")]
    Missing(String),
    /// A header or parameter has not the form that the scheme demands.
    #[error("{0}")]
    Malformed(String),
    /// The time of signing is too far from ours.
    #[error("it was signed {off_s} s from now, at most {tolerance_s} s are allowed")]
    Stale {
        /// How far.
        off_s: u64,
        /// The limit.
        tolerance_s: u64,
    },
    /// It is not what the holder of the secret would have sent.
    #[error("the signature is wrong")]
    Mismatch,
    /// There is nothing to verify with.
    #[error("no usable secret is configured")]
    NoSecret,
    /// What it says of its own validity is over, or the key's is.
    #[error("it is not valid any more, or its key is not")]
    Expired,
    /// The signature says too little.
    #[error("the signature does not cover {0}")]
    Uncovered(String),
    /// A claim of its token is missing or another one.
    #[error("the claim `{0}` is missing or wrong")]
    Claim(String),
    /// Its key is none that was published. Perhaps it is a new one.
    #[error("the key is not among those that are published")]
    UnknownKey,
    /// Its key cannot be had, now or ever.
    #[error("its key cannot be had: {0}")]
    NoKey(String),
    /// The same proof came with another body before.
    #[error("the same proof came before with another body")]
    Replayed,
}

/// What a delivery is verified with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Means<'a> {
    /// All values that are valid now, so that a secret can be rotated: one that fits is enough.
    pub secrets: &'a [Secret],
    /// What was fetched from where [`wanted`] said.
    pub published: Option<&'a Keyring>,
}

impl<'a, S: AsRef<[Secret]> + ?Sized> From<&'a S> for Means<'a> {
    fn from(secrets: &'a S) -> Self {
        Self { secrets: secrets.as_ref(), published: None }
    }
}

/// Where the key is published that a delivery has to be verified with; `None` for schemes with configured secrets.
///
/// # Errors
/// When no key could make it genuine.
pub fn wanted(scheme: &SignatureScheme, delivery: &Delivery, now: Timestamp) -> Result<Option<KeySource>, Forged> {
    match scheme {
        SignatureScheme::HttpSignature { secret: None, .. } => {
            let demands = http::Demands::of(scheme).ok_or(Forged::NoSecret)?;
            http::source(&demands, delivery, now).map(Some)
        }
        SignatureScheme::Jwt { secret: None, keys, .. } => keys.clone().map(KeySource::Issuer).map(Some).ok_or(Forged::NoSecret),
        SignatureScheme::Sns { topics, tolerance_s } => sns::source(topics, *tolerance_s, delivery, now).map(Some),
        _ => Ok(None),
    }
}

/// What the host has to ask for after this genuine delivery, so that more of them come: the confirmation of an SNS subscription.
#[must_use]
pub(crate) fn confirmation(scheme: &SignatureScheme, verified: &Verified) -> Option<String> {
    matches!(scheme, SignatureScheme::Sns { .. }).then(|| sns::confirmation(verified.delivery()))?
}

/// Verifies a delivery by its channel's scheme.
///
/// # Errors
/// See [`Forged`].
pub fn verify<'a>(scheme: &SignatureScheme, means: impl Into<Means<'a>>, delivery: Delivery, now: Timestamp) -> Result<Verified, Forged> {
    judge(scheme, means.into(), delivery, now).map(|(verified, _)| verified).map_err(|refused| refused.0)
}

/// A genuine delivery and its proof, or why it is forged and the delivery itself.
pub(crate) type Judged = Result<(Verified, Option<Proof>), Box<(Forged, Delivery)>>;

/// As [`verify`], with a proof that counts for this body only, where the scheme proves no body. What is refused is given back: another key may
/// fit it.
pub(crate) fn judge(scheme: &SignatureScheme, means: Means, delivery: Delivery, now: Timestamp) -> Judged {
    let secrets: Vec<&[u8]> = means.secrets.iter().map(Secret::expose).filter(|secret| !secret.is_empty()).collect();
    let checked = if secrets.is_empty() && means.published.is_none() && *scheme != SignatureScheme::None {
        Err(Forged::NoSecret)
    } else {
        check(scheme, &secrets, means.published, &delivery, now)
    };
    match checked.and_then(|proof| Ok((stripped::stripped(scheme, &delivery)?, proof))) {
        Ok((changed, proof)) => Ok((Verified(changed.onto(delivery)), proof)),
        Err(forged) => Err(Box::new((forged, delivery))),
    }
}

fn check(
    scheme: &SignatureScheme,
    secrets: &[&[u8]],
    published: Option<&Keyring>,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<Option<Proof>, Forged> {
    if let Some(keys) = published {
        return check_published(scheme, keys, delivery, now).map(|()| None);
    }
    match scheme {
        SignatureScheme::None => Ok(()),
        SignatureScheme::Token { header, prefix, .. } => token(header, prefix, secrets, delivery),
        SignatureScheme::Basic { username, .. } => basic(username, secrets, delivery),
        SignatureScheme::Hmac { .. } => hmac(scheme, secrets, delivery, now),
        SignatureScheme::Ed25519 { header, timestamp_header, tolerance_s, .. } => {
            let at = only(delivery, timestamp_header)?;
            text::near(text::unix_seconds(at)?, *tolerance_s, now)?;
            ed25519(only(delivery, header)?, at, secrets, delivery)
        }
        SignatureScheme::EcdsaP256 { header, timestamp_header, tolerance_s, .. } => {
            let at = only(delivery, timestamp_header)?;
            text::near(text::unix_seconds(at)?, *tolerance_s, now)?;
            ecdsa(only(delivery, header)?, at, secrets, delivery)
        }
        SignatureScheme::StandardWebhooks { headers, tolerance_s, .. } => {
            standard_webhooks::verify(headers, *tolerance_s, secrets, delivery, now)
        }
        SignatureScheme::Twilio { .. } => twilio::verify(secrets, delivery),
        SignatureScheme::HttpSignature { secret: Some(_), .. } => {
            http::verify(&http::Demands::of(scheme).ok_or(Forged::NoSecret)?, secrets, delivery, now)
        }
        SignatureScheme::Jwt { secret: Some(_), .. } => jwt::verify_shared(scheme, secrets, delivery, now),
        SignatureScheme::HttpSignature { .. } | SignatureScheme::Jwt { .. } | SignatureScheme::Sns { .. } => Err(Forged::NoSecret),
        SignatureScheme::BodyToken { pointer, .. } => {
            let given = body::demanded(delivery, pointer)?;
            any(secrets, |secret| same(given.as_bytes(), &[secret]))
        }
        SignatureScheme::QueryToken { parameter, .. } => {
            let given = text::parameter(&delivery.url, parameter).ok_or_else(|| Forged::Missing(format!("{parameter} of the query")))?;
            any(secrets, |secret| same(given.as_bytes(), &[secret]))
        }
        SignatureScheme::BodyHmac { tolerance_s, .. } => {
            let id = beside::in_body(scheme, secrets, delivery, now)?;
            return Ok(Some(Proof::new(id, *tolerance_s)));
        }
        SignatureScheme::Wechat { tolerance_s, .. } => {
            let id = beside::in_query(*tolerance_s, secrets, &delivery.url, now)?;
            return Ok(Some(Proof::new(id, *tolerance_s)));
        }
    }
    .map(|()| None)
}

/// With keys that were fetched; a scheme with a configured secret never gets here.
fn check_published(scheme: &SignatureScheme, keys: &Keyring, delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
    match scheme {
        SignatureScheme::HttpSignature { secret: None, .. } => {
            http::verify_published(&http::Demands::of(scheme).ok_or(Forged::NoSecret)?, keys, delivery, now)
        }
        SignatureScheme::Jwt { secret: None, .. } => jwt::verify_published(scheme, keys, delivery, now),
        SignatureScheme::Sns { topics, tolerance_s } => sns::verify(topics, *tolerance_s, keys, delivery, now),
        _ => Err(Forged::Mismatch),
    }
}

fn token(header: &str, prefix: &str, secrets: &[&[u8]], delivery: &Delivery) -> Result<(), Forged> {
    let given = only(delivery, header)?.as_bytes();
    any(secrets, |secret| same(given, &[prefix.as_bytes(), secret]))
}

fn basic(username: &str, secrets: &[&[u8]], delivery: &Delivery) -> Result<(), Forged> {
    let value = only(delivery, "authorization")?;
    let encoded = value.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("basic ")).and_then(|_| value.get(6..));
    let given = encoded.and_then(|encoded| STANDARD.decode(encoded).ok());
    let given = given.ok_or_else(|| Forged::Malformed("`authorization` is no basic authentication".to_owned()))?;
    any(secrets, |secret| same(&given, &[username.as_bytes(), b":", secret]))
}

fn hmac(scheme: &SignatureScheme, secrets: &[&[u8]], delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
    let SignatureScheme::Hmac { algorithm, encoding, header, prefix, signed, timestamp_header, tolerance_s, .. } = scheme else {
        return Err(Forged::Mismatch);
    };
    let at = match timestamp_header {
        Some(name) => {
            let at = only(delivery, name)?;
            text::near(text::unix_seconds(at).or_else(|_| text::rfc3339_seconds(at))?, *tolerance_s, now)?;
            at
        }
        None if signed.contains("{timestamp}") => return Err(Forged::Malformed("the scheme names no header for the time".to_owned())),
        None => "",
    };
    let value = only(delivery, header)?;
    let value =
        value.strip_prefix(prefix.as_str()).ok_or_else(|| Forged::Malformed(format!("`{header}` does not start with `{prefix}`")))?;
    let signature = decoded(*encoding, value).ok_or_else(|| Forged::Malformed(format!("`{header}` is not well encoded")))?;
    let parts = text::filled(signed, at.as_bytes(), &delivery.body);
    any(secrets, |secret| arithmetic::hmac_is(*algorithm, secret, &parts, &signature))
}

fn ed25519(signature: &str, at: &str, secrets: &[&[u8]], delivery: &Delivery) -> Result<(), Forged> {
    let signature = decoded(Encoding::Hex, signature).ok_or_else(|| Forged::Malformed("the signature is not hexadecimal".to_owned()))?;
    let data = [at.as_bytes(), &delivery.body].concat();
    let keys: Vec<_> = secrets.iter().filter_map(|secret| arithmetic::public_key(secret)).collect();
    if keys.is_empty() {
        return Err(Forged::NoSecret);
    }
    any(&keys, |key| arithmetic::ed25519(key, &data, &signature))
}

fn ecdsa(signature: &str, at: &str, secrets: &[&[u8]], delivery: &Delivery) -> Result<(), Forged> {
    let signature = decoded(Encoding::Base64, signature).ok_or_else(|| Forged::Malformed("the signature is not base64".to_owned()))?;
    let data = [at.as_bytes(), &delivery.body].concat();
    let keys: Vec<_> = secrets.iter().filter_map(|secret| PublicKey::from_text(std::str::from_utf8(secret).ok()?)).collect();
    if keys.is_empty() {
        return Err(Forged::NoSecret);
    }
    any(&keys, |key| key.verifies(Way::EcdsaDer, &data, &signature))
}

/// The header, when it is there once and is text: of two headers nobody knows which one the sender meant.
fn only<'a>(delivery: &'a Delivery, name: &str) -> Result<&'a str, Forged> {
    let mut found = delivery.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    let first = found.next().ok_or_else(|| Forged::Missing(name.to_ascii_lowercase()))?;
    match (found.next(), std::str::from_utf8(&first.value)) {
        (None, Ok(value)) => Ok(value),
        (Some(_), _) => Err(Forged::Malformed(format!("the header `{name}` is there more than once"))),
        (_, Err(_)) => Err(Forged::Malformed(format!("the header `{name}` is not text"))),
    }
}

fn decoded(encoding: Encoding, value: &str) -> Option<Vec<u8>> {
    match encoding {
        // In one case or the other, so that a signature has no spellings between them.
        Encoding::Hex => {
            let mixed = value.bytes().any(|byte| byte.is_ascii_lowercase()) && value.bytes().any(|byte| byte.is_ascii_uppercase());
            hex::decode(value).ok().filter(|_| !mixed)
        }
        Encoding::Base64 => STANDARD.decode(value).ok(),
    }
}

/// Tries every key, also after one fitted.
fn any<K>(keys: &[K], fits: impl Fn(&K) -> bool) -> Result<(), Forged> {
    let found = keys.iter().fold(false, |found, key| fits(key) | found);
    if found { Ok(()) } else { Err(Forged::Mismatch) }
}

/// Whether these bytes are the parts in a row, without telling by time where they differ or how long the secret is.
fn same(given: &[u8], parts: &[&[u8]]) -> bool {
    let mut expected = Sha256::new();
    for part in parts {
        expected.update(part);
    }
    Sha256::digest(given).ct_eq(&expected.finalize()).into()
}

/// The hex of the SHA-256 HMAC, for handshakes.
fn code(key: &[u8], data: &[u8]) -> Vec<u8> {
    arithmetic::hmac(Algorithm::Sha256, key, &[data])
}
