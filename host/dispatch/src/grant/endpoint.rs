use std::fmt;

use url::Url;

/// How an endpoint is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// HTTP over TLS.
    Https,
    /// HTTP, in private networks only.
    Http,
    /// WebSocket over TLS.
    Wss,
    /// WebSocket, in private networks only.
    Ws,
    /// IMAP over TLS from the start.
    Imaps,
    /// IMAP with STARTTLS.
    Imap,
    /// Mail submission over TLS from the start.
    Smtps,
    /// Mail submission with STARTTLS.
    Smtp,
}

impl Scheme {
    const ALL: [(&'static str, Self); 8] = [
        ("https", Self::Https),
        ("http", Self::Http),
        ("wss", Self::Wss),
        ("ws", Self::Ws),
        ("imaps", Self::Imaps),
        ("imap", Self::Imap),
        ("smtps", Self::Smtps),
        ("smtp", Self::Smtp),
    ];

    /// As it stands in a URL.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find_map(|(name, scheme)| (*scheme == self).then_some(*name)).unwrap_or_default()
    }

    /// Where it is listened to when the URL names no port.
    #[must_use]
    pub fn usual_port(self) -> u16 {
        match self {
            Self::Https | Self::Wss => 443,
            Self::Http | Self::Ws => 80,
            Self::Imaps => 993,
            Self::Imap => 143,
            Self::Smtps => 465,
            Self::Smtp => 587,
        }
    }

    /// Whether nothing is said before TLS, or nothing but the wish for it.
    #[must_use]
    pub fn is_secure(self) -> bool {
        !matches!(self, Self::Http | Self::Ws)
    }
}

/// Where the host connects for a plugin, by something else than a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// How.
    pub scheme: Scheme,
    /// A name or an address as the URL standard writes it: lower case, IPv6 in brackets.
    pub host: String,
    /// The one that is connected to.
    pub port: u16,
    /// The rest, from the slash on.
    pub path: String,
}

impl Endpoint {
    /// Reads a URL of a known scheme without user information; none when it is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once("://")?;
        let (_, scheme) = Scheme::ALL.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known))?;
        let authority = rest.split(['/', '?', '#']).next()?;
        if authority.contains(['@', '\\']) || rest.chars().any(char::is_control) {
            return None;
        }
        // Hosts of schemes that the URL standard does not know are left as they are written: it is read as one that it knows. Its own port
        // would be dropped, so that the port is read apart.
        let url = Url::parse(&format!("https://{rest}")).ok()?;
        let port = match authority.rsplit_once(':') {
            Some((_, port)) if !port.contains(']') => port.parse().ok()?,
            _ => scheme.usual_port(),
        };
        Some(Self { scheme, host: url.host_str()?.to_owned(), port, path: url.path().to_owned() })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.name(), self.host)?;
        if self.port == self.scheme.usual_port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    fn check(url: &str, expected: Option<(&str, u16)>) {
        let endpoint = Endpoint::parse(url);
        assert_eq!(
            endpoint.as_ref().map(|endpoint| (endpoint.to_string(), endpoint.port)),
            expected.map(|(text, port)| (text.to_owned(), port))
        );
    }

    #[test]
    fn endpoints() {
        check("imaps://Mail.Example/INBOX", Some(("imaps://mail.example", 993)));
        check("imap://mail.example:443", Some(("imap://mail.example:443", 443)));
        check("smtp://[::1]:2525", Some(("smtp://[::1]:2525", 2525)));
        check("wss://a.example/?x=1", Some(("wss://a.example", 443)));
        check("smtps://user@mail.example", None);
        check("ftp://mail.example", None);
        check("imaps://", None);
    }
}
