use std::collections::BTreeMap;

use model::InteractionId;
use serde::{Deserialize, Serialize};

use crate::comparison::Difference;

/// Ways from one to another that are told apart; what is beyond is counted together.
const GROUPS_MAX: usize = 256;
/// Interactions that are named for each way.
const EXAMPLES_MAX: usize = 5;

/// In what two decisions differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// What becomes of it.
    Disposition,
    /// Where it waits first.
    Queue,
    /// The band of twenty points that its priority is in.
    Priority,
    /// What else is to be done.
    Effects,
    /// Further targets, skills or the service level.
    Assignment,
}

/// Differences of one kind, counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// In what.
    pub aspect: Aspect,
    /// As it was decided.
    pub from: String,
    /// As the other generation decides.
    pub to: String,
    /// How many.
    pub count: u64,
    /// The first five of them.
    pub examples: Vec<InteractionId>,
}

/// All groups.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: BTreeMap<(Aspect, String, String), (u64, Vec<InteractionId>)>,
    other: u64,
}

impl Groups {
    pub(super) fn add(&mut self, difference: &Difference, interaction: &InteractionId) {
        let mut add = |aspect, from: &str, to: &str| self.count((aspect, from.to_owned(), to.to_owned()), interaction);
        if let Some(change) = &difference.disposition {
            add(Aspect::Disposition, change.from, change.to);
        }
        if let Some(change) = &difference.queue {
            add(Aspect::Queue, change.from.as_deref().unwrap_or("none"), change.to.as_deref().unwrap_or("none"));
        }
        if let Some(change) = difference.bands() {
            add(Aspect::Priority, change.from, change.to);
        }
        if let Some(change) = &difference.effects {
            add(Aspect::Effects, &named(&change.from), &named(&change.to));
        }
        if difference.assignment {
            add(Aspect::Assignment, "", "");
        }
    }

    fn count(&mut self, key: (Aspect, String, String), interaction: &InteractionId) {
        if self.groups.len() >= GROUPS_MAX && !self.groups.contains_key(&key) {
            self.other += 1;
            return;
        }
        let (count, examples) = self.groups.entry(key).or_default();
        *count += 1;
        if examples.len() < EXAMPLES_MAX {
            examples.push(interaction.clone());
        }
    }

    /// The largest first.
    pub(super) fn all(&self) -> Vec<Group> {
        let group = |((aspect, from, to), (count, examples)): (&(Aspect, String, String), &(u64, Vec<InteractionId>))| Group {
            aspect: *aspect,
            from: from.clone(),
            to: to.clone(),
            count: *count,
            examples: examples.clone(),
        };
        let mut all: Vec<Group> = self.groups.iter().map(group).collect();
        all.sort_by_key(|group| std::cmp::Reverse(group.count));
        all
    }

    /// Differences beyond the groups that are told apart.
    pub(super) fn other(&self) -> u64 {
        self.other
    }
}

fn named(effects: &[&str]) -> String {
    if effects.is_empty() { "none".to_owned() } else { effects.join(", ") }
}
