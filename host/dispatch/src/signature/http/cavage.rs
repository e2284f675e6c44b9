//! draft-cavage-http-signatures-12: one `Signature` header, or `Authorization: Signature …`.

use std::collections::BTreeMap;

use model::Delivery;

use super::super::{Forged, only, text};
use super::{Form, Signed, base64, component};

/// Most headers that a signature may cover.
const HEADERS_MAX: usize = 64;

const PARAMETERS: [&str; 6] = ["keyId", "algorithm", "created", "expires", "headers", "signature"];

/// The signature of a message.
///
/// # Errors
/// When there is none, or it is malformed.
pub(super) fn signature(delivery: &Delivery) -> Result<Signed, Forged> {
    let parameters = match delivery.header("signature") {
        Some(_) => parameters(only(delivery, "signature")?)?,
        None => {
            let value = only(delivery, "authorization").map_err(|_| Forged::Missing("signature".to_owned()))?;
            let scheme = value.get(..10).filter(|scheme| scheme.eq_ignore_ascii_case("signature "));
            parameters(scheme.and_then(|_| value.get(10..)).ok_or_else(|| Forged::Missing("signature".to_owned()))?)?
        }
    };
    let get = |name: &str| parameters.get(name).map(String::as_str);
    let seconds = |name: &str| get(name).map(text::unix_seconds).transpose();
    let (created_s, expires_s) = (seconds("created")?, seconds("expires")?);
    let names = get("headers").unwrap_or(if created_s.is_some() { "(created)" } else { "date" });
    let (base, covered) = base(names, get("created"), get("expires"), delivery)?;
    // A time that is not signed is nobody's word.
    let says = |name: &str| names.split(' ').any(|covered| covered == name);
    Ok(Signed {
        form: Form::Cavage,
        key_id: get("keyId").map(str::to_owned),
        algorithm: get("algorithm").map(str::to_owned),
        created_s: created_s.filter(|_| says("(created)")),
        expires_s: expires_s.filter(|_| says("(expires)")),
        covered,
        base: base.into_bytes(),
        signature: base64(get("signature").ok_or_else(|| malformed("`signature` is missing"))?)?,
    })
}

fn base(names: &str, created: Option<&str>, expires: Option<&str>, delivery: &Delivery) -> Result<(String, Vec<String>), Forged> {
    let (mut lines, mut covered): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for name in names.split(' ') {
        if lines.len() == HEADERS_MAX {
            return Err(malformed("the signature covers too much"));
        }
        let (value, as_named): (String, &[&str]) = match name {
            "(request-target)" => {
                let target = component::of_request("@request-target", delivery)?;
                (format!("{} {target}", delivery.method.to_ascii_lowercase()), &["@method", "@request-target"])
            }
            "(created)" => (created.ok_or_else(|| malformed("`created` is missing"))?.to_owned(), &[]),
            "(expires)" => (expires.ok_or_else(|| malformed("`expires` is missing"))?.to_owned(), &[]),
            name if name.starts_with(['(', '@']) => return Err(malformed("a covered header is not known")),
            name => (component::of_request(name, delivery)?, &[]),
        };
        lines.push(format!("{name}: {value}"));
        covered.extend(as_named.iter().map(|name| (*name).to_owned()));
        if as_named.is_empty() {
            covered.push(name.to_owned());
        }
    }
    Ok((lines.join("\n"), covered))
}

/// `name="value"` and `name=123`, by their names.
fn parameters(text: &str) -> Result<BTreeMap<String, String>, Forged> {
    let mut found = BTreeMap::new();
    for parameter in outside_quotes(text) {
        let (name, value) = parameter.trim().split_once('=').ok_or_else(|| malformed("the signature is no list of parameters"))?;
        let value = match value.strip_prefix('"') {
            Some(value) => value.strip_suffix('"').filter(|value| !value.contains(['"', '\\'])),
            None => Some(value).filter(|value| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())),
        };
        let value = value.ok_or_else(|| malformed("a parameter of the signature is not well quoted"))?;
        // The draft would have others ignored; nobody sends any, and a changed name must not take a parameter away.
        if !PARAMETERS.contains(&name) {
            return Err(malformed("a parameter of the signature is not known"));
        }
        if found.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(malformed("a parameter of the signature is there more than once"));
        }
    }
    Ok(found)
}

fn outside_quotes(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '"';
        !quoted && character == ','
    })
}

fn malformed(why: &str) -> Forged {
    Forged::Malformed(why.to_owned())
}
