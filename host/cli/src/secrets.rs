//! Where secrets' values come from: the environment or files, read for each use, so that a rotated file counts at once.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use dispatch::port::Secrets;
use manifest::SecretSource;
use model::Secret;

/// Where values stand, by the secret's configured name, newest first.
pub(crate) type Places = BTreeMap<String, Vec<SecretSource>>;

/// The configured secrets.
#[derive(Debug, Default)]
pub(crate) struct ConfiguredSecrets {
    sources: RwLock<Places>,
}

impl ConfiguredSecrets {
    pub(crate) fn new(sources: Places) -> Self {
        Self { sources: RwLock::new(sources) }
    }

    /// Knows these places from now on; gives back the ones of before. What is named no more stays known: an earlier generation may need it
    /// again.
    pub(crate) fn extend(&self, sources: &Places) -> Places {
        let mut known = self.sources.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.clone();
        known.extend(sources.iter().map(|(name, places)| (name.clone(), places.clone())));
        before
    }

    /// Knows these places too, where it knows none of the name.
    pub(crate) fn add(&self, sources: &Places) {
        let mut known = self.sources.write().unwrap_or_else(PoisonError::into_inner);
        for (name, places) in sources {
            known.entry(name.clone()).or_insert_with(|| places.clone());
        }
    }

    /// Knows only these places from now on.
    pub(crate) fn restore(&self, sources: Places) {
        *self.sources.write().unwrap_or_else(PoisonError::into_inner) = sources;
    }

    /// Another one that knows these places too.
    pub(crate) fn with(&self, sources: &Places) -> Self {
        let other = Self::new(self.sources.read().unwrap_or_else(PoisonError::into_inner).clone());
        other.extend(sources);
        other
    }
}

impl Secrets for ConfiguredSecrets {
    fn values(&self, name: &str) -> Vec<Secret> {
        let places = self.sources.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        places.iter().flatten().filter_map(value).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn places(pairs: &[(&str, &str)]) -> Places {
        pairs.iter().map(|(name, file)| ((*name).to_owned(), vec![SecretSource::File((*file).into())])).collect()
    }

    #[test]
    fn places_come_and_go_with_what_serves() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, value: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, value).unwrap();
            path.display().to_string()
        };
        let (old, new) = (file("old", "one\n"), file("new", "two"));
        let secrets = ConfiguredSecrets::new(places(&[("shop", &old)]));
        let value = |secrets: &ConfiguredSecrets, name: &str| secrets.values(name).len();
        assert_eq!((value(&secrets.with(&places(&[("desk", &new)])), "desk"), value(&secrets, "desk")), (1, 0));
        let before = secrets.extend(&places(&[("desk", &new)]));
        assert_eq!((value(&secrets, "desk"), value(&secrets, "shop")), (1, 1));
        secrets.restore(before);
        assert_eq!((value(&secrets, "desk"), value(&secrets, "shop")), (0, 1));
    }
}
