//! What the operator can set.

use pointsman_plugin::Problem;
use serde_json::Value;
use settings::{Fields, Findings, single};
use words::Phrases;

use crate::cues::{Cue, Kind, built_in, insert};

/// Everything that `configure` prepares.
#[derive(Clone, Debug)]
pub struct Options {
    /// What each kind counts, in the order of [`Kind::URGENT`].
    weights: [f32; Kind::URGENT.len()],
    /// All words.
    pub words: Phrases<Cue>,
}

impl Default for Options {
    fn default() -> Self {
        Self { weights: [1.0; Kind::URGENT.len()], words: built_in() }
    }
}

impl Options {
    /// More words of one's own are refused.
    pub const OWN_WORDS_MAX: usize = 10_000;

    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(value: &Value) -> Result<Self, Vec<Problem>> {
        let mut findings = Findings::default();
        let mut options = Self::default();
        if let Some(fields) = Fields::of(value, "", &mut findings) {
            options.read_weights(&fields, &mut findings);
            options.read_words(&fields, &mut findings);
            for (name, kind) in [("calm_words", Kind::Calm), ("settled_words", Kind::Settled)] {
                options.read_turning(&fields, name, kind, &mut findings);
            }
            fields.finish(&mut findings);
        }
        findings.or(options)
    }

    /// What a kind counts.
    #[must_use]
    pub fn weight(&self, kind: Kind) -> f32 {
        Kind::URGENT.iter().zip(self.weights).find(|((_, known), _)| *known == kind).map_or(0.0, |(_, weight)| weight)
    }

    fn read_weights(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(weights) = fields.fields("weights", findings) else { return };
        for ((name, _), place) in Kind::URGENT.into_iter().zip(&mut self.weights) {
            if let Some(weight) = weights.number(name, 0.0..=1.0, findings) {
                *place = single(weight);
            }
        }
        weights.finish(findings);
    }

    fn read_words(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(words) = fields.fields("words", findings) else { return };
        for (phrase, value) in words.all() {
            let path = words.path(phrase);
            let Some(strength) = value.as_f64().filter(|strength| (0.0..=1.0).contains(strength)) else {
                findings.add(&path, "A strength is expected.", "Use a number from 0 to 1; 0 takes a word out.");
                continue;
            };
            let kind = if strength > 0.0 { Kind::Own } else { Kind::Nothing };
            self.add(phrase, kind, single(strength), &path, findings);
        }
        let count = words.all().count();
        if count > Self::OWN_WORDS_MAX {
            findings.add("/words", format!("{count} words are too many."), format!("At most {}.", Self::OWN_WORDS_MAX));
        }
    }

    fn read_turning(&mut self, fields: &Fields<'_>, name: &'static str, kind: Kind, findings: &mut Findings) {
        let phrases = fields.texts(name, findings).unwrap_or_default();
        for (path, phrase) in phrases.iter().take(Self::OWN_WORDS_MAX) {
            self.add(phrase, kind, 0.6, path, findings);
        }
        if phrases.len() > Self::OWN_WORDS_MAX {
            findings.add(&fields.path(name), "These are too many.", format!("At most {}.", Self::OWN_WORDS_MAX));
        }
    }

    fn add(&mut self, phrase: &str, kind: Kind, strength: f32, path: &str, findings: &mut Findings) {
        if !insert(&mut self.words, phrase, kind, strength) {
            findings.add(path, format!("`{phrase}` has no word in it."), "Write a word, a phrase, an emoji, or a beginning with `*`.");
        }
    }
}
