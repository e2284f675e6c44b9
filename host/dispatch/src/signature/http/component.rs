//! The parts of a message that a signature can cover (RFC 9421, §2), as the caller wrote them.

use model::Delivery;
use sfv::{BareItem, Item};

use super::super::{Forged, text};

/// Whether a covered component says all that another one does.
pub(super) fn includes(covered: &str, asked: &str) -> bool {
    let asked = asked.to_ascii_lowercase();
    let parts: &[&str] = match covered {
        "@target-uri" => &["@scheme", "@authority", "@path", "@query", "@request-target"],
        "@request-target" => &["@path", "@query"],
        "host" => &["@authority"],
        "@authority" => &["host"],
        _ => &[],
    };
    covered == asked || parts.contains(&asked.as_str())
}

/// A component's name, and its value.
///
/// # Errors
/// When it has parameters that we do not know, or is not there.
pub(super) fn value(item: &Item, delivery: &Delivery) -> Result<(String, String), Forged> {
    let BareItem::String(name) = &item.bare_item else { return Err(malformed("a covered component is no string")) };
    let name = name.as_str();
    let parameters: Vec<(&str, &BareItem)> = item.params.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let value = match (name, parameters.as_slice()) {
        ("@query-param", [("name", BareItem::String(parameter))]) => query_parameter(delivery, parameter.as_str())?,
        (_, []) => of_request(name, delivery)?,
        _ => return Err(malformed("a covered component has parameters that are not known")),
    };
    Ok((name.to_owned(), value))
}

/// A derived component, or a header: all its lines in a row.
pub(super) fn of_request(name: &str, delivery: &Delivery) -> Result<String, Forged> {
    let url = Url::of(&delivery.url);
    Ok(match name {
        "@method" => delivery.method.clone(),
        "@target-uri" => delivery.url.clone(),
        "@authority" => url.authority(),
        // As the caller wrote it: what proxies put there instead is not what was signed.
        "host" => url.authority.to_owned(),
        "@scheme" => url.scheme.to_ascii_lowercase(),
        "@request-target" => url.target.to_owned(),
        "@path" => url.target.split('?').next().unwrap_or_default().to_owned(),
        "@query" => format!("?{}", text::query(&delivery.url)),
        name if name.starts_with('@') => return Err(malformed("a covered component is not known")),
        name => header(name, delivery)?,
    })
}

fn header(name: &str, delivery: &Delivery) -> Result<String, Forged> {
    if name != name.to_ascii_lowercase() {
        return Err(malformed("a covered header is not in lower case"));
    }
    let lines = delivery.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    let lines: Option<Vec<&str>> = lines.map(|header| std::str::from_utf8(&header.value).ok().map(str::trim)).collect();
    let lines = lines.ok_or_else(|| Forged::Malformed(format!("the header `{name}` is not text")))?;
    if lines.is_empty() { Err(Forged::Missing(name.to_owned())) } else { Ok(lines.join(", ")) }
}

/// Re-encoded, as §2.2.8 says.
fn query_parameter(delivery: &Delivery, name: &str) -> Result<String, Forged> {
    let decoded = url::form_urlencoded::parse(format!("n={name}").as_bytes()).next().map(|(_, name)| name.into_owned()).unwrap_or_default();
    let value = text::parameter(&delivery.url, &decoded).ok_or_else(|| malformed("a covered parameter is not there once"))?;
    let encoded = url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>();
    Ok(encoded.replace('+', "%20"))
}

/// A URL, cut where it is written.
struct Url<'a> {
    scheme: &'a str,
    authority: &'a str,
    /// Path and query.
    target: &'a str,
}

impl<'a> Url<'a> {
    fn of(url: &'a str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, target) = rest.split_at_checked(rest.find(['/', '?']).unwrap_or(rest.len())).unwrap_or((rest, ""));
        Self { scheme, authority, target: if target.is_empty() { "/" } else { target } }
    }

    /// In lower case, without the scheme's usual port.
    fn authority(&self) -> String {
        let authority = self.authority.to_ascii_lowercase();
        let usual = if self.scheme.eq_ignore_ascii_case("http") { ":80" } else { ":443" };
        authority.strip_suffix(usual).unwrap_or(&authority).to_owned()
    }
}

fn malformed(why: &str) -> Forged {
    Forged::Malformed(why.to_owned())
}
