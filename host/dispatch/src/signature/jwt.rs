//! JSON web tokens (RFC 7519, RFC 7515): compact, signed, with RS256 or ES256 by a key of the issuer's set, or HS256 by a shared secret. Which
//! of them counts is the configuration's word; the token's `alg` has only to agree. `none` is nothing that it could agree with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Algorithm, Delivery, SignatureScheme, Timestamp};
use serde_json::Value as Json;

use super::keyring::{FoundKey, Keyring};
use super::public_key::Way;
use super::{Forged, body, only, same};
use crate::arithmetic;

/// Longest token.
const TOKEN_BYTES_MAX: usize = 16 << 10;

/// The scheme's fields.
struct Rules<'a> {
    header: &'a str,
    prefix: &'a str,
    issuer: &'a str,
    audience: Option<&'a str>,
    claims: Vec<(&'a str, &'a str)>,
    endorsed: Option<&'a str>,
    payload_claim: Option<&'a str>,
    url_claim: Option<&'a str>,
    tolerance_s: u64,
}

impl<'a> Rules<'a> {
    fn of(scheme: &'a SignatureScheme) -> Option<Self> {
        let SignatureScheme::Jwt { header, prefix, issuer, audience, claims, endorsed, payload_claim, url_claim, tolerance_s, .. } = scheme
        else {
            return None;
        };
        Some(Self {
            header,
            prefix,
            issuer,
            audience: audience.as_deref(),
            claims: claims.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            endorsed: endorsed.as_deref(),
            payload_claim: payload_claim.as_deref(),
            url_claim: url_claim.as_deref(),
            tolerance_s: *tolerance_s,
        })
    }
}

/// With the issuer's published keys.
pub(super) fn verify_published(scheme: &SignatureScheme, keys: &Keyring, delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
    let rules = Rules::of(scheme).ok_or(Forged::Mismatch)?;
    let token = Token::of(&rules, delivery)?;
    let found = match token.text("kid") {
        Some(id) => keys.key(id),
        None => keys.only(),
    };
    let found = found.ok_or(Forged::UnknownKey)?;
    let way = match token.text("alg") {
        Some("RS256") => Way::RsaV15Sha256,
        Some("ES256") => Way::EcdsaFixed,
        _ => return Err(malformed("the token's algorithm is none that is taken")),
    };
    if found.algorithm.as_deref().is_some_and(|only| Some(only) != token.text("alg")) {
        return Err(malformed("the token's algorithm is not its key's"));
    }
    if !found.key.verifies(way, token.signed.as_bytes(), &token.signature) {
        return Err(Forged::Mismatch);
    }
    is_endorsed(&rules, found, delivery)?;
    check_claims(&rules, &token.claims()?, delivery, now)
}

/// With a secret that the issuer shares.
pub(super) fn verify_shared(scheme: &SignatureScheme, secrets: &[&[u8]], delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
    let rules = Rules::of(scheme).ok_or(Forged::Mismatch)?;
    let token = Token::of(&rules, delivery)?;
    if token.text("alg") != Some("HS256") {
        return Err(malformed("the token's algorithm is none that is taken"));
    }
    super::any(secrets, |secret| arithmetic::hmac_is(Algorithm::Sha256, secret, &[token.signed.as_bytes()], &token.signature))?;
    check_claims(&rules, &token.claims()?, delivery, now)
}

