//! Prioritizer: how soon, from urgency, customer value, influence and message type, and from the service level where one is promised.
//!
//! The score is the sum of `weight × level`, cut at 100. Every factor says why it has its level, whether it moved the score or not, so
//! that an agent sees what was looked at and an operator what a weight would change.

pub mod cues;
pub mod customer;
pub mod influence;
pub mod kind;
pub mod level;
pub mod options;
pub mod reasons;
pub mod service;
pub mod urgency;

#[cfg(test)]
mod tests;

use pointsman_plugin::{Factor, Interaction, Plugin, Prioritizer, Priority, Problem, Situation, plugin};
use words::tokens;

use crate::level::{Level, unit};
use crate::options::Options;

/// The plugin.
#[derive(Debug)]
pub struct FourFactors {
    options: Options,
}

impl Plugin for FourFactors {
    type Settings = serde_json::Value;

    fn configure(settings: Self::Settings) -> Result<Self, Vec<Problem>> {
        Options::read(&settings).map(|options| Self { options })
    }
}

impl Prioritizer for FourFactors {
    fn prioritize(&self, interaction: &Interaction, situation: &Situation) -> Priority {
        let options = &self.options;
        let weights = &options.weights;
        let mut text = tokens(interaction.subject.as_deref().unwrap_or(""));
        // A phrase does not run from the subject into the text.
        text.extend(tokens("\n"));
        text.extend(tokens(&interaction.text));
        let mut factors = vec![
            factor("urgency", weights.urgency, urgency::urgency(interaction, situation, &text, &options.words)),
            factor("customer-value", weights.customer_value, customer::customer_value(interaction, options)),
            factor("influence", weights.influence, influence::influence(interaction, options)),
            factor("message-type", weights.message_type, kind::message_type(interaction, &text, &options.words, options)),
        ];
        factors.extend(service::service_level(situation, options).map(|level| factor("service-level", weights.service_level, level)));
        Priority::of(factors)
    }
}

fn factor(name: &str, weight: f32, level: Level) -> Factor {
    Factor { name: name.to_owned(), level: unit(level.level), weight, reason: level.reason }
}

plugin!(FourFactors: prioritizer);
