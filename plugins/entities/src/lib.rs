//! Classifier: order numbers, e-mail addresses, phone numbers, bank accounts, cards, dates, amounts and products in a text.
//!
//! The crate `detector` finds them. Accounts and cards never leave the plugin whole: only their last four characters do.

pub mod report;

#[cfg(test)]
mod tests;

use detector::Options;
use pointsman_plugin::{Classifier, Interaction, Plugin, Problem, Signal, plugin};

/// The plugin.
#[derive(Debug)]
pub struct Entities {
    options: Options,
}

impl Plugin for Entities {
    type Settings = serde_json::Value;

    fn configure(settings: Self::Settings) -> Result<Self, Vec<Problem>> {
        Options::read(&settings).map(|options| Self { options })
    }
}

impl Classifier for Entities {
    fn classify(&self, batch: &[Interaction]) -> Vec<Vec<Signal>> {
        batch.iter().map(|interaction| report::signals(interaction, &self.options)).collect()
    }
}

plugin!(Entities: classifier);
