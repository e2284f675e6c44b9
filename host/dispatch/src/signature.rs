//! Signatures: whether a delivery is genuine, decided by the host over the raw bytes before any guest code runs.
//!
//! [`Verified`] is the only way to hand a delivery to a connector, and only [`verify`] makes one: "genuine" is a value that one holds, not a
//! check that one hopes ran. It fails closed: no secret, an empty secret, an odd form, a second header of the same name are all
//! [`Forged`]. Every comparison of secret bytes takes the same time wherever they differ.

mod handshake;
mod standard_webhooks;
#[cfg(test)]
mod tests;
mod text;
mod twilio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Algorithm, Delivery, Encoding, Secret, SignatureScheme, Timestamp};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use crate::arithmetic;

pub use handshake::handshake;

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
}

/// Verifies a delivery by its channel's scheme. `secrets` are all values that are valid now, so that a secret can be rotated: one that fits
/// is enough.
///
/// # Errors
/// See [`Forged`].
pub fn verify(scheme: &SignatureScheme, secrets: &[Secret], delivery: Delivery, now: Timestamp) -> Result<Verified, Forged> {
    let secrets: Vec<&[u8]> = secrets.iter().map(Secret::expose).filter(|secret| !secret.is_empty()).collect();
    if secrets.is_empty() && *scheme != SignatureScheme::None {
        return Err(Forged::NoSecret);
    }
    check(scheme, &secrets, &delivery, now)?;
    Ok(Verified(stripped(scheme, delivery)))
}

fn check(scheme: &SignatureScheme, secrets: &[&[u8]], delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
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
        SignatureScheme::StandardWebhooks { headers, tolerance_s, .. } => {
            standard_webhooks::verify(headers, *tolerance_s, secrets, delivery, now)
        }
        SignatureScheme::Twilio { .. } => twilio::verify(secrets, delivery),
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
        Encoding::Hex => hex::decode(value).ok(),
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

fn stripped(scheme: &SignatureScheme, mut delivery: Delivery) -> Delivery {
    let token = match scheme {
        SignatureScheme::Token { header, .. } => header.as_str(),
        _ => "authorization",
    };
    let secret =
        |name: &str| ["authorization", "proxy-authorization", "cookie", token].iter().any(|secret| name.eq_ignore_ascii_case(secret));
    delivery.headers.retain(|header| !secret(&header.name));
    delivery
}
