//! What the operator can set.

use pointsman_plugin::Problem;
use serde_json::Value;
use settings::{Fields, Findings, single};

use crate::lexicon::{Cue, LANGUAGES, Lexicon};

/// The kinds of cues that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cues {
    /// Single words.
    pub words: bool,
    /// Phrases of several words.
    pub phrases: bool,
    /// Emoji and faces.
    pub signs: bool,
    /// Words that turn others round.
    pub negation: bool,
    /// Boosters, capitals, stretched words, exclamation marks.
    pub emphasis: bool,
    /// What follows a "but" counts more.
    pub contrast: bool,
    /// What is asked counts less.
    pub questions: bool,
    /// Phrases that are praise in words only.
    pub sarcasm: bool,
}

impl Cues {
    /// The names that the settings know.
    pub const NAMES: [&str; 8] = ["words", "phrases", "signs", "negation", "emphasis", "contrast", "questions", "sarcasm"];
    /// Everything.
    pub const ALL: Self =
        Self { words: true, phrases: true, signs: true, negation: true, emphasis: true, contrast: true, questions: true, sarcasm: true };

    /// Hits of this kind count.
    #[must_use]
    pub fn on(&self, cue: Cue) -> bool {
        match cue {
            Cue::Word => self.words,
            Cue::Phrase => self.phrases,
            Cue::Sign => self.signs,
        }
    }

    /// Switches one off. False: there is no such kind.
    fn switch_off(&mut self, name: &str) -> bool {
        let field = match name {
            "words" => &mut self.words,
            "phrases" => &mut self.phrases,
            "signs" => &mut self.signs,
            "negation" => &mut self.negation,
            "emphasis" => &mut self.emphasis,
            "contrast" => &mut self.contrast,
            "questions" => &mut self.questions,
            "sarcasm" => &mut self.sarcasm,
            _ => return false,
        };
        *field = false;
        true
    }
}

/// Everything that `configure` prepares.
#[derive(Clone, Debug)]
pub struct Options {
    /// A score from here on is positive.
    pub positive: f32,
    /// A score down to here is negative.
    pub negative: f32,
    /// What is read.
    pub cues: Cues,
    /// English.
    pub en: Lexicon,
    /// French.
    pub fr: Lexicon,
    /// Signs only.
    pub any: Lexicon,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            positive: 0.25,
            negative: -0.1,
            cues: Cues::ALL,
            en: Lexicon::built_in("en"),
            fr: Lexicon::built_in("fr"),
            any: Lexicon::built_in("any"),
        }
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
            options.read_thresholds(&fields, &mut findings);
            options.read_off(&fields, &mut findings);
            options.read_lexicon(&fields, &mut findings);
            fields.finish(&mut findings);
        }
        findings.or(options)
    }

    /// The lexicon of a language.
    #[must_use]
    pub fn lexicon(&self, language: &str) -> &Lexicon {
        match language {
            "en" => &self.en,
            "fr" => &self.fr,
            _ => &self.any,
        }
    }

    fn read_thresholds(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(thresholds) = fields.fields("thresholds", findings) else { return };
        if let Some(positive) = thresholds.number("positive", 0.01..=1.0, findings) {
            self.positive = single(positive);
        }
        if let Some(negative) = thresholds.number("negative", -1.0..=-0.01, findings) {
            self.negative = single(negative);
        }
        thresholds.finish(findings);
    }

    fn read_off(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        for (path, name) in fields.texts("off", findings).unwrap_or_default() {
            if !self.cues.switch_off(name) {
                findings.unknown(&path, "kind of cue", name, &Cues::NAMES);
            }
        }
    }

    fn read_lexicon(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(languages) = fields.fields("lexicon", findings) else { return };
        let mut count = 0;
        for name in ["any", "en", "fr"] {
            let Some(entries) = languages.fields(name, findings) else { continue };
            for (phrase, value) in entries.all() {
                count += 1;
                let path = entries.path(phrase);
                let Some(points) = points(value, &path, findings) else { continue };
                let known = match name {
                    "en" => self.en.weigh(phrase, points),
                    "fr" => self.fr.weigh(phrase, points),
                    _ => [&mut self.any, &mut self.en, &mut self.fr].into_iter().all(|lexicon| lexicon.weigh(phrase, points)),
                };
                if !known {
                    findings.add(
                        &path,
                        format!("`{phrase}` has no word in it."),
                        "Write a word, a phrase, an emoji, or a beginning with `*`.",
                    );
                }
            }
        }
        if count > Self::OWN_WORDS_MAX {
            findings.add("/lexicon", format!("{count} words are too many."), format!("At most {}.", Self::OWN_WORDS_MAX));
        }
        languages.finish(findings);
    }

    /// The language to read a text in: the named one, else a guess; `None` when there is no lexicon for it.
    #[must_use]
    pub fn language(named: Option<&str>) -> Option<&'static str> {
        let primary = named?.split(['-', '_']).next()?;
        LANGUAGES.into_iter().find(|language| primary.eq_ignore_ascii_case(language))
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
            findings.add(path, "A weight is expected.", "Use a number from -4 to 4; 0 takes the word out.");
            None
        }
    }
}

#[cfg(test)]
#[path = "options/tests.rs"]
mod tests;
