//! Secrets that come back: the other side repeats what it was sent, and the plugin must not read it there.
//!
//! What is looked for are the values of all secrets that the plugin may send (an earlier request may have left them there), as they are and
//! in the encodings in which servers repeat what they got. What is found is written over byte by byte, so that lengths stay. Letters count in
//! any case, because header names and hex digits are changed on the way.

mod view;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use dispatch::port::{EgressError, EgressGrant, Secrets};
use model::{CredentialForm, Header, Response};

use self::view::View;

/// Shorter values are no secrets: they are found everywhere.
const SECRET_BYTES_MIN: usize = 4;
/// Encoded parts that are shorter are found by chance.
const PART_BYTES_MIN: usize = 6;
/// Fields of a secret's value that say who somebody is.
const PUBLIC_FIELDS: [&str; 9] = ["client_id", "consumer_key", "username", "user", "login", "identifier", "handle", "email", "account"];
/// What is written over each byte.
const FILLER: u8 = b'*';

/// What must not come back.
#[derive(Clone, Default)]
pub(crate) struct Echo {
    needles: Vec<Vec<u8>>,
}

impl Echo {
    /// The values of all secrets that a plugin may send.
    pub(crate) fn of_grant(grant: &EgressGrant, secrets: &dyn Secrets) -> Self {
        let values = grant.credentials.values().flat_map(|credential| {
            let values = secrets.values(&credential.secret);
            values.into_iter().flat_map(|value| parts(&credential.form, value.expose())).collect::<Vec<_>>()
        });
        Self { needles: values.flat_map(|value| spellings(&value)).collect() }
    }

    /// Other values that must not come back in any spelling, such as tokens.
    pub(crate) fn hide(&mut self, values: &[Vec<u8>]) {
        self.needles.extend(values.iter().flat_map(|value| spellings(value)));
    }

    /// Something else that must not: what was made from a secret and sent.
    pub(super) fn add(&mut self, values: &[Vec<u8>]) {
        self.needles.extend(values.iter().filter(|value| value.len() >= SECRET_BYTES_MIN).cloned());
    }

    /// The bytes with every spelling written over.
    pub(crate) fn mask(&self, bytes: &mut [u8]) {
        if let Some(search) = self.search() {
            write_over(&search, bytes);
        }
    }

    pub(super) fn masked_answer(&self, mut answer: Response) -> Response {
        let Some(search) = self.search() else { return answer };
        write_over(&search, &mut answer.body);
        answer.headers.retain(|Header { name, .. }| !search.is_match(name.as_bytes()));
        for header in &mut answer.headers {
            write_over(&search, &mut header.value);
        }
        answer
    }

