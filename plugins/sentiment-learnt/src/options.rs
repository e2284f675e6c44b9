//! What the operator can set.

use languages::LANGUAGES;
use pointsman_plugin::Problem;
use serde_json::Value;
use settings::{Fields, Findings, single};
use words::Phrases;

use crate::learnt::CLASSES;

/// The labels, in the models' order.
pub const LABELS: [&str; CLASSES] = ["negative", "neutral", "positive"];
/// A bias beyond that would silence the models.
const BIAS_MAX: f64 = 5.0;

/// A word or phrase of the settings with its weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// From -4 to 4.
    pub points: f32,
    /// The entry itself, for reasons.
    pub entry: Box<str>,
}

/// A word or phrase of the settings that decides alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Which of [`LABELS`].
    pub class: usize,
    /// The entry itself, for reasons.
    pub entry: Box<str>,
}

/// Everything that `configure` prepares.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Scores up to here are negative, and from here on positive; without them the likeliest label wins.
    pub thresholds: Option<(f32, f32)>,
    /// Added to the logarithm of each label's probability before the likeliest is chosen.
    pub bias: [f32; CLASSES],
    /// Below this confidence it is neutral.
    pub confidence_min: f32,
    /// Words that decide alone.
    pub overrides: Phrases<Decision>,
    any: Phrases<Weighed>,
    by_language: Vec<(&'static str, Phrases<Weighed>)>,
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
            options.read_thresholds(&fields, &mut findings);
            options.read_bias(&fields, &mut findings);
            if let Some(confidence) = fields.number("confidence_min", 0.0..=1.0, &mut findings) {
                options.confidence_min = single(confidence);
            }
            options.read_lexicon(&fields, &mut findings);
            options.read_overrides(&fields, &mut findings);
            fields.finish(&mut findings);
        }
        findings.or(options)
    }

    /// The settings' own words for a language.
    #[must_use]
    pub fn own(&self, language: &str) -> &Phrases<Weighed> {
        self.by_language.iter().find(|(named, _)| *named == language).map_or(&self.any, |(_, words)| words)
    }

    fn read_thresholds(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(thresholds) = fields.fields("thresholds", findings) else { return };
        let positive = thresholds.number("positive", 0.01..=1.0, findings).map_or(0.25, single);
        let negative = thresholds.number("negative", -1.0..=-0.01, findings).map_or(-0.25, single);
        self.thresholds = Some((negative, positive));
        thresholds.finish(findings);
    }

    fn read_bias(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(biases) = fields.fields("bias", findings) else { return };
        for (label, place) in LABELS.into_iter().zip(&mut self.bias) {
            if let Some(bias) = biases.number(label, -BIAS_MAX..=BIAS_MAX, findings) {
                *place = single(bias);
            }
        }
        biases.finish(findings);
    }

    fn read_lexicon(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(languages) = fields.fields("lexicon", findings) else { return };
        let mut count = 0;
        let mut read = |name: &'static str, into: &mut Phrases<Weighed>, findings: &mut Findings| {
            let Some(entries) = languages.fields(name, findings) else { return };
            for (phrase, value) in entries.all() {
                count += 1;
                let path = entries.path(phrase);
                let Some(points) = points(value, &path, findings) else { continue };
                let entry = phrase.trim_end_matches('*').into();
                check(into.insert(phrase, Weighed { points, entry }), phrase, &path, findings);
            }
        };
        read("any", &mut self.any, findings);
        for language in LANGUAGES.into_iter().filter(|language| *language != "und" && languages.has(language)) {
            let mut words = self.any.clone();
            read(language, &mut words, findings);
            self.by_language.push((language, words));
        }
        if count > Self::OWN_WORDS_MAX {
            findings.add("/lexicon", format!("{count} words are too many."), format!("At most {}.", Self::OWN_WORDS_MAX));
        }
        languages.finish(findings);
    }

    fn read_overrides(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(overrides) = fields.fields("overrides", findings) else { return };
        for (phrase, value) in overrides.all() {
            let path = overrides.path(phrase);
            let label = value.as_str().unwrap_or_default();
            let Some(class) = LABELS.iter().position(|known| *known == label) else {
                let known = LABELS.join("`, `");
                findings.add(&path, "A sentiment is expected.", format!("Write one of `{known}`."));
                continue;
            };
            let entry = phrase.trim_end_matches('*').into();
            check(self.overrides.insert(phrase, Decision { class, entry }), phrase, &path, findings);
        }
        let count = overrides.all().count();
        if count > Self::OWN_WORDS_MAX {
            findings.add("/overrides", format!("{count} words are too many."), format!("At most {}.", Self::OWN_WORDS_MAX));
        }
    }
}

fn check(has_word: bool, phrase: &str, path: &str, findings: &mut Findings) {
    if !has_word {
        findings.add(path, format!("`{phrase}` has no word in it."), "Write a word, a phrase, an emoji, or a beginning with `*`.");
    }
}

fn points(value: &Value, path: &str, findings: &mut Findings) -> Option<f32> {
    match value.as_f64() {
        Some(points) if (-4.0..=4.0).contains(&points) => Some(single(points)),
        Some(points) => {
            findings.add(
                path,
                format!("{points} is outside -4 to 4."),
                "1 is a touch, 2 plain, 3 strong, 4 extreme; below zero for what displeases.",
            );
            None
        }
        None => {
            findings.add(path, "A weight is expected.", "Use a number from -4 to 4; 0 takes what was learnt of the word out.");
            None
        }
    }
}

#[cfg(test)]
#[path = "options/tests.rs"]
mod tests;
