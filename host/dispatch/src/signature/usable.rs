use model::{Secret, SignatureScheme};

use super::public_key::PublicKey;
use super::{http, standard_webhooks};
use crate::arithmetic;

/// What is wrong with a value that an operator configured as a scheme's secret, in words; `None` when it can be used. The value itself is in
/// none of them.
#[must_use]
pub fn unusable(scheme: &SignatureScheme, secret: &Secret) -> Option<&'static str> {
    let value = secret.expose();
    let text = std::str::from_utf8(value).ok();
    if value.is_empty() {
        return Some("it is empty");
    }
    // A file's last line break is part of the value, and no sender knows of it.
    if text.is_some_and(|text| !text.starts_with("-----BEGIN ") && text.trim() != text) {
        return Some("it begins or ends with white space");
    }
    let (usable, form) = match scheme {
        SignatureScheme::Ed25519 { .. } => (arithmetic::public_key(value).is_some(), "it is no Ed25519 public key of 64 hex digits"),
        SignatureScheme::StandardWebhooks { .. } => (standard_webhooks::is_key(value), "it is neither `whsec_…` nor `whpk_…` with base64"),
        SignatureScheme::EcdsaP256 { .. } => {
            let key = text.and_then(PublicKey::from_text);
            (matches!(key, Some(PublicKey::P256(_))), "it is no P-256 public key in base64 or PEM")
        }
        SignatureScheme::HttpSignature { algorithm, .. } => (http::is_key(value, *algorithm), "it is no key of the scheme's algorithm"),
        _ => (true, ""),
    };
    (!usable).then_some(form)
}
