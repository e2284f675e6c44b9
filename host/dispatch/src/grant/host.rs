use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::host_error::HostGrantError;
use super::method::Methods;
use super::path::PathPrefix;

/// Where requests may go: one entry of [`model::Grants::hosts`], `[METHODS ]host[:port][/path/prefix]`.
///
/// - `host`: `api.example.com`, or `*.example.com`, where the star stands for one or more labels, never for none;
/// - without a port the usual one of the scheme counts; `:443` is that of `https:` alone and `:80` that of `http:` alone;
/// - methods stand before it, separated by commas: `GET,POST api.example.com`; without them all are meant;
/// - a path covers itself and what is below it, by segments: `/v1` covers `/v1/users`, not `/v10`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostGrant {
    methods: Methods,
    name: Name,
    port: Option<u16>,
    path: PathPrefix,
}

/// A request as grants judge it.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// In upper case.
    pub method: &'a str,
    /// A name or an address as the URL standard writes it: lower case, IPv6 in brackets.
    pub host: &'a str,
    /// The one that is connected to.
    pub port: u16,
    /// The scheme's own: 443 or 80.
    pub usual_port: u16,
    /// As the URL standard writes it: begins with a slash, without query, dot segments resolved.
    pub path: &'a str,
}

impl HostGrant {
    /// Reads an entry. Names are lowered, addresses and paths are written in one way.
    ///
    /// # Errors
    /// See [`HostGrantError`].
    pub fn parse(text: &str) -> Result<Self, HostGrantError> {
        let text = text.trim();
        if let Some((before, rest)) = text.split_once("://") {
            let bare = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let methods = before.rsplit_once(' ').map_or(String::new(), |(methods, _)| format!("{methods} "));
            return Err(HostGrantError::Url { text: text.to_owned(), bare: format!("{methods}{bare}") });
        }
        let (methods, target) = match text.rsplit_once(char::is_whitespace) {
            Some((methods, target)) => (Methods::parse(methods)?, target),
            None => (Methods::ALL, text),
        };
        let (authority, path) = target.find('/').map_or((target, ""), |at| target.split_at(at));
        let (name, port) = split_port(authority);
        let port = port.map(|port| number(port).ok_or_else(|| HostGrantError::Port(text.to_owned()))).transpose()?;
        Ok(Self { methods, name: Name::parse(name, text)?, port, path: PathPrefix::parse(path)? })
    }

    /// Whether the request is allowed.
    #[must_use]
    pub fn matches(&self, target: &Target<'_>) -> bool {
        self.covers_host(target) && self.methods.has(target.method) && self.path.covers(target.path)
    }

    /// Whether host and port are allowed, whatever the method and the path.
    #[must_use]
    pub fn covers_host(&self, target: &Target<'_>) -> bool {
        let own = matches!(target.usual_port, 443 | 80) && target.port == target.usual_port;
        let port = match self.port {
            None => target.port == target.usual_port,
            Some(443 | 80) => own && self.port == Some(target.port),
            Some(port) => target.port == port,
        };
        port && self.name.covers(target.host.strip_suffix('.').unwrap_or(target.host))
    }

    /// Whether the method is allowed, wherever.
    pub(crate) fn covers_method(&self, method: &str) -> bool {
        self.methods.has(method)
    }

    /// What both allow, and nothing else; none when there is nothing.
    #[must_use]
    pub fn narrower(&self, other: &Self) -> Option<Self> {
        Some(Self {
            methods: self.methods.both(other.methods)?,
            name: self.name.narrower(&other.name)?.clone(),
            port: narrower_port(self.port, other.port)?,
            path: self.path.narrower(&other.path)?.clone(),
        })
    }
}

impl fmt::Display for HostGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.methods, self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))?;
        write!(f, "{}", self.path)
    }
}

/// A name, or all names below one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Exactly(String),
    Below(String),
}

impl Name {
    fn parse(name: &str, text: &str) -> Result<Self, HostGrantError> {
        let name = name.to_ascii_lowercase();
        if let Some(address) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            let address: Ipv6Addr = address.parse().map_err(|_| HostGrantError::Host(text.to_owned()))?;
            return Ok(Self::Exactly(format!("[{address}]")));
        }
        let domain = name.strip_prefix("*.");
        if name == "*" || domain.is_some_and(|domain| !domain.contains('.')) {
            return Err(HostGrantError::TooWide(text.to_owned()));
        }
        let bare = domain.unwrap_or(&name);
        let numeric = bare.rsplit('.').next().is_some_and(is_number);
        if !is_name(bare) || numeric && (domain.is_some() || bare.parse::<Ipv4Addr>().is_err()) {
            return Err(HostGrantError::Host(text.to_owned()));
        }
        Ok(domain.map_or_else(|| Self::Exactly(bare.to_owned()), |domain| Self::Below(domain.to_owned())))
    }

    fn covers(&self, host: &str) -> bool {
        match self {
            Self::Exactly(name) => name.eq_ignore_ascii_case(host),
            Self::Below(domain) => {
                let cut = host.len().checked_sub(domain.len()).and_then(|at| host.get(at..).zip(host.get(..at)));
                cut.is_some_and(|(end, start)| end.eq_ignore_ascii_case(domain) && start.len() > 1 && start.ends_with('.'))
            }
        }
    }

    fn narrower<'a>(&'a self, other: &'a Self) -> Option<&'a Self> {
        match (self, other) {
            _ if self == other => Some(self),
            (Self::Exactly(name) | Self::Below(name), Self::Below(_)) if other.covers(name) => Some(self),
            (Self::Below(_), Self::Exactly(name) | Self::Below(name)) if self.covers(name) => Some(other),
            _ => None,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(name) => f.write_str(name),
            Self::Below(domain) => write!(f, "*.{domain}"),
        }
    }
}

/// Without a port the usual one is meant, so that what both allow is the one that is written.
#[expect(clippy::option_option, reason = "no port at all is another answer than no port written")]
fn narrower_port(one: Option<u16>, other: Option<u16>) -> Option<Option<u16>> {
    match (one, other) {
        _ if one == other => Some(one),
        (None, Some(port @ (443 | 80))) | (Some(port @ (443 | 80)), None) => Some(Some(port)),
        _ => None,
    }
}

/// Host and port; an IPv6 address stands in brackets.
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') && (!name.contains(':') || name.ends_with(']')) => (name, Some(port)),
        _ => (host, None),
    }
}

fn number(port: &str) -> Option<u16> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    port.parse().ok().filter(|port| digits && *port != 0)
}

/// What the URL standard takes for the last part of an IPv4 address.
fn is_number(label: &str) -> bool {
    let hex = label.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hex || !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        letters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}
