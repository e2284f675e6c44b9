//! HTTP message signatures: RFC 9421, and draft-cavage-http-signatures-12, which the Fediverse speaks. A message with `Signature-Input` is
//! of the first kind.
//!
//! A signature is worth what it covers: method, target, authority, time and the body's digest are demanded, unless the connector demands
//! something else. What a key is for follows from the key and the configuration, never from the message alone.

mod cavage;
mod component;
mod digest;
mod key;
mod message;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Delivery, HttpAlgorithm, SignatureScheme, Timestamp};

use self::key::Key;
use super::keyring::{KeySource, Keyring, origin};
use super::{Forged, body, text};

/// Most signatures of one message that are looked at.
const SIGNATURES_MAX: usize = 4;

/// The two ways to write a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Rfc9421,
    Cavage,
}

/// One signature with what it says of itself.
#[derive(Debug)]
struct Signed {
    form: Form,
    key_id: Option<String>,
    algorithm: Option<String>,
    /// In Unix seconds.
    created_s: Option<u64>,
    expires_s: Option<u64>,
    /// The components' names as RFC 9421 has them.
    covered: Vec<String>,
    base: Vec<u8>,
    signature: Vec<u8>,
}

/// What the scheme of a connector demands.
pub(super) struct Demands<'a> {
    algorithm: Option<HttpAlgorithm>,
    covers: Option<&'a [String]>,
    actor: &'a str,
    tolerance_s: u64,
}

impl<'a> Demands<'a> {
    pub(super) fn of(scheme: &'a SignatureScheme) -> Option<Self> {
        let SignatureScheme::HttpSignature { algorithm, covers, actor, tolerance_s, .. } = scheme else { return None };
        Some(Self { algorithm: *algorithm, covers: covers.as_deref(), actor, tolerance_s: *tolerance_s })
    }
}

/// Where the key of a message is published. Everything that can be judged without the key is judged first, so that a stranger does not make us
/// ask for nothing.
///
/// # Errors
/// When no key could make this genuine.
pub(super) fn source(demands: &Demands, delivery: &Delivery, now: Timestamp) -> Result<KeySource, Forged> {
    let signed = first(demands, delivery, now)?;
    let key_id = key_id(&signed)?;
    let actor = actor(demands, delivery)?;
    if origin(key_id).is_none() || origin(key_id) != origin(&actor) {
        return Err(Forged::Malformed("the key is not of the actor's server".to_owned()));
    }
    Ok(KeySource::Actor(key_id.split('#').next().unwrap_or_default().to_owned()))
}

/// With a key that was fetched.
pub(super) fn verify_published(demands: &Demands, keys: &Keyring, delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
    let signed = first(demands, delivery, now)?;
    digest::check(delivery)?;
    let found = keys.key(key_id(&signed)?).ok_or(Forged::UnknownKey)?;
    if found.owner.as_deref() != Some(actor(demands, delivery)?.as_str()) {
        return Err(Forged::Malformed("the key is not the actor's".to_owned()));
    }
    let key = Key::Public(&found.key);
    if key.verifies(&signed, demands.algorithm) { Ok(()) } else { Err(Forged::Mismatch) }
}

/// With a configured key.
pub(super) fn verify(demands: &Demands, secrets: &[&[u8]], delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
    let configured: Vec<_> = secrets.iter().filter_map(|secret| key::configured(secret, demands.algorithm)).collect();
    if configured.is_empty() {
        return Err(Forged::NoSecret);
    }
    digest::check(delivery)?;
    let keys: Vec<Key> = configured.iter().map(key::Configured::key).collect();
    let mut refused = Forged::Mismatch;
    for signed in all(delivery)? {
        match admissible(demands, &signed, delivery, now) {
            Ok(()) if super::any(&keys, |key| key.verifies(&signed, demands.algorithm)).is_ok() => return Ok(()),
            Ok(()) => {}
            Err(why) => refused = why,
        }
    }
    Err(refused)
}

/// Whether a text is a usable key.
pub(super) fn is_key(secret: &[u8], algorithm: Option<HttpAlgorithm>) -> bool {
    key::configured(secret, algorithm).is_some()
}

/// The first signature that says enough.
fn first(demands: &Demands, delivery: &Delivery, now: Timestamp) -> Result<Signed, Forged> {
    let mut refused = Forged::Missing("signature".to_owned());
    for signed in all(delivery)? {
        match admissible(demands, &signed, delivery, now) {
            Ok(()) => return Ok(signed),
            Err(why) => refused = why,
        }
    }
    Err(refused)
}

fn all(delivery: &Delivery) -> Result<Vec<Signed>, Forged> {
    let found =
        if delivery.header("signature-input").is_some() { message::signatures(delivery)? } else { vec![cavage::signature(delivery)?] };
    if found.len() > SIGNATURES_MAX {
        return Err(Forged::Malformed(format!("there are more than {SIGNATURES_MAX} signatures")));
    }
    Ok(found)
}

/// Whether a signature says enough and speaks of now.
fn admissible(demands: &Demands, signed: &Signed, delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
    covers_enough(demands, signed, delivery)?;
    let date = || signed.covered.iter().any(|name| name == "date").then(|| delivery.header("date")).flatten();
    let at_s = match (signed.created_s, date()) {
        (Some(created_s), _) => created_s,
        (None, Some(date)) => text::http_date_seconds(date)?,
        (None, None) => return Err(Forged::Uncovered("the time of signing".to_owned())),
    };
    text::near(at_s, demands.tolerance_s, now)?;
    match signed.expires_s {
        Some(expires_s) if expires_s < now.0 / 1_000 => Err(Forged::Expired),
        _ => Ok(()),
    }
}

fn covers_enough(demands: &Demands, signed: &Signed, delivery: &Delivery) -> Result<(), Forged> {
    let covers = |name: &str| signed.covered.iter().any(|covered| component::includes(covered, name));
    let demand = |covered: bool, what: &str| if covered { Ok(()) } else { Err(Forged::Uncovered(what.to_owned())) };
    if let Some(named) = demands.covers {
        return named.iter().try_for_each(|name| demand(covers(name), name));
    }
    demand(covers("@method"), "the method")?;
    demand(covers("@path") && (covers("@query") || text::query(&delivery.url).is_empty()), "the target")?;
    demand(covers("@authority"), "the authority")?;
    demand(delivery.body.is_empty() || covers("content-digest") || covers("digest"), "the body's digest")
}

fn key_id(signed: &Signed) -> Result<&str, Forged> {
    signed.key_id.as_deref().ok_or_else(|| Forged::Malformed("the signature names no key".to_owned()))
}

/// Who speaks: a text, or the `id` of an object.
fn actor(demands: &Demands, delivery: &Delivery) -> Result<String, Forged> {
    match body::text_at(delivery, demands.actor)? {
        Some(actor) => Ok(actor),
        None => body::demanded(delivery, &format!("{}/id", demands.actor)),
    }
}

fn base64(text: &str) -> Result<Vec<u8>, Forged> {
    STANDARD.decode(text).map_err(|_| Forged::Malformed("the signature is not base64".to_owned()))
}
