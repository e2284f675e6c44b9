use std::collections::BTreeSet;

use model::InteractionId;

use super::bounded::{Bounded, Join};
use super::summary::{Move, Moves};
use super::{EXAMPLES_MAX, GROUPS_MAX, NAMES_MAX, share};

/// What left one place for another, counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MoveTally {
    count: u64,
    from: Bounded<String, u64, NAMES_MAX>,
    to: Bounded<String, u64, NAMES_MAX>,
    ways: Bounded<(String, String), Way, GROUPS_MAX>,
}

/// How many went one way, and the first of them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Way {
    count: u64,
    examples: BTreeSet<InteractionId>,
}

impl Join for Way {
    fn join(&mut self, other: Self) {
        self.count.join(other.count);
        self.examples.extend(other.examples);
        while self.examples.len() > EXAMPLES_MAX {
            self.examples.pop_last();
        }
    }
}

impl MoveTally {
    /// Notes where an interaction was and where it would be; says whether that differs.
    pub(super) fn note(&mut self, from: &str, to: &str, interaction: &InteractionId) -> bool {
        if from == to {
            return false;
        }
        self.count.join(1);
        self.from.add(from.to_owned(), 1);
        self.to.add(to.to_owned(), 1);
        self.ways.add((from.to_owned(), to.to_owned()), Way { count: 1, examples: BTreeSet::from([interaction.clone()]) });
        true
    }

    pub(super) fn summary(&self, judged: u64) -> Moves {
        let each = |((from, to), way): (&(String, String), &Way)| Move {
            from: from.clone(),
            to: to.clone(),
            count: way.count,
            examples: way.examples.iter().cloned().collect(),
        };
        let mut groups: Vec<Move> = self.ways.kept().iter().map(each).collect();
        // Stable: ways that are travelled alike stay in the order of their names.
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        Moves {
            count: self.count,
            share: share(self.count, judged),
            from: self.from.kept().clone(),
            to: self.to.kept().clone(),
            groups,
            other: self.ways.other().count,
        }
    }
}

impl Join for MoveTally {
    fn join(&mut self, other: Self) {
        self.count.join(other.count);
        self.from.join(other.from);
        self.to.join(other.to);
        self.ways.join(other.ways);
    }
}
