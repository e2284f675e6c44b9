//! Where secrets' values come from: the environment or files, read for each use, so that a rotated file counts at once.

use std::collections::BTreeMap;

use dispatch::port::Secrets;
use manifest::SecretSource;
use model::Secret;

/// The configured secrets.
#[derive(Debug, Default)]
pub(crate) struct ConfiguredSecrets {
    sources: BTreeMap<String, Vec<SecretSource>>,
}

impl ConfiguredSecrets {
    pub(crate) fn new(sources: BTreeMap<String, Vec<SecretSource>>) -> Self {
        Self { sources }
    }
}

impl Secrets for ConfiguredSecrets {
    fn values(&self, name: &str) -> Vec<Secret> {
        self.sources.get(name).into_iter().flatten().filter_map(value).collect()
    }
}

/// A file's last line break is not part of the secret: editors put it there.
fn value(source: &SecretSource) -> Option<Secret> {
    let text = match source {
        SecretSource::Env(name) => std::env::var(name).ok()?,
        SecretSource::File(path) => std::fs::read_to_string(path).ok()?,
    };
    let text = text.trim_end_matches(['\r', '\n']);
    (!text.is_empty()).then(|| Secret::new(text.as_bytes()))
}
