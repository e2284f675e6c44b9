//! Requests signed with HMAC-SHA1 (OAuth 1, RFC 5849).

use dispatch::Arithmetic;
use dispatch::port::{KeyAlgorithm, Keys as _};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use model::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::Signed;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Everything but the unreserved letters (RFC 5849 §3.6).
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Who signs: the secret's value as JSON.
#[derive(Deserialize)]
pub(super) struct Keys {
    consumer_key: String,
    consumer_secret: String,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    token_secret: Option<String>,
}

/// What makes a signature another one.
pub(super) struct Moment {
    /// Unix seconds.
    pub(super) timestamp: String,
    /// Never twice.
    pub(super) nonce: String,
}

impl Keys {
    /// The `Authorization` header for a request, and the signature in it.
    pub(super) fn header(&self, signed: &Signed<'_>, headers: &HeaderMap, moment: &Moment) -> Option<(String, String)> {
        let mut own = vec![
            ("oauth_consumer_key", self.consumer_key.as_str()),
            ("oauth_nonce", moment.nonce.as_str()),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", moment.timestamp.as_str()),
            ("oauth_version", "1.0"),
        ];
        own.extend(self.token.as_deref().map(|token| ("oauth_token", token)));
        let base = base(signed, headers, &own);
        let key = format!("{}&{}", encoded(&self.consumer_secret), encoded(self.token_secret.as_deref().unwrap_or_default()));
        let code = Arithmetic.mac(&Secret::new(key), KeyAlgorithm::HmacSha1, base.as_bytes()).ok()?;
        let code = STANDARD.encode(code);
        own.push(("oauth_signature", &code));
        own.sort_unstable();
        let parts: Vec<String> = own.iter().map(|(name, value)| format!("{name}=\"{}\"", encoded(value))).collect();
        Some((format!("OAuth {}", parts.join(", ")), code.clone()))
    }
}

/// The signature base string (§3.4.1).
fn base(signed: &Signed<'_>, headers: &HeaderMap, own: &[(&str, &str)]) -> String {
    let mut all: Vec<(String, String)> = own.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    all.extend(signed.url.query_pairs().map(|(name, value)| (encoded(&name), encoded(&value))));
    if is_form(headers) {
        all.extend(form_urlencoded::parse(signed.body).map(|(name, value)| (encoded(&name), encoded(&value))));
    }
    all.sort_unstable();
    let normal: Vec<String> = all.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}&{}&{}", signed.method, encoded(&address(signed.url)), encoded(&normal.join("&")))
}

/// Scheme, host, port when it is not the usual one, and path (§3.4.1.2).
fn address(url: &Url) -> String {
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

/// Parameters in a body count when it is a form and nothing else (§3.4.1.3.1).
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn form() -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))])
    }

    /// The example of RFC 5849 §3.4.1.1, which has no version parameter.
    #[test]
    fn the_base_string_of_the_rfc() {
        let url = Url::parse("http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b").unwrap();
        let signed = Signed { method: "POST", url: &url, body: b"c2&a3=2+q" };
        let own = [
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
        ];
        let expected = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26\
                        oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26\
                        oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7";
        assert_eq!(base(&signed, &form(), &own), expected);
    }

    /// Computed with OpenSSL over a base string written by hand.
    #[test]
    fn a_signed_request() {
        let url = Url::parse("https://api.example/1.1/statuses?include=true").unwrap();
        let signed = Signed { method: "POST", url: &url, body: b"status=Hello%20Ladies%20%2B%20Gentlemen" };
        let keys = Keys {
            consumer_key: "ck".to_owned(),
            consumer_secret: "cs".to_owned(),
            token: Some("tk".to_owned()),
            token_secret: Some("ts".to_owned()),
        };
        let moment = Moment { timestamp: "1700000000".to_owned(), nonce: "n0nce".to_owned() };
        let (header, code) = keys.header(&signed, &form(), &moment).unwrap();
        assert!(header.starts_with("OAuth oauth_consumer_key=\"ck\", oauth_nonce=\"n0nce\", oauth_signature=\""), "{header}");
        assert_eq!(code, "zvfuFl4vYSGBWwIpJmO0LdrGnLc=");
    }
}
