//! Proofs that do not cover the body: a code in the body beside what it signs, and the code of a query. They prove that the sender holds the
//! secret, once; [`super::once`] keeps what was taken.

use model::{Delivery, Digest, SignatureScheme, Timestamp};
use sha1::{Digest as _, Sha1};

use super::{Forged, any, body, decoded, same, text};
use crate::arithmetic;

/// Mailgun: an HMAC over fields of the body.
pub(super) fn in_body(scheme: &SignatureScheme, secrets: &[&[u8]], delivery: &Delivery, now: Timestamp) -> Result<Digest, Forged> {
    let SignatureScheme::BodyHmac { algorithm, encoding, signature, signed, timestamp, tolerance_s, .. } = scheme else {
        return Err(Forged::Mismatch);
    };
    text::near(text::unix_seconds(&body::demanded(delivery, timestamp)?)?, *tolerance_s, now)?;
    let given = body::demanded(delivery, signature)?;
    let code = decoded(*encoding, &given).ok_or_else(|| Forged::Malformed("the signature is not well encoded".to_owned()))?;
    let data = filled(signed, delivery)?;
    any(secrets, |secret| arithmetic::hmac_is(*algorithm, secret, &[data.as_bytes()], &code))?;
    // What is signed, not how the signature is written: hex has two cases.
    Ok(Digest::of(data.as_bytes()))
}

/// `WeChat`: SHA-1 over the sorted token, timestamp and nonce.
pub(super) fn in_query(tolerance_s: u64, secrets: &[&[u8]], url: &str, now: Timestamp) -> Result<Digest, Forged> {
    let parameter = |name: &str| text::parameter(url, name).ok_or_else(|| Forged::Malformed(format!("`{name}` is not there once")));
    let (signature, at, nonce) = (parameter("signature")?, parameter("timestamp")?, parameter("nonce")?);
    text::near(text::unix_seconds(&at)?, tolerance_s, now)?;
    any(secrets, |secret| {
        let mut parts = [*secret, at.as_bytes(), nonce.as_bytes()];
        parts.sort_unstable();
        let code = hex::encode(Sha1::digest(parts.concat()));
        same(signature.to_ascii_lowercase().as_bytes(), &[code.as_bytes()])
    })?;
    Ok(Digest::of(format!("{at}\n{nonce}").as_bytes()))
}

/// A text with its `{/pointer}` places filled from the body.
fn filled(template: &str, delivery: &Delivery) -> Result<String, Forged> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{/") {
        let (pointer, after) = after.split_once('}').ok_or_else(|| Forged::Malformed("a place in what is signed has no end".to_owned()))?;
        filled.push_str(before);
        filled.push_str(&body::demanded(delivery, &format!("/{pointer}"))?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}
