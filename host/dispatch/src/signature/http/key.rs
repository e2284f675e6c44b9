//! Which signatures a key can make.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Algorithm, HttpAlgorithm};

use super::super::public_key::{PublicKey, Way};
use super::{Form, Signed};
use crate::arithmetic;

/// Shortest shared secret that is also tried as base64.
const DECODED_BYTES_MIN: usize = 16;

/// A key from the configuration.
pub(super) enum Configured {
    /// The secret as it is, and as the base64 that it may be.
    Shared(Vec<Vec<u8>>),
    Public(PublicKey),
}

/// A key that a signature is tried with.
pub(super) enum Key<'a> {
    Shared(&'a [Vec<u8>]),
    Public(&'a PublicKey),
}

impl Configured {
    pub(super) fn key(&self) -> Key<'_> {
        match self {
            Self::Shared(spellings) => Key::Shared(spellings),
            Self::Public(key) => Key::Public(key),
        }
    }
}

/// What a configured secret is. A public key is never taken for a shared secret: everybody has it.
pub(super) fn configured(secret: &[u8], algorithm: Option<HttpAlgorithm>) -> Option<Configured> {
    let text = std::str::from_utf8(secret).ok().map(str::trim);
    match algorithm {
        None if text.is_some_and(|text| text.starts_with("-----BEGIN ")) => PublicKey::from_text(text?).map(Configured::Public),
        None | Some(HttpAlgorithm::HmacSha256) => {
            let decoded = text.and_then(|text| STANDARD.decode(text).ok()).filter(|bytes| bytes.len() >= DECODED_BYTES_MIN);
            Some(Configured::Shared(std::iter::once(secret.to_vec()).chain(decoded).collect()))
        }
        Some(HttpAlgorithm::Ed25519) => {
            let raw = arithmetic::public_key(text.map_or(secret, str::as_bytes)).map(|key| PublicKey::Ed25519(Box::new(key)));
            raw.or_else(|| PublicKey::from_text(text?)).filter(|key| matches!(key, PublicKey::Ed25519(_))).map(Configured::Public)
        }
        Some(HttpAlgorithm::EcdsaP256Sha256) => {
            PublicKey::from_text(text?).filter(|key| matches!(key, PublicKey::P256(_))).map(Configured::Public)
        }
        Some(HttpAlgorithm::RsaPssSha512 | HttpAlgorithm::RsaV15Sha256) => {
            PublicKey::from_text(text?).filter(PublicKey::is_rsa).map(Configured::Public)
        }
    }
}

impl Key<'_> {
    /// Whether the signature was made with this key. The message may say by which algorithm; it has to be one that the key is for.
    pub(super) fn verifies(&self, signed: &Signed, configured: Option<HttpAlgorithm>) -> bool {
        let said = signed.algorithm.as_deref();
        match self {
            Key::Shared(spellings) => spellings.iter().fold(false, |found, secret| shared(secret, said, signed) | found),
            Key::Public(key) => {
                let ways = ways(key, signed.form, said).into_iter().filter(|way| configured.is_none_or(|only| fits(only, *way)));
                ways.fold(false, |found, way| key.verifies(way, &signed.base, &signed.signature) | found)
            }
        }
    }
}

fn shared(secret: &[u8], said: Option<&str>, signed: &Signed) -> bool {
    let algorithms: &[Algorithm] = match (signed.form, said) {
        (_, Some("hmac-sha256")) | (Form::Rfc9421, None) => &[Algorithm::Sha256],
        (Form::Cavage, Some("hmac-sha512")) => &[Algorithm::Sha512],
        (Form::Cavage, None | Some("hs2019")) => &[Algorithm::Sha256, Algorithm::Sha512],
        _ => &[],
    };
    let is = |algorithm: &Algorithm| arithmetic::hmac_is(*algorithm, secret, &[&signed.base], &signed.signature);
    algorithms.iter().fold(false, |found, algorithm| is(algorithm) | found)
}

fn fits(only: HttpAlgorithm, way: Way) -> bool {
    match only {
        HttpAlgorithm::HmacSha256 => false,
        HttpAlgorithm::RsaPssSha512 => way == Way::RsaPssSha512,
        // The draft's `hs2019` is written with either hash.
        HttpAlgorithm::RsaV15Sha256 => matches!(way, Way::RsaV15Sha256 | Way::RsaV15Sha512),
        HttpAlgorithm::EcdsaP256Sha256 => matches!(way, Way::EcdsaFixed | Way::EcdsaDer),
        HttpAlgorithm::Ed25519 => way == Way::Ed25519,
    }
}

/// The ways in which this key may have made the signature. The draft names `hs2019` for all of them, and the Fediverse writes it for
/// `rsa-sha256`.
fn ways(key: &PublicKey, form: Form, said: Option<&str>) -> Vec<Way> {
    match (key, form, said) {
        (PublicKey::Ed25519(_), _, None | Some("ed25519")) | (PublicKey::Ed25519(_), Form::Cavage, Some("hs2019")) => vec![Way::Ed25519],
        (PublicKey::P256(_), Form::Rfc9421, None | Some("ecdsa-p256-sha256")) => vec![Way::EcdsaFixed],
        (PublicKey::P256(_), Form::Cavage, None | Some("hs2019" | "ecdsa-sha256")) => vec![Way::EcdsaDer, Way::EcdsaFixed],
        (key, form, said) if key.is_rsa() => match (form, said) {
            (Form::Rfc9421, None) => vec![Way::RsaV15Sha256, Way::RsaPssSha512],
            (Form::Rfc9421, Some("rsa-v1_5-sha256")) | (Form::Cavage, Some("rsa-sha256")) => vec![Way::RsaV15Sha256],
            (Form::Rfc9421, Some("rsa-pss-sha512")) => vec![Way::RsaPssSha512],
            (Form::Cavage, Some("rsa-sha512")) => vec![Way::RsaV15Sha512],
            (Form::Cavage, None | Some("hs2019")) => vec![Way::RsaV15Sha256, Way::RsaV15Sha512, Way::RsaPssSha512],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
