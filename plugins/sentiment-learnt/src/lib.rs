//! Classifier: how customers feel, learnt from labelled posts, in English, French and some other languages.
//!
//! It says what the whole text sounds like, how sure it is, and which words moved it most. Own words and phrases can be weighed and decided on
//! in the settings. MODEL.md tells what it was made from, how often it is right, and where it errs.

pub mod care;
pub mod learnt;
pub mod options;
pub mod read;
pub mod report;

#[cfg(test)]
mod tests;

use compact::Model;
use languages::Guesser;
use pointsman_plugin::{Classifier, Interaction, Plugin, Problem, Signal, plugin};

use crate::care::Care;
use crate::learnt::Learnt;
use crate::options::Options;
use crate::read::Text;

/// The models, as `cargo xtask train sentiment` wrote them.
const MODEL: &[u8] = include_bytes!("../sentiment.model");

/// The plugin.
#[derive(Debug)]
pub struct Sentiment {
    learnt: Learnt,
    guesser: Guesser,
    care: Care,
    options: Options,
}

impl Plugin for Sentiment {
    type Settings = serde_json::Value;

    fn configure(settings: Self::Settings) -> Result<Self, Vec<Problem>> {
        let options = Options::read(&settings)?;
        let read = || {
            let model = Model::read(MODEL)?;
            Ok((Learnt::read(&model)?, Guesser::of(&model)?))
        };
        let (learnt, guesser) = read().map_err(|why: compact::ModelError| vec![Problem::new("", why.to_string())])?;
        Ok(Self { learnt, guesser, care: Care::default(), options })
    }
}

impl Classifier for Sentiment {
    fn classify(&self, batch: &[Interaction]) -> Vec<Vec<Signal>> {
        batch.iter().map(|interaction| self.classify_one(interaction)).collect()
    }
}

impl Sentiment {
    fn classify_one(&self, interaction: &Interaction) -> Vec<Signal> {
        let language = read::language(interaction, &self.guesser);
        let text = Text::read(interaction, language, (self.learnt.lexicon(), &self.care), &self.options);
        report::signals(&text, &self.learnt, &self.options)
    }
}

plugin!(Sentiment: classifier);
