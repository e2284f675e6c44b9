//! Which generations were withdrawn while decisions of theirs may still be on the way.

use std::collections::BTreeMap;

use model::GenerationId;

/// Generations that are remembered. Decisions are on the way for seconds, withdrawals are made by people.
const GENERATIONS_MAX: usize = 64;

/// Generations with the last occasion of all when they were withdrawn: a decision about a later one was not claimed before. So whatever
/// serves, or serves again without a word in the history, is taken back once and not without end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Withdrawals(BTreeMap<GenerationId, i64>);

impl Withdrawals {
    /// It is withdrawn. The one that was withdrawn longest ago may be forgotten for it.
    pub(crate) fn note(&mut self, generation: &GenerationId, last_occasion: i64) {
        self.0.insert(generation.clone(), last_occasion);
        while self.0.len() > GENERATIONS_MAX {
            let oldest = self.0.iter().filter(|(id, _)| *id != generation).min_by_key(|(_, last)| **last).map(|(id, _)| id.clone());
            let Some(oldest) = oldest else { return };
            self.0.remove(&oldest);
        }
    }

    /// It serves again.
    pub(crate) fn forget(&mut self, generation: &GenerationId) {
        self.0.remove(generation);
    }

    /// Whether a decision by this generation about this occasion comes too late.
    pub(crate) fn cover(&self, generation: &GenerationId, occasion: i64) -> bool {
        self.0.get(generation).is_some_and(|last| occasion <= *last)
    }

    /// What happened since was rolled back, or nobody knows: that something was withdrawn is kept, that it serves again is not.
    pub(crate) fn doubt(&mut self, before: Self) {
        for (generation, last_occasion) in before.0 {
            self.0.entry(generation).or_insert(last_occasion);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generation(number: i64) -> GenerationId {
        GenerationId(format!("g{number}"))
    }

    #[test]
    fn only_what_was_claimed_before_is_covered() {
        let mut withdrawals = Withdrawals::default();
        withdrawals.note(&generation(1), 7);
        assert!(withdrawals.cover(&generation(1), 7) && !withdrawals.cover(&generation(1), 8));
        assert!(!withdrawals.cover(&generation(2), 7));
        withdrawals.forget(&generation(1));
        assert_eq!(withdrawals, Withdrawals::default());
    }

    #[test]
    fn the_last_ones_are_remembered() {
        let mut withdrawals = Withdrawals::default();
        let made = i64::try_from(GENERATIONS_MAX).unwrap() + 3;
        (1..=made).for_each(|number| withdrawals.note(&generation(number), number));
        let covered: Vec<_> = (1..=made).filter(|number| withdrawals.cover(&generation(*number), *number)).collect();
        assert_eq!(covered, (4..=made).collect::<Vec<_>>());
    }

    #[test]
    fn in_doubt_it_was_withdrawn() {
        let mut withdrawals = Withdrawals::default();
        withdrawals.note(&generation(1), 7);
        let before = withdrawals.clone();
        withdrawals.forget(&generation(1));
        withdrawals.note(&generation(2), 8);
        withdrawals.doubt(before);
        assert!(withdrawals.cover(&generation(1), 7) && withdrawals.cover(&generation(2), 8));
    }
}
