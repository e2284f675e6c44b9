//! Classifier: how customers feel, by words and rules, in English and French.
//!
//! Honest and small: it knows the words that it was given, and what negation, emphasis, contrast, questions and a few idioms do to them. It
//! says which words moved it, and how sure it is. What it cannot know is in README.md.

pub mod judge;
pub mod lexicon;
pub mod options;
pub mod report;

#[cfg(test)]
mod tests;

use pointsman_plugin::{Classifier, Interaction, Plugin, Problem, Signal, plugin};
use words::{Token, guess, tokens};

use crate::judge::judge;
use crate::options::Options;

/// The plugin.
#[derive(Debug)]
pub struct Sentiment {
    options: Options,
}

impl Plugin for Sentiment {
    type Settings = serde_json::Value;

    fn configure(settings: Self::Settings) -> Result<Self, Vec<Problem>> {
        Options::read(&settings).map(|options| Self { options })
    }
}

impl Classifier for Sentiment {
    fn classify(&self, batch: &[Interaction]) -> Vec<Vec<Signal>> {
        batch.iter().map(|interaction| self.classify_one(interaction)).collect()
    }
}

impl Sentiment {
    fn classify_one(&self, interaction: &Interaction) -> Vec<Signal> {
        let body = tokens(&interaction.text);
        let subject = tokens(interaction.subject.as_deref().unwrap_or(""));
        let language = self.language(interaction.language.as_deref(), &body, &subject);
        let lexicon = self.options.lexicon(language.unwrap_or("any"));
        let mut finding = judge(&body, lexicon, &self.options.cues);
        finding.add(&judge(&subject, lexicon, &self.options.cues));
        report::signals(&finding, language, &self.options)
    }

    /// The named language, else the one whose small words are there, else the one whose lexicon finds more.
    fn language(&self, named: Option<&str>, body: &[Token], subject: &[Token]) -> Option<&'static str> {
        if named.is_some_and(|name| !(name.is_empty() || name.eq_ignore_ascii_case("und"))) {
            return Options::language(named);
        }
        guess(body).or_else(|| guess(subject)).or_else(|| {
            let hits = |language: &'static str| {
                let lexicon = self.options.lexicon(language);
                judge(body, lexicon, &self.options.cues).hits.len() + judge(subject, lexicon, &self.options.cues).hits.len()
            };
            let (en, fr, any) = (hits("en"), hits("fr"), hits("any"));
            match (en > any, fr > any) {
                (false, false) => None,
                (_, true) if fr > en => Some("fr"),
                _ => Some("en"),
            }
        })
    }
}

plugin!(Sentiment: classifier);
