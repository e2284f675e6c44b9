//! Standard Webhooks (<https://www.standardwebhooks.com>): `v1` is HMAC-SHA256, `v1a` is Ed25519. The form of the key says which of them
//! counts, so that neither can stand in for the other.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use ed25519_dalek::VerifyingKey;
use model::{Algorithm, Delivery, Timestamp};

use super::{Forged, any, only, text};
use crate::arithmetic;

/// Most signatures in one header: a sender that rotates keys needs two or three.
const SIGNATURES_MAX: usize = 8;

/// Secrets are typed by people: they may leave the padding out and leave bits over. Signatures may not.
const SECRET: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);

enum Key {
    Shared(Vec<u8>),
    Public(Box<VerifyingKey>),
}

pub(super) fn verify(headers: &str, tolerance_s: u64, secrets: &[&[u8]], delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
    let keys: Vec<Key> = secrets.iter().filter_map(|secret| key(secret)).collect();
    if keys.is_empty() {
        return Err(Forged::NoSecret);
    }
    let id = only(delivery, &format!("{headers}-id"))?;
    let at = only(delivery, &format!("{headers}-timestamp"))?;
    let signatures: Vec<&str> = only(delivery, &format!("{headers}-signature"))?.split(' ').collect();
    // A point in the id would let another split of `id.time.body` pass for the same.
    if id.is_empty() || id.contains('.') {
        return Err(Forged::Malformed("the id is empty or has a point".to_owned()));
    }
    text::near(text::unix_seconds(at)?, tolerance_s, now)?;
    if signatures.len() > SIGNATURES_MAX || signatures.iter().any(|signature| !signature.contains(',')) {
        return Err(Forged::Malformed(format!("there are more than {SIGNATURES_MAX} signatures, or an odd one")));
    }
    let signed = [id.as_bytes(), b".", at.as_bytes(), b".", delivery.body.as_slice()];
    any(&keys, |key| signatures.iter().fold(false, |found, signature| fits(key, signature, &signed) | found))
}

/// Whether a text is a usable key.
pub(super) fn is_key(secret: &[u8]) -> bool {
    key(secret).is_some()
}

fn key(secret: &[u8]) -> Option<Key> {
    let text = std::str::from_utf8(secret).ok()?;
    if let Some(public) = text.strip_prefix("whpk_") {
        return arithmetic::public_key(&SECRET.decode(public).ok()?).map(|key| Key::Public(Box::new(key)));
    }
    let shared = SECRET.decode(text.strip_prefix("whsec_").unwrap_or(text)).ok()?;
    (!shared.is_empty()).then_some(Key::Shared(shared))
}

fn fits(key: &Key, signature: &str, signed: &[&[u8]]) -> bool {
    let Some((version, value)) = signature.split_once(',') else { return false };
    let Ok(value) = STANDARD.decode(value) else { return false };
    match (key, version) {
        (Key::Shared(key), "v1") => arithmetic::hmac_is(Algorithm::Sha256, key, signed, &value),
        (Key::Public(key), "v1a") => arithmetic::ed25519(key, &signed.concat(), &value),
        _ => false,
    }
}
