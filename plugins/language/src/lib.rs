//! Classifier: which language a text is in, also a short one.
//!
//! It looks at words and at letters that stand together, so that it needs no dictionary and knows words that it never saw. What it cannot
//! know it says: `und`. MODEL.md tells what it was made from and how often it is right.

#[cfg(test)]
mod tests;

use languages::{Guesser, LANGUAGES};
use pointsman_plugin::{Classifier, Interaction, Plugin, Problem, Reason, Signal, plugin};
use serde::Deserialize;

/// The model, as `cargo xtask train language` wrote it.
const MODEL: &[u8] = include_bytes!("../language.model");
/// The channel is believed about a text of fewer words when the guess is not sure.
const FEW_WORDS: usize = 3;
/// How sure a guess has to be to contradict the channel about a short text.
const SURE: f32 = 0.95;

/// Settings; all of them may be left out.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The languages that may be said; everything else is `und`. Empty: all that are known.
    languages: Vec<String>,
    /// Below this confidence it is `und`.
    confidence_min: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { languages: Vec::new(), confidence_min: 0.35 }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct Language {
    guesser: Guesser,
    allowed: Vec<String>,
    confidence_min: f32,
}

impl Plugin for Language {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        for (at, language) in settings.languages.iter().enumerate() {
            if !LANGUAGES.contains(&language.as_str()) {
                let known = LANGUAGES.join("`, `");
                let problem = Problem::new(format!("/languages/{at}"), format!("`{language}` is no language that is told apart."));
                problems.push(problem.remedy(format!("Write some of `{known}`.")));
            }
        }
        if !(0.0..=1.0).contains(&settings.confidence_min) {
            problems.push(Problem::new("/confidence_min", "A confidence is from 0 to 1.").remedy("Leave it out for 0.35."));
        }
        match Guesser::read(MODEL) {
            Ok(guesser) if problems.is_empty() => {
                Ok(Self { guesser, allowed: settings.languages, confidence_min: settings.confidence_min })
            }
            Ok(_) => Err(problems),
            Err(why) => Err(vec![Problem::new("", why.to_string())]),
        }
    }
}

impl Classifier for Language {
    fn classify(&self, batch: &[Interaction]) -> Vec<Vec<Signal>> {
        batch.iter().map(|interaction| vec![self.classify_one(interaction)]).collect()
    }
}

impl Language {
    fn classify_one(&self, interaction: &Interaction) -> Signal {
        let text = match interaction.subject.as_deref() {
            Some(subject) if !subject.is_empty() => &format!("{subject}\n{}", interaction.text),
            _ => &interaction.text,
        };
        let said = interaction.language.as_deref().map(primary).filter(|said| LANGUAGES.contains(&said.as_str()) && said != "und");
        let Some(guess) = self.guesser.guess(text) else { return channels_word(said, 0.5) };
        let (language, confidence) = guess.best();
        let unsure = confidence < SURE && guess.words < FEW_WORDS;
        match said {
            Some(said) if unsure && said != language => channels_word(Some(said), 0.5),
            _ if confidence < self.confidence_min => unknown("not-sure", "No language stands out.", confidence),
            _ if language == "und" => unknown("another-language", "It is none of the languages that are told apart.", confidence),
            _ if !(self.allowed.is_empty() || self.allowed.iter().any(|allowed| allowed == language)) => {
                let text = "It is a language that the settings do not name.";
                unknown("not-allowed", text, confidence)
                    .because(Reason::new("looks-like", "It looks like {language}.").with("language", language))
            }
            _ => Signal::new("language", language).confidence(confidence),
        }
    }
}

/// `fr` of `fr-CA`.
fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

fn channels_word(said: Option<String>, confidence: f32) -> Signal {
    match said {
        Some(said) => Signal::new("language", said)
            .confidence(confidence)
            .because(Reason::new("channel-says", "The text is too short to tell; the channel says so.")),
        None => unknown("no-words", "There are no words.", 0.0),
    }
}

fn unknown(code: &str, text: &str, confidence: f32) -> Signal {
    Signal::new("language", "und").confidence(confidence).because(Reason::new(code, text))
}

plugin!(Language: classifier);
