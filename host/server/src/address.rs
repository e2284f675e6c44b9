//! Who called, and by which address they called us: through proxies that we trust, and nobody else's word.
//!
//! Signatures over the URL and limits per address both hang on this, so a header that anybody can send must not reach either of them.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, Uri, header, uri::Authority};

use crate::problem::{Code, Problem};
use crate::settings::{Network, ServerSettings};

/// How many hops are looked at, from ours outwards.
const HOPS_MAX: usize = 16;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// Longest part of a path that a proxy may say it took away.
const PREFIX_BYTES_MAX: usize = 256;

/// The caller as far as trust reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The outermost address that a trusted proxy (or the connection itself) vouches for.
    pub(crate) address: IpAddr,
    scheme: Option<String>,
    host: Option<String>,
    /// What proxies took away from the path, without a slash at the end.
    prefix: String,
}

impl Caller {
    /// Follows the hops from the connection's other end outwards, as long as the one that added them is trusted.
    pub(crate) fn find(headers: &HeaderMap, remote: IpAddr, trusted: &[Network]) -> Self {
        let mut caller = Self { address: remote.to_canonical(), scheme: None, host: None, prefix: String::new() };
        for hop in hops(headers).into_iter().rev().take(HOPS_MAX) {
            if !trusted.iter().any(|network| network.contains(caller.address)) {
                break;
            }
            caller.scheme = hop.scheme.or(caller.scheme);
            caller.host = hop.host.or(caller.host);
            caller.prefix.insert_str(0, hop.prefix.as_deref().unwrap_or_default());
            let Some(address) = hop.address else { break };
            caller.address = address.to_canonical();
        }
        caller
    }

    /// The URL as the caller wrote it, path and query untouched, with what proxies took away from the path.
    ///
    /// # Errors
    /// When nothing tells by which name we were called.
    pub(crate) fn url(&self, settings: &ServerSettings, uri: &Uri, headers: &HeaderMap) -> Result<String, Problem> {
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        if let Some(base) = &settings.external_url {
            return Ok(format!("{}{target}", base.as_str().trim_end_matches('/')));
        }
        let scheme = self.scheme.as_deref().unwrap_or("http");
        let host = match &self.host {
            Some(host) => host.as_str(),
            None => own_name(headers)?,
        };
        Ok(format!("{scheme}://{host}{}{target}", self.prefix))
    }
}

/// The one `Host` of a request.
///
/// # Errors
/// When there is none, several, or something that is no name.
pub(crate) fn own_name(headers: &HeaderMap) -> Result<&str, Problem> {
    let refused =
        || Problem::new(Code::BadRequest, "Send exactly one `Host` header with a name and, where it is not the usual one, a port.");
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(refused()) };
    host.to_str().ok().filter(|host| is_authority(host)).ok_or_else(refused)
}

#[derive(Default)]
struct Hop {
    address: Option<IpAddr>,
    scheme: Option<String>,
    host: Option<String>,
    prefix: Option<String>,
}

/// The hops that proxies noted, outermost first. `Forwarded` (RFC 7239) wins over the older headers.
fn hops(headers: &HeaderMap) -> Vec<Hop> {
    let prefixes = elements(headers, &X_FORWARDED_PREFIX);
    let forwarded = elements(headers, &header::FORWARDED);
    if !forwarded.is_empty() {
        let mut hops: Vec<Hop> = forwarded.iter().map(|element| forwarded_hop(element)).collect();
        // The standard has no word for it, so it is the innermost proxy's.
        if let (Some(innermost), Some(text)) = (hops.last_mut(), prefixes.last()) {
            innermost.prefix = prefix(text);
        }
        return hops;
    }
    let addresses = elements(headers, &X_FORWARDED_FOR);
    let schemes = elements(headers, &X_FORWARDED_PROTO);
    let hosts = elements(headers, &X_FORWARDED_HOST);
    let count = addresses.len().max(1);
    // Proxies either extend these lists together, or overwrite scheme and host with one value: which is then the innermost proxy's.
    let beside = |list: &[&str], index: usize| {
        let place = if list.len() == count { Some(index) } else { (index + 1 == count).then(|| list.len().saturating_sub(1)) };
        place.and_then(|place| list.get(place)).map(|text| (*text).to_owned())
    };
    (0..count)
        .map(|index| Hop {
            address: addresses.get(index).and_then(|text| node(text)),
            scheme: beside(&schemes, index).and_then(|text| scheme(&text)),
            host: beside(&hosts, index).filter(|text| is_authority(text)),
            prefix: beside(&prefixes, index).and_then(|text| prefix(&text)),
        })
        .collect()
}

fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| outside_quotes(value, ',')).map(str::trim).filter(|text| !text.is_empty()).collect()
}

fn outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '"';
        !quoted && character == separator
    })
}

fn forwarded_hop(element: &str) -> Hop {
    let mut hop = Hop::default();
    for pair in outside_quotes(element, ';') {
        let Some((name, value)) = pair.trim().split_once('=') else { continue };
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = node(value),
            "proto" => hop.scheme = scheme(value),
            "host" => hop.host = is_authority(value).then(|| value.to_owned()),
            _ => {}
        }
    }
    hop
}

/// An address with or without a port: `192.0.2.7`, `192.0.2.7:80`, `2001:db8::7`, `[2001:db8::7]:80`.
fn node(text: &str) -> Option<IpAddr> {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']')?.0.parse().ok();
    }
    text.parse().ok().or_else(|| text.rsplit_once(':')?.0.parse().ok())
}