struct Token<'a> {
    /// Header and claims as they were signed.
    signed: &'a str,
    header: Json,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    fn of(rules: &Rules, delivery: &'a Delivery) -> Result<Self, Forged> {
        let value = only(delivery, rules.header)?;
        let token = value.strip_prefix(rules.prefix);
        let token = token.ok_or_else(|| Forged::Malformed(format!("`{}` does not start with `{}`", rules.header, rules.prefix)))?;
        if token.len() > TOKEN_BYTES_MAX {
            return Err(malformed("the token is too long"));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or_else(odd)?;
        let (header, payload) = signed.split_once('.').ok_or_else(odd)?;
        let header = part(header)?;
        // What we do not understand may change what is signed, or what it means (RFC 7515, §4.1.11).
        if header.get("crit").is_some() || header.get("b64").is_some() {
            return Err(malformed("the token demands what is not known"));
        }
        Ok(Self { signed, header, payload, signature: URL_SAFE_NO_PAD.decode(signature).map_err(|_| odd())? })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Json::as_str)
    }

    /// Only of a token that is verified.
    fn claims(&self) -> Result<Json, Forged> {
        part(self.payload)
    }
}

fn part(text: &str) -> Result<Json, Forged> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| odd())?;
    serde_json::from_slice(&bytes).ok().filter(Json::is_object).ok_or_else(odd)
}

fn odd() -> Forged {
    malformed("the token is no signed JSON web token")
}

fn check_claims(rules: &Rules, claims: &Json, delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
    let text = |name: &str| claims.get(name).and_then(Json::as_str);
    let demand = |right: bool, name: &str| if right { Ok(()) } else { Err(Forged::Claim(name.to_owned())) };
    demand(text("iss") == Some(rules.issuer), "iss")?;
    demand(rules.audience.is_none_or(|audience| is_for(claims.get("aud"), audience)), "aud")?;
    check_times(rules, claims, now)?;
    for (name, expected) in &rules.claims {
        let at = if expected.starts_with('/') { Some(body::demanded(delivery, expected)?) } else { None };
        demand(text(name) == Some(at.as_deref().unwrap_or(expected)), name)?;
    }
    for (claim, data) in [(rules.payload_claim, delivery.body.as_slice()), (rules.url_claim, delivery.url.as_bytes())] {
        let Some(name) = claim else { continue };
        let digest = model::Digest::of(data);
        let given = text(name).map(str::to_ascii_lowercase).unwrap_or_default();
        demand(same(given.as_bytes(), &[digest.as_str().as_bytes()]), name)?;
    }
    Ok(())
}

fn is_for(claim: Option<&Json>, audience: &str) -> bool {
    match claim {
        Some(Json::String(one)) => one == audience,
        Some(Json::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

/// A token without `exp` is as old as its `iat` says. Every time that is there has to be a number: what cannot be read is not "absent".
fn check_times(rules: &Rules, claims: &Json, now: Timestamp) -> Result<(), Forged> {
    let seconds = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().filter(|seconds| seconds.is_finite()).map(Some).ok_or_else(|| Forged::Claim(name.to_owned())),
    };
    let (expires, not_before, issued) = (seconds("exp")?, seconds("nbf")?, seconds("iat")?);
    let (now_s, leeway_s) = (as_seconds(now.0 / 1_000), as_seconds(rules.tolerance_s));
    match expires {
        Some(expires) if now_s >= expires + leeway_s => return Err(Forged::Expired),
        None if issued.is_none_or(|issued| now_s > issued + leeway_s) => return Err(Forged::Expired),
        _ => {}
    }
    let early = [not_before, issued].into_iter().flatten().any(|from| now_s + leeway_s < from);
    if early { Err(Forged::Claim("nbf".to_owned())) } else { Ok(()) }
}

fn as_seconds(seconds: u64) -> f64 {
    // Until the year 2106.
    f64::from(u32::try_from(seconds).unwrap_or(u32::MAX))
}

/// The Bot Framework endorses keys for channels: a key of one channel must not speak for another.
fn is_endorsed(rules: &Rules, found: &FoundKey, delivery: &Delivery) -> Result<(), Forged> {
    let Some(pointer) = rules.endorsed else { return Ok(()) };
    let channel = body::demanded(delivery, pointer)?;
    if found.endorsements.contains(&channel) { Ok(()) } else { Err(Forged::Claim("endorsements".to_owned())) }
}

fn malformed(why: &str) -> Forged {
    Forged::Malformed(why.to_owned())
}
