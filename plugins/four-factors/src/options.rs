//! What the operator can set.

use pointsman_plugin::Problem;
use serde_json::Value;
use settings::{Fields, Findings, single};

use crate::cues::{Haste, Type, Words};

/// Points of each factor at level one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Urgency.
    pub urgency: f32,
    /// Customer value.
    pub customer_value: f32,
    /// Influence.
    pub influence: f32,
    /// Message type.
    pub message_type: f32,
    /// Service level: on top of the others, only when something is promised.
    pub service_level: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { urgency: 40.0, customer_value: 20.0, influence: 20.0, message_type: 20.0, service_level: 20.0 }
    }
}

/// Everything that `configure` prepares.
#[derive(Clone, Debug)]
pub struct Options {
    /// Points.
    pub weights: Weights,
    /// Levels of lifecycles whose customers have no worth of their own.
    pub lifecycle: Vec<(String, f32)>,
    /// Levels of message types, in the order of [`Type::ALL`].
    pub types: Vec<(Type, f32)>,
    /// This many followers are influence in full.
    pub followers_full: u64,
    /// This many points of likes, replies, shares and views are influence in full.
    pub spread_full: u64,
    /// From this time before it is due, the service level counts.
    pub due_window_minutes: u64,
    /// Words.
    pub words: Words,
}

impl Default for Options {
    fn default() -> Self {
        let lifecycle = [("vip", 1.0), ("customer", 0.6), ("prospect", 0.4), ("former", 0.3)];
        Self {
            weights: Weights::default(),
            lifecycle: lifecycle.map(|(name, level)| (name.to_owned(), level)).to_vec(),
            types: vec![
                (Type::Problem, 1.0),
                (Type::Question, 0.7),
                (Type::Opportunity, 0.6),
                (Type::Praise, 0.2),
                (Type::Noise, 0.0),
                (Type::Other, 0.3),
            ],
            followers_full: 1_000_000,
            spread_full: 100_000,
            due_window_minutes: 240,
            words: Words::built_in(),
        }
    }
}

impl Options {
    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(value: &Value) -> Result<Self, Vec<Problem>> {
        let mut findings = Findings::default();
        let mut options = Self::default();
        if let Some(fields) = Fields::of(value, "", &mut findings) {
            options.read_weights(&fields, &mut findings);
            options.read_lifecycle(&fields, &mut findings);
            options.read_types(&fields, &mut findings);
            options.read_words(&fields, &mut findings);
            for (name, place) in [
                ("followers_full", &mut options.followers_full),
                ("spread_full", &mut options.spread_full),
                ("due_window_minutes", &mut options.due_window_minutes),
            ] {
                if let Some(number) = fields.whole(name, 1..=1_000_000_000, &mut findings) {
                    *place = number;
                }
            }
            fields.finish(&mut findings);
        }
        findings.or(options)
    }

    /// The level of a message type.
    #[must_use]
    pub fn type_level(&self, kind: Type) -> f32 {
        self.types.iter().find(|(known, _)| *known == kind).map_or(0.0, |(_, level)| *level)
    }

    fn read_weights(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(weights) = fields.fields("weights", findings) else { return };
        let all = &mut self.weights;
        for (name, place) in [
            ("urgency", &mut all.urgency),
            ("customer_value", &mut all.customer_value),
            ("influence", &mut all.influence),
            ("message_type", &mut all.message_type),
            ("service_level", &mut all.service_level),
        ] {
            if let Some(weight) = weights.number(name, 0.0..=100.0, findings) {
                *place = single(weight);
            }
        }
        let four = all.urgency + all.customer_value + all.influence + all.message_type;
        if !(0.01..=100.0).contains(&four) {
            findings.add(
                "/weights",
                format!("The four weights make {four}."),
                "They must make more than 0 and at most 100; what is left out keeps its default.",
            );
        }
        weights.finish(findings);
    }

    fn read_lifecycle(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(levels) = fields.fields("lifecycle", findings) else { return };
        for (name, value) in levels.all() {
            let Some(level) = level(value, &levels.path(name), findings) else { continue };
            match self.lifecycle.iter_mut().find(|(known, _)| known == name) {
                Some((_, place)) => *place = level,
                None => self.lifecycle.push((name.to_owned(), level)),
            }
        }
    }

    fn read_types(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(levels) = fields.fields("types", findings) else { return };
        for ((name, _), (_, place)) in Type::ALL.into_iter().zip(&mut self.types) {
            if let Some(number) = levels.number(name, 0.0..=1.0, findings) {
                *place = single(number);
            }
        }
        levels.finish(findings);
    }

    fn read_words(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(words) = fields.fields("urgent_words", findings) else { return };
        for (phrase, value) in words.all() {
            let path = words.path(phrase);
            let Some(strength) = level(value, &path, findings) else { continue };
            if !self.words.hasten(phrase, Haste::Own, strength) {
                findings.add(&path, format!("`{phrase}` has no word in it."), "Write a word, a phrase, or a beginning with `*`.");
            }
        }
    }
}

fn level(value: &Value, path: &str, findings: &mut Findings) -> Option<f32> {
    let number = value.as_f64().filter(|number| (0.0..=1.0).contains(number)).map(single);
    if number.is_none() {
        findings.add(path, "A level is expected.", "Use a number from 0 to 1.");
    }
    number
}