fn scheme(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    matches!(text.as_str(), "http" | "https").then_some(text)
}

/// A plain beginning of a path.
fn prefix(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte);
    let segments = text.strip_prefix('/')?.split('/');
    let whole = text.len() <= PREFIX_BYTES_MAX && text.bytes().all(plain);
    (whole && segments.into_iter().all(|segment| !matches!(segment, "" | "." | ".."))).then(|| text.to_owned())
}

fn is_authority(text: &str) -> bool {
    !text.is_empty() && !text.contains('@') && text.parse::<Authority>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn check(remote: &str, lines: &[(&'static str, &str)], address: &str, url: &str) {
        let settings = ServerSettings {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            ..ServerSettings::default()
        };
        let mut headers = headers(lines);
        headers.insert(header::HOST, "inner:8080".parse().unwrap());
        let caller = Caller::find(&headers, remote.parse().unwrap(), &settings.trusted_proxies);
        assert_eq!(caller.address, address.parse::<IpAddr>().unwrap(), "{lines:?}");
        assert_eq!(
            caller.url(&settings, &"/hooks/a?b=%20".parse().unwrap(), &headers).unwrap(),
            format!("{url}/hooks/a?b=%20"),
            "{lines:?}"
        );
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let inner = "http://inner:8080";
        check("203.0.113.9", &[], "203.0.113.9", inner);
        check(
            "203.0.113.9",
            &[("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "evil")],
            "203.0.113.9",
            inner,
        );
        check("203.0.113.9", &[("forwarded", "for=1.2.3.4;proto=https;host=evil")], "203.0.113.9", inner);
        check(
            "10.0.0.1",
            &[("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "shop.example")],
            "198.51.100.7",
            "https://shop.example",
        );
        // What the caller put in front of the first trusted proxy's entry is not believed.
        check("10.0.0.1", &[("x-forwarded-for", "6.6.6.6, 198.51.100.7, 10.0.0.2")], "198.51.100.7", inner);
        check(
            "10.0.0.1",
            &[("forwarded", "for=6.6.6.6;host=evil, for=198.51.100.7;proto=https;host=shop.example")],
            "198.51.100.7",
            "https://shop.example",
        );
        check("fd00::1", &[("forwarded", "For=\"[2001:db8::17]:4711\";Proto=HTTPS")], "2001:db8::17", "https://inner:8080");
        check("::ffff:10.0.0.1", &[("x-forwarded-for", "198.51.100.7:4711")], "198.51.100.7", inner);
        check("10.0.0.1", &[("forwarded", "for=unknown;proto=https")], "10.0.0.1", "https://inner:8080");
        check("10.0.0.1", &[("x-forwarded-host", "user@evil"), ("x-forwarded-proto", "javascript")], "10.0.0.1", inner);
    }

    #[test]
    fn what_a_trusted_proxy_took_from_the_path_is_put_back() {
        let at = "x-forwarded-prefix";
        check("10.0.0.1", &[(at, "/desk")], "10.0.0.1", "http://inner:8080/desk");
        check("10.0.0.1", &[(at, "/desk/")], "10.0.0.1", "http://inner:8080/desk");
        check("203.0.113.9", &[(at, "/desk")], "203.0.113.9", "http://inner:8080");
        for odd in ["desk", "//evil.example", "/a/../b", "/a?b", "/a#b", "/a b", "/"] {
            check("10.0.0.1", &[(at, odd)], "10.0.0.1", "http://inner:8080");
        }
        let chain = ("x-forwarded-for", "198.51.100.7, 10.0.0.2");
        check("10.0.0.1", &[chain, (at, "/outer, /inner")], "198.51.100.7", "http://inner:8080/outer/inner");
        check("10.0.0.1", &[chain, (at, "/inner")], "198.51.100.7", "http://inner:8080/inner");
        // The caller's own word, in front of what the proxy added.
        check("10.0.0.1", &[("x-forwarded-for", "198.51.100.7"), (at, "/evil, /inner")], "198.51.100.7", "http://inner:8080/inner");
        check("10.0.0.1", &[("forwarded", "for=198.51.100.7;proto=https"), (at, "/in")], "198.51.100.7", "https://inner:8080/in");
    }

    #[test]
    fn the_configured_url_wins() {
        let settings = ServerSettings { external_url: Some("https://hooks.example/in/".parse().unwrap()), ..ServerSettings::default() };
        let caller = Caller::find(&HeaderMap::new(), "10.0.0.1".parse().unwrap(), &[]);
        let url = caller.url(&settings, &"/hooks/a?x=1".parse().unwrap(), &HeaderMap::new()).unwrap();
        assert_eq!(url, "https://hooks.example/in/hooks/a?x=1");
    }

    #[test]
    fn a_request_has_one_host() {
        assert!(own_name(&HeaderMap::new()).is_err());
        let mut two = headers(&[("host", "a")]);
        two.append(header::HOST, "b".parse().unwrap());
        assert!(own_name(&two).is_err());
        for wrong in ["", "a b", "user@host", "a/b"] {
            assert!(own_name(&headers(&[("host", wrong)])).is_err(), "{wrong}");
        }
        assert_eq!(own_name(&headers(&[("host", "[::1]:8080")])).unwrap(), "[::1]:8080");
    }
}
