//! RFC 9421: `Signature-Input` and `Signature`, both dictionaries of structured fields (RFC 9651).

use std::collections::HashSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Delivery;
use sfv::{BareItem, Dictionary, InnerList, ListEntry, ListSerializer, Parser};

use super::super::Forged;
use super::{Form, Signed, component};

/// Most components that one signature may cover.
const COMPONENTS_MAX: usize = 64;

/// All signatures of a message.
///
/// # Errors
/// When one of them is malformed.
pub(super) fn signatures(delivery: &Delivery) -> Result<Vec<Signed>, Forged> {
    let inputs = dictionary("signature-input", delivery)?;
    let signatures = dictionary("signature", delivery)?;
    let mut found = Vec::new();
    for (label, input) in &inputs {
        let (ListEntry::InnerList(input), Some(ListEntry::Item(signature))) = (input, signatures.get(label)) else { continue };
        let BareItem::ByteSequence(signature) = &signature.bare_item else { return Err(malformed("a signature is no byte sequence")) };
        if !has_bytes(&component::of_request("signature", delivery)?, signature) {
            return Err(malformed("a signature is oddly encoded"));
        }
        found.push(signed(input, signature.clone(), delivery)?);
    }
    Ok(found)
}

/// Whether bytes stand in a field in their one canonical form: the parser would let bits through that mean nothing.
pub(super) fn has_bytes(field: &str, bytes: &[u8]) -> bool {
    field.contains(&format!(":{}:", STANDARD.encode(bytes)))
}

fn dictionary(name: &str, delivery: &Delivery) -> Result<Dictionary, Forged> {
    let text = component::of_request(name, delivery)?;
    Parser::new(&text).parse().map_err(|_| Forged::Malformed(format!("the header `{name}` is no dictionary")))
}

fn signed(input: &InnerList, signature: Vec<u8>, delivery: &Delivery) -> Result<Signed, Forged> {
    if input.items.len() > COMPONENTS_MAX {
        return Err(malformed("a signature covers too much"));
    }
    let (mut base, mut covered, mut seen) = (String::new(), Vec::new(), HashSet::new());
    for item in &input.items {
        let (name, value) = component::value(item, delivery)?;
        let identifier = written(&ListEntry::Item(item.clone()));
        if !seen.insert(identifier.clone()) {
            return Err(malformed("a component is covered twice"));
        }
        let _ = writeln!(base, "{identifier}: {value}");
        covered.push(name);
    }
    let _ = write!(base, "\"@signature-params\": {}", written(&ListEntry::InnerList(input.clone())));
    let parameter = |name: &str| input.params.iter().find(|(key, _)| key.as_str() == name).map(|(_, value)| value);
    Ok(Signed {
        form: Form::Rfc9421,
        key_id: text(parameter("keyid"))?,
        algorithm: text(parameter("alg"))?,
        created_s: seconds(parameter("created"))?,
        expires_s: seconds(parameter("expires"))?,
        covered,
        base: base.into_bytes(),
        signature,
    })
}

/// As RFC 9651 writes it.
fn written(entry: &ListEntry) -> String {
    let mut serializer = ListSerializer::new();
    serializer.members([entry]);
    serializer.finish().unwrap_or_default()
}

fn text(value: Option<&BareItem>) -> Result<Option<String>, Forged> {
    match value {
        None => Ok(None),
        Some(BareItem::String(text)) => Ok(Some(text.as_str().to_owned())),
        Some(_) => Err(malformed("a parameter of the signature is no string")),
    }
}

fn seconds(value: Option<&BareItem>) -> Result<Option<u64>, Forged> {
    match value {
        None => Ok(None),
        Some(BareItem::Integer(seconds)) => {
            let seconds = u64::try_from(i64::from(*seconds)).map_err(|_| malformed("a time of the signature is before 1970"))?;
            Ok(Some(seconds))
        }
        Some(_) => Err(malformed("a time of the signature is not in Unix seconds")),
    }
}

fn malformed(why: &str) -> Forged {
    Forged::Malformed(why.to_owned())
}
