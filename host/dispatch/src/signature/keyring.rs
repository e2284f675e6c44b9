//! Keys that others publish, as the host found them. What is fetched is a stranger's word: each document is bounded, read strictly, and a key
//! counts only for whom its own place vouches.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;
use url::Url;

use super::public_key::{Certified, PublicKey};

/// Most keys of one document.
const KEYS_MAX: usize = 256;

/// Where keys are published.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeySource {
    /// What an HTTP signature's `keyId` names, without its fragment: an actor of the Fediverse, or a key alone.
    Actor(String),
    /// A JWK set, or an OpenID configuration that names one.
    Issuer(String),
    /// A certificate in PEM.
    Certificate(String),
}

impl KeySource {
    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::Actor(url) | Self::Issuer(url) | Self::Certificate(url) => url,
        }
    }

    /// What the host asks for (`Accept`).
    #[must_use]
    pub fn media_types(&self) -> &'static str {
        match self {
            Self::Actor(_) => "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            Self::Issuer(_) => "application/jwk-set+json, application/json",
            Self::Certificate(_) => "application/x-pem-file, text/plain, */*",
        }
    }
}

/// Why a document has no keys.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct NoKeys(String);

/// What a document turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Published {
    /// Keys.
    Keys(Keyring),
    /// An OpenID configuration: the keys are at this URL.
    Elsewhere(String),
}

/// The keys of one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keyring {
    keys: Vec<FoundKey>,
}

/// One key, and what its document says of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FoundKey {
    /// `kid`, or the id of an actor's key; empty when it has none.
    pub(super) id: String,
    pub(super) key: PublicKey,
    /// The actor that it belongs to.
    pub(super) owner: Option<String>,
    /// Channels that it may speak for.
    pub(super) endorsements: BTreeSet<String>,
    /// The only algorithm that it is for.
    pub(super) algorithm: Option<String>,
    /// When it may be used, in Unix seconds.
    pub(super) valid_s: Option<(u64, u64)>,
}

impl FoundKey {
    fn new(id: &str, key: PublicKey) -> Self {
        Self { id: id.to_owned(), key, owner: None, endorsements: BTreeSet::new(), algorithm: None, valid_s: None }
    }
}

impl Keyring {
    /// Reads a document that was found at `source`.
    ///
    /// # Errors
    /// When there is no usable key in it.
    pub fn read(source: &KeySource, document: &[u8]) -> Result<Published, NoKeys> {
        let text = std::str::from_utf8(document).map_err(|_| no_keys("the document is not text"))?;
        let keys = match source {
            KeySource::Certificate(_) => certificate(text).into_iter().collect(),
            KeySource::Actor(url) => actor(url, &json(text)?),
            KeySource::Issuer(_) => {
                let document = json(text)?;
                if let Some(url) = document.get("jwks_uri").and_then(Json::as_str) {
                    return Ok(Published::Elsewhere(url.to_owned()));
                }
                issuer(&document)
            }
        };
        if keys.is_empty() {
            return Err(no_keys("the document has no key that could be used"));
        }
        Ok(Published::Keys(Self { keys }))
    }

    pub(super) fn key(&self, id: &str) -> Option<&FoundKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// The only key.
    pub(super) fn only(&self) -> Option<&FoundKey> {
        self.keys.first().filter(|_| self.keys.len() == 1)
    }
}

fn json(text: &str) -> Result<Json, NoKeys> {
    serde_json::from_str(text).map_err(|error| no_keys(&format!("the document is not JSON: {error}")))
}

fn no_keys(why: &str) -> NoKeys {
    NoKeys(why.to_owned())
}

fn certificate(text: &str) -> Option<FoundKey> {
    let Certified { key, from_s, until_s } = Certified::from_pem(text)?;
    Some(FoundKey { valid_s: Some((from_s, until_s)), ..FoundKey::new("", key) })
}

fn issuer(document: &Json) -> Vec<FoundKey> {
    let keys = document.get("keys").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let for_signatures = |jwk: &&Json| jwk.get("use").and_then(Json::as_str).is_none_or(|usage| usage == "sig");
    keys.iter().filter(for_signatures).take(KEYS_MAX).filter_map(jwk).collect()
}

fn jwk(jwk: &Json) -> Option<FoundKey> {
    let text = |name: &str| jwk.get(name).and_then(Json::as_str);
    let endorsements = jwk.get("endorsements").and_then(Json::as_array).into_iter().flatten();
    Some(FoundKey {
        endorsements: endorsements.filter_map(Json::as_str).map(str::to_owned).collect(),
        algorithm: text("alg").map(str::to_owned),
        ..FoundKey::new(text("kid").unwrap_or_default(), PublicKey::from_jwk(jwk)?)
    })
}

/// The keys of an actor (`publicKey`, one or several), or a key that stands alone. Only its own server vouches for an actor, so what names
/// another origin than the one that it came from is left out.
fn actor(url: &str, document: &Json) -> Vec<FoundKey> {
    let Some(origin) = origin(url) else { return Vec::new() };
    let vouched = |id: &str| self::origin(id).is_some_and(|of| of == origin);
    let found = match document.get("publicKey") {
        Some(Json::Array(keys)) => keys.iter().collect(),
        Some(key) => vec![key],
        None => vec![document],
    };
    let own_id = document.get("publicKey").and_then(|_| document.get("id")?.as_str());
    let key = |key: &&Json| {
        let text = |name: &str| key.get(name).and_then(Json::as_str);
        let (id, owner) = (text("id")?, text("owner").or_else(|| text("controller")).or(own_id)?);
        let of_the_actor = own_id.is_none_or(|own| own == owner);
        let key = PublicKey::from_text(text("publicKeyPem")?)?;
        (vouched(id) && vouched(owner) && of_the_actor).then(|| FoundKey { owner: Some(owner.to_owned()), ..FoundKey::new(id, key) })
    };
    found.iter().take(KEYS_MAX).filter_map(key).collect()
}

/// Scheme, host and port of a URL.
pub(super) fn origin(url: &str) -> Option<url::Origin> {
    let url = Url::parse(url).ok()?;
    matches!(url.scheme(), "https" | "http").then(|| url.origin())
}
