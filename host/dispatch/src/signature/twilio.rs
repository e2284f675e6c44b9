//! Twilio: HMAC-SHA1 over the URL and the sorted form fields; for other bodies `bodySHA256` in the URL covers the body.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Algorithm, Delivery};

use super::{Forged, any, only, same, text};
use crate::arithmetic;

pub(super) fn verify(secrets: &[&[u8]], delivery: &Delivery) -> Result<(), Forged> {
    let given = only(delivery, "x-twilio-signature")?;
    let given = STANDARD.decode(given).map_err(|_| Forged::Malformed("`x-twilio-signature` is not base64".to_owned()))?;
    let fields = match text::parameter(&delivery.url, "bodySHA256") {
        Some(digest) => {
            covers(&digest, &delivery.body)?;
            String::new()
        }
        None => fields(&delivery.body),
    };
    let urls = spellings(&delivery.url);
    any(secrets, |secret| {
        urls.iter()
            .fold(false, |found, url| arithmetic::hmac_is(Algorithm::Sha1, secret, &[url.as_bytes(), fields.as_bytes()], &given) | found)
    })
}

fn covers(digest: &str, body: &[u8]) -> Result<(), Forged> {
    let ours = model::Digest::of(body);
    if same(digest.to_ascii_lowercase().as_bytes(), &[ours.as_str().as_bytes()]) { Ok(()) } else { Err(Forged::Mismatch) }
}

/// Every name followed by each of its values, sorted, repeated pairs once.
fn fields(body: &[u8]) -> String {
    let mut sorted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        sorted.entry(name.into_owned()).or_default().insert(value.into_owned());
    }
    sorted.iter().flat_map(|(name, values)| values.iter().flat_map(move |value| [name.as_str(), value.as_str()])).collect()
}

/// The URL as it is, without its port, and with the usual one: Twilio signs either, depending on the product.
fn spellings(url: &str) -> Vec<String> {
    let mut spellings = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else { return spellings };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let port = if scheme.eq_ignore_ascii_case("http") { 80 } else { 443 };
    spellings.push(format!("{scheme}://{host}{path}"));
    if host == authority {
        spellings.push(format!("{scheme}://{host}:{port}{path}"));
    }
    spellings
}
