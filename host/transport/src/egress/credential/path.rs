use dispatch::port::EgressError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::super::spelling::refused;

/// Shorter texts are found by chance.
const PLACE_BYTES_MIN: usize = 3;

/// What has a meaning in a path, or none that all servers agree on (RFC 3986 §3.3).
const SEGMENT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');
/// As the URL standard writes a path that it was given.
const PATH: AsciiSet =
    percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'^').add(b'`').add(b'{').add(b'}');

/// Whether the place stands in the path of the URL, once.
pub(in super::super) fn has(url: &Url, place: &str) -> bool {
    place.len() >= PLACE_BYTES_MIN && url.path().matches(&written(place)).count() == 1
}

/// Writes the secret where the place stands.
///
/// # Errors
/// When the place stands nowhere or twice, or the secret would make another path of it.
pub(super) fn fill(url: &mut Url, place: &str, secret: &str) -> Result<Vec<u8>, EgressError> {
    if !has(url, place) {
        return Err(refused(&format!("a URL whose path has `{}` not once", place.escape_default())));
    }
    let code = utf8_percent_encode(secret, &SEGMENT).to_string();
    let path = url.path().replace(&written(place), &code);
    url.set_path(&path);
    if url.path() == path { Ok(code.into_bytes()) } else { Err(EgressError::Unavailable("the secret cannot stand in a path".to_owned())) }
}

fn written(place: &str) -> String {
    utf8_percent_encode(place, &PATH).to_string()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::fill;

    fn check(url: &str, place: &str, secret: &str, expected: Option<&str>) {
        let mut url = Url::parse(url).unwrap();
        let filled = fill(&mut url, place, secret).ok().map(|_| url.to_string());
        assert_eq!(filled.as_deref(), expected);
    }

    #[test]
    fn a_secret_in_a_path() {
        check("https://a.example/bot{token}/send?x=1", "{token}", "12:Ab-_c", Some("https://a.example/bot12:Ab-_c/send?x=1"));
        check("https://a.example/{token}/x", "{token}", "a/b?c#d%2e", Some("https://a.example/a%2Fb%3Fc%23d%252e/x"));
        check("https://a.example/{token}/x", "{token}", "..", None);
        check("https://a.example/{token}/{token}", "{token}", "s", None);
        check("https://a.example/x?t={token}", "{token}", "s", None);
        check("https://a.example/a/b", "", "s", None);
    }
}
