//! Reasons in the reader's language: the sentence from the catalogue of the plugin that gave it, or the host's own.

use std::collections::BTreeMap;

use dispatch::catalogue::sentence;
use model::{PluginManifest, Reason};

use crate::language::Language;

/// The catalogues of a configuration's plugins.
pub(crate) struct Sentences {
    language: Language,
    manifests: BTreeMap<String, PluginManifest>,
}

impl Sentences {
    pub(crate) fn new(language: Language, manifests: BTreeMap<String, PluginManifest>) -> Self {
        Self { language, manifests }
    }

    /// Those of a configuration. One that cannot be read any more costs the translations, not the answer.
    pub(crate) fn of(manifest: &manifest::Manifest, language: Language) -> Self {
        let manifests = manifest.inspections.iter().map(|(name, inspected)| (name.clone(), inspected.manifest.clone())).collect();
        Self::new(language, manifests)
    }

    /// The sentence of a reason that this plugin gave.
    pub(crate) fn by(&self, plugin: &str, reason: &Reason) -> String {
        sentence(reason, self.language.tag(), self.manifests.get(plugin))
    }

    /// The sentence of a reason of an unnamed plugin: the first catalogue that knows its code.
    pub(crate) fn any(&self, reason: &Reason) -> String {
        let knows =
            |manifest: &&PluginManifest| manifest.catalogue.get(self.language.tag()).is_some_and(|known| known.contains_key(&reason.code));
        sentence(reason, self.language.tag(), self.manifests.values().find(knows))
    }
}
