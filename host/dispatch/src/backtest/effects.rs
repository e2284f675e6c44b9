use model::Effect;

use super::bounded::Join;
use super::summary::{EffectCounts, Effects};

impl Effects {
    /// Each effect has its counterpart at most once: two alike on one side and one on the other differ by one.
    pub(super) fn note(&mut self, recorded: &[Effect], candidate: &[Effect]) {
        if recorded == candidate {
            return;
        }
        self.dropped.join(beyond(recorded, candidate));
        self.added.join(beyond(candidate, recorded));
    }
}

/// What is in `these` and not in `those`.
fn beyond(these: &[Effect], those: &[Effect]) -> EffectCounts {
    let mut left: Vec<&Effect> = those.iter().collect();
    let mut counts = EffectCounts::default();
    for effect in these {
        match left.iter().position(|other| *other == effect) {
            Some(at) => drop(left.swap_remove(at)),
            None => counts.count(effect),
        }
    }
    counts
}

impl EffectCounts {
    fn count(&mut self, effect: &Effect) {
        match effect {
            Effect::Answer(_) => self.answer += 1,
            Effect::Notify(_) => self.notify += 1,
            Effect::Timer { .. } => self.timer += 1,
            Effect::Mark { .. } => self.mark += 1,
        }
    }
}

impl Join for EffectCounts {
    fn join(&mut self, other: Self) {
        self.answer.join(other.answer);
        self.notify.join(other.notify);
        self.timer.join(other.timer);
        self.mark.join(other.mark);
    }
}

impl Join for Effects {
    fn join(&mut self, other: Self) {
        self.added.join(other.added);
        self.dropped.join(other.dropped);
    }
}
