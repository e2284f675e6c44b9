//! Router: an ordered table of rules. The first rule whose conditions all hold decides.
//!
//! The last rule has no condition and takes what no other took, so that every interaction is decided. Everything that can be known before
//! an interaction comes is known when the plugin is configured: phrases are one automaton over all rules, rules that nothing can reach are
//! refused, and examples that rules carry are decided on the spot.

mod action;
mod condition;
mod effect;
mod example;
mod phrases;
mod read;
mod table;
mod tongue;

#[cfg(test)]
mod tests;

use pointsman_plugin::{Interaction, Plugin, Priority, Problem, Router, Routing, Situation, plugin};

pub use table::{CODES, Decided, Table};

/// The plugin.
#[derive(Debug)]
pub struct Rules {
    table: Table,
}

impl Plugin for Rules {
    type Settings = serde_json::Value;

    fn configure(settings: Self::Settings) -> Result<Self, Vec<Problem>> {
        Table::read(&settings).map(|table| Self { table })
    }
}

impl Router for Rules {
    fn route(&self, interaction: &Interaction, situation: &Situation, priority: Option<&Priority>) -> Routing {
        self.table.route(interaction, situation, priority).routing
    }
}

plugin!(Rules: router);
