use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::names;
use crate::parsed;
use crate::report::Report;
use crate::source::join;

/// A secret has at most this many values at a time: the new one, the old one, and a margin for mishaps.
const VALUES_MAX: usize = 4;

/// Where a secret's value stands, as written.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) key: String,
    pub(crate) kind: PlaceKind,
}

/// In what.
#[derive(Debug)]
pub(crate) enum PlaceKind {
    /// An environment variable.
    Env(String),
    /// A file.
    File(String),
}

/// `[secrets]`
pub(super) fn secrets(secrets: Vec<parsed::Secret>, report: &Report) -> BTreeMap<String, Vec<Place>> {
    let mut admitted = BTreeMap::new();
    for secret in secrets {
        names::well_formed(&secret.name, &secret.key, report);
        if secret.sources.len() > VALUES_MAX {
            let message = format!("a secret has at most {VALUES_MAX} values at a time, this one {}", secret.sources.len());
            report.error(&secret.key, message, "remove the oldest, which stand last");
        }
        let places = secret.sources.into_iter().filter_map(|source| place(source, report)).collect();
        admitted.insert(secret.name, places);
    }
    admitted
}

fn place(source: parsed::SecretPlace, report: &Report) -> Option<Place> {
    const REMEDY: &str = "write `{ env = \"NAME\" }` or `{ file = \"path\" }`";
    let kind = match (source.env, source.file) {
        (Some(env), None) if is_variable(&env) => Some(PlaceKind::Env(env)),
        (Some(_), None) => {
            // Not repeated: it may be the secret itself.
            let message = "this is no name of an environment variable: letters, digits and underscores make one";
            report.error(&format!("{}.env", source.key), message, REMEDY);
            None
        }
        (None, Some(file)) if !file.trim().is_empty() => Some(PlaceKind::File(file)),
        (None, Some(_)) => {
            report.error(&format!("{}.file", source.key), "a path must not be empty", "");
            None
        }
        (Some(_), Some(_)) => {
            report.error(&source.key, "names both a variable and a file", "keep one; for a secret that is being changed write a list");
            None
        }
        (None, None) => {
            report.error(&source.key, "names no place", REMEDY);
            None
        }
    };
    kind.map(|kind| Place { key: source.key, kind })
}

fn is_variable(name: &str) -> bool {
    let starts_well = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    starts_well && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Warns about texts of the settings that look like secrets: settings are stored with every generation and shown to viewers.
pub(super) fn warn_about_plaintext(settings: &Json, key: &str, report: &Report) {
    look_at("", settings, key, report);
}

/// `name` is the field that the value belongs to, through lists.
fn look_at(name: &str, value: &Json, key: &str, report: &Report) {
    match value {
        Json::String(text) if looks_secret(name, text) => {
            let remedy = "put it under `[secrets]` and grant it to the plugin under `[plugin.grant]`";
            report.warning(key, "this looks like a secret: settings are stored and shown, secrets are not", remedy);
        }
        Json::Object(fields) => fields.iter().for_each(|(name, value)| look_at(name, value, &join(key, name), report)),
        Json::Array(items) => items.iter().enumerate().for_each(|(index, item)| look_at(name, item, &format!("{key}[{index}]"), report)),
        _ => {}
    }
}

/// By its name and its randomness, or by a prefix that issuers give to their secrets.
fn looks_secret(name: &str, text: &str) -> bool {
    const PREFIXES: [&str; 12] =
        ["-----BEGIN", "whsec_", "sk_live_", "sk_test_", "sk-", "ghp_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xapp-", "AKIA"];
    const WORDS: [&str; 8] = ["password", "passwd", "secret", "token", "api_key", "apikey", "private_key", "access_key"];
    let named = WORDS.iter().any(|word| name.to_ascii_lowercase().replace('-', "_").contains(word));
    let long = text.len() >= 16 && !text.contains(char::is_whitespace);
    let random = long && text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    (text.len() >= 16 && PREFIXES.iter().any(|prefix| text.starts_with(prefix))) || (named && random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_secret() {
        for (name, text, expected) in [
            ("secret", "shop-webhook", false),
            ("access_token", "d41d8cd98f00b204e9800998ecf8427e", true),
            ("api-key", "Zx81kQpT90aLmN3c", true),
            ("pattern", "d41d8cd98f00b204e9800998ecf8427e", false),
            ("anything", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true),
            ("token_pattern", "one two three 4 five six", false),
            ("password", "short1", false),
            ("queue", "sk-team", false),
        ] {
            assert_eq!(looks_secret(name, text), expected, "{name} = {text}");
        }
    }
}
