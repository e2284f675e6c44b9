//! Classifier: how urgent it is, from words, times, repetition and what is at stake, in English and French.
//!
//! It learnt nothing: each sign is a line of `urgency.txt`, a form of time, or a word of the settings, and every one that counted is named with
//! what it counted. "Not urgent" and "if my card is stolen" are read as what they say. Where the text is withheld it says nothing at all.

pub mod cues;
pub mod options;
pub mod read;
pub mod report;
mod time;
pub mod turn;

#[cfg(test)]
mod tests;

use pointsman_plugin::{Classifier, Interaction, Plugin, Problem, Signal, plugin};

use crate::options::Options;
use crate::read::Text;

/// The plugin.
#[derive(Debug)]
pub struct Urgency {
    options: Options,
}

impl Plugin for Urgency {
    type Settings = serde_json::Value;

    fn configure(settings: Self::Settings) -> Result<Self, Vec<Problem>> {
        Options::read(&settings).map(|options| Self { options })
    }
}

impl Classifier for Urgency {
    fn classify(&self, batch: &[Interaction]) -> Vec<Vec<Signal>> {
        batch.iter().map(|interaction| self.classify_one(interaction)).collect()
    }
}

impl Urgency {
    fn classify_one(&self, interaction: &Interaction) -> Vec<Signal> {
        if interaction.withheld.iter().any(|field| field == "text") {
            return Vec::new();
        }
        vec![report::signal(&Text::read(interaction, &self.options), &self.options)]
    }
}

plugin!(Urgency: classifier);