    pub(super) fn masked_error(&self, error: EgressError) -> EgressError {
        let masked = |text: String| {
            let mut bytes = text.into_bytes();
            self.mask(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        };
        match error {
            EgressError::NotGranted(what) => EgressError::NotGranted(masked(what)),
            EgressError::Unavailable(why) => EgressError::Unavailable(masked(why)),
            other => other,
        }
    }

    fn search(&self) -> Option<AhoCorasick> {
        let builder = (!self.needles.is_empty()).then(AhoCorasick::builder);
        builder
            .and_then(|mut builder| builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(&self.needles).ok())
    }
}

/// Writes over what is found in the bytes as they are, and as they read once their escapes are undone.
fn write_over(search: &AhoCorasick, bytes: &mut [u8]) {
    let plain: Vec<_> = search.find_iter(&*bytes).map(|found| found.range()).collect();
    for range in plain {
        bytes.get_mut(range).unwrap_or_default().fill(FILLER);
    }
    for view in View::all_of(bytes) {
        for found in search.find_iter(&view.bytes) {
            bytes.get_mut(view.source(found.range())).unwrap_or_default().fill(FILLER);
        }
    }
}

/// What of a secret's value is secret: of a JSON object the fields, but those that only say who somebody is and that answers are full of.
fn parts(form: &CredentialForm, value: &[u8]) -> Vec<Vec<u8>> {
    if !matches!(form, CredentialForm::Oauth1 {} | CredentialForm::Oauth2(_) | CredentialForm::Session(_)) {
        return vec![value.to_vec()];
    }
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(value).unwrap_or_default();
    let secret = fields.iter().filter(|(name, _)| !PUBLIC_FIELDS.contains(&name.as_str()));
    let texts = secret.filter_map(|(_, value)| value.as_str().map(|text| text.as_bytes().to_vec()));
    texts.chain([value.to_vec()]).collect()
}

/// A secret as it is, in UTF-16, in hex, and in base64 wherever in the encoded bytes it stands.
fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    if secret.len() < SECRET_BYTES_MIN {
        return Vec::new();
    }
    let mut all = vec![secret.to_vec(), hex::encode(secret).into_bytes()];
    if let Ok(text) = std::str::from_utf8(secret) {
        all.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        all.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    for code in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        all.push(code.encode(secret).into_bytes());
        // Behind one or two bytes of something else the letters are other ones; those on the edge depend on the neighbours.
        for (before, skipped) in [(0, 0), (1, 2), (2, 3)] {
            let shifted = code.encode([&vec![0; before], secret].concat());
            let whole = (before + secret.len()) * 8 / 6;
            all.push(shifted.as_bytes().get(skipped..whole).unwrap_or_default().to_vec());
        }
    }
    all.retain(|spelling| spelling.len() >= PART_BYTES_MIN || spelling == secret);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `spelled` is a spelling of the secret `s3cr+t/"é~`: nothing of it is left, and all that stands around it.
    fn check(before: &str, spelled: &str, after: &str) {
        let echo = Echo { needles: spellings("s3cr+t/\"é~".as_bytes()) };
        let mut bytes = format!("{before}{spelled}{after}").into_bytes();
        echo.mask(&mut bytes);
        assert_eq!(String::from_utf8_lossy(&bytes), format!("{before}{}{after}", "*".repeat(spelled.len())), "{spelled}");
    }

    #[test]
    fn every_spelling_is_written_over() {
        check("a ", "s3cr+t/\"é~", " b");
        check("", "S3CR+T/\"é~", "");
        check("x=", "s3cr%2Bt%2F%22%C3%A9%7E", "&y=1");
        check("x=", "%733cr%2bt%2f%22%c3%a9~", "%41");
        check("{\"a\":\"", r#"s3cr+t\/\"\u00e9~"#, "\"}");
        check("<p>", "s3cr+t/&quot;&#233;~", "</p>");
        check("&amp;", "s3cr+t/&#x22;&#xE9;~", "&lt;");
        check("", &hex::encode("s3cr+t/\"é~").to_uppercase(), "");
        check("nothing of it: s3cr", "", "");
    }

    #[test]
    fn base64_is_found_behind_anything() {
        let secret = "s3cr+t/\"é~";
        for before in ["", "u", "us", "use", "user:"] {
            for after in ["", "x", "xy", " and more"] {
                for code in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                    let mut bytes = code.encode(format!("{before}{secret}{after}")).into_bytes();
                    Echo { needles: spellings(secret.as_bytes()) }.mask(&mut bytes);
                    let left = bytes.iter().filter(|byte| **byte != FILLER).count();
                    let of_others = (before.len() + after.len()) * 8 / 6 + 4;
                    assert!(left <= of_others, "{before}-{after}: {}", String::from_utf8_lossy(&bytes));
                }
            }
        }
    }

    #[test]
    fn utf_16_is_found() {
        let mut bytes: Vec<u8> = "a s3cr+t/\"é~".encode_utf16().flat_map(u16::to_le_bytes).collect();
        Echo { needles: spellings("s3cr+t/\"é~".as_bytes()) }.mask(&mut bytes);
        assert_eq!(bytes.iter().filter(|byte| **byte == FILLER).count(), 20);
    }

    #[test]
    fn time_is_linear_for_a_secret_that_repeats_itself() {
        let echo = Echo { needles: spellings(&[b'a'; 200]) };
        let mut bytes = vec![b'a'; 4 << 20];
        let start = std::time::Instant::now();
        echo.mask(&mut bytes);
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    }
}
