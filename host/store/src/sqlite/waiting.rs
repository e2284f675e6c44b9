//! What waits for a decision, remembered from its acceptance, so that the usual interaction is decided without being read back.
//!
//! Only durable things are told here, and nothing here is the truth: what is not remembered is asked of the database. Whatever touches a
//! conversation makes its works forgotten, so that what is remembered is what the database would say.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dispatch::port::{Pending, Work};
use model::{GenerationId, Interaction, InteractionId, Situation};

use crate::name::Name;

/// Occasions that are remembered; a decision in a server that keeps up takes far fewer.
const OCCASIONS_MAX: usize = 4_096;
/// Characters of interactions that are remembered.
const WORDS_BYTES_MAX: usize = 16 * 1_024 * 1_024;

/// Something durable that concerns what waits.
#[derive(Debug)]
pub(crate) enum News {
    /// An occasion arose.
    Arisen(Box<Occasion>),
    /// This occasion was answered.
    Answered(u64),
    /// Where this conversation stands, or how one of its interactions reads, has changed.
    Touched(i64),
}

/// An occasion as it arose.
#[derive(Debug)]
pub(crate) struct Occasion {
    pub(crate) seq: u64,
    pub(crate) conversation: i64,
    pub(crate) interaction: InteractionId,
    pub(crate) lane: Name,
    /// What a chain needs; none when it is to be read.
    pub(crate) work: Option<Remembered>,
}

/// What a chain needs, as it was when the occasion arose.
#[derive(Debug)]
pub(crate) struct Remembered {
    pub(crate) interaction: Arc<Interaction>,
    pub(crate) situation: Situation,
    pub(crate) read_by: GenerationId,
    pub(crate) words_bytes: usize,
}

/// See above.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Every occasion after this number that waits is remembered. None: nothing is known yet.
    complete_after: Option<u64>,
    occasions: BTreeMap<u64, Occasion>,
    by_conversation: HashMap<i64, Vec<u64>>,
    words_bytes: usize,
}

impl Waiting {
    /// Forgets everything: what arose up to this number is in the database.
    pub(crate) fn begin(&self, last: u64) {
        *self.inner() = Inner { complete_after: Some(last), ..Inner::default() };
    }

    /// In the order in which it happened.
    pub(crate) fn learn(&self, news: Vec<News>) {
        let mut inner = self.inner();
        for one in news {
            match one {
                News::Arisen(occasion) => inner.add(*occasion),
                News::Answered(seq) => inner.remove(seq),
                News::Touched(conversation) => inner.forget_works(conversation),
            }
        }
    }

    /// What waits after this number, in order; none when the database must be asked.
    pub(crate) fn after(&self, after: u64, limit: u32) -> Option<Vec<Pending>> {
        let inner = self.inner();
        if inner.complete_after.is_none_or(|complete| after < complete) {
            return None;
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Some(inner.occasions.range(after.saturating_add(1)..).take(limit).map(|(_, occasion)| occasion.pending()).collect())
    }

    /// What a chain needs; none when the database must be asked.
    pub(crate) fn work(&self, seq: u64) -> Option<Work> {
        let inner = self.inner();
        let work = inner.occasions.get(&seq)?.work.as_ref()?;
        let (interaction, situation, read_by) = (Arc::clone(&work.interaction), work.situation.clone(), work.read_by.clone());
        drop(inner);
        Some(Work { interaction: Interaction::clone(&interaction), situation, read_by })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Occasion {
    fn pending(&self) -> Pending {
        Pending { seq: self.seq, interaction: self.interaction.clone(), order_key: self.lane.hex() }
    }

    fn words_bytes(&self) -> usize {
        self.work.as_ref().map_or(0, |work| work.words_bytes)
    }
}

impl Inner {
    fn add(&mut self, occasion: Occasion) {
        self.words_bytes += occasion.words_bytes();
        self.by_conversation.entry(occasion.conversation).or_default().push(occasion.seq);
        self.occasions.insert(occasion.seq, occasion);
        while self.occasions.len() > OCCASIONS_MAX || self.words_bytes > WORDS_BYTES_MAX {
            let Some((&first, _)) = self.occasions.first_key_value() else { return };
            self.remove(first);
            self.complete_after = self.complete_after.max(Some(first));
        }
    }

    fn remove(&mut self, seq: u64) {
        let Some(occasion) = self.occasions.remove(&seq) else { return };
        self.words_bytes -= occasion.words_bytes();
        if let Some(others) = self.by_conversation.get_mut(&occasion.conversation) {
            others.retain(|other| *other != seq);
            if others.is_empty() {
                self.by_conversation.remove(&occasion.conversation);
            }
        }
    }

    fn forget_works(&mut self, conversation: i64) {
        for seq in self.by_conversation.get(&conversation).into_iter().flatten() {
            if let Some(occasion) = self.occasions.get_mut(seq) {
                self.words_bytes -= occasion.words_bytes();
                occasion.work = None;
            }
        }
    }
}
