//! The body's digest: `Content-Digest` (RFC 9530) and the older `Digest` (RFC 3230).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Delivery;
use sfv::{BareItem, Dictionary, ListEntry, Parser};
use sha2::{Digest as _, Sha256, Sha512};

use super::super::Forged;
use super::{component, message};

/// Every digest that is there has to be the body's, and one of them of a kind that we know.
pub(super) fn check(delivery: &Delivery) -> Result<(), Forged> {
    for (name, digests) in [("content-digest", structured as fn(&str) -> Option<Vec<_>>), ("digest", older)] {
        if delivery.header(name).is_none() {
            continue;
        }
        let value = component::of_request(name, delivery)?;
        let digests = digests(&value).ok_or_else(|| Forged::Malformed(format!("the header `{name}` has not its form")))?;
        let known: Vec<bool> = digests.iter().filter_map(|(algorithm, digest)| is_of(algorithm, digest, &delivery.body)).collect();
        if known.is_empty() {
            return Err(Forged::Malformed(format!("the header `{name}` has no digest by SHA-256 or SHA-512")));
        }
        if known.contains(&false) {
            return Err(Forged::Mismatch);
        }
    }
    Ok(())
}

fn is_of(algorithm: &str, digest: &[u8], body: &[u8]) -> Option<bool> {
    match algorithm {
        "sha-256" => Some(Sha256::digest(body).as_slice() == digest),
        "sha-512" => Some(Sha512::digest(body).as_slice() == digest),
        _ => None,
    }
}

/// `sha-256=:…:, sha-512=:…:`
fn structured(value: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let digests: Dictionary = Parser::new(value).parse().ok()?;
    let bytes = |entry: &ListEntry| match entry {
        ListEntry::Item(item) => match &item.bare_item {
            BareItem::ByteSequence(bytes) => message::has_bytes(value, bytes).then(|| bytes.clone()),
            _ => None,
        },
        ListEntry::InnerList(_) => None,
    };
    digests.iter().map(|(algorithm, entry)| Some((algorithm.as_str().to_owned(), bytes(entry)?))).collect()
}

/// `SHA-256=…, SHA-512=…`
fn older(value: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let pairs = value.split(',').map(|pair| pair.trim().split_once('='));
    pairs.map(|pair| pair.map(|(name, value)| (name.to_ascii_lowercase(), STANDARD.decode(value).unwrap_or_default()))).collect()
}
