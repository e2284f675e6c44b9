use std::sync::Arc;

use async_trait::async_trait;
use model::{Decision, Digest, GenerationId, Label, Swap, Timestamp, Trace};

use super::StoreError;

/// A decision as it was recorded, for replays and backtests.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Grows with every decision.
    pub seq: u64,
    /// What was decided.
    pub decision: Decision,
    /// Why. Absent when the person's words were erased.
    pub trace: Option<Trace>,
    /// What a person last did with the interaction, if anything.
    pub label: Option<Label>,
}

/// Which recorded decisions to read, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedRange {
    /// Newer than this sequence number.
    pub after: u64,
    /// Decided at this time or later.
    pub since: Timestamp,
    /// Decided before this time; absent: up to now.
    pub until: Option<Timestamp>,
    /// At most 1,000.
    pub limit: u32,
    /// What each step saw and what pure steps said is not read, which is most of a record: it is there where it was, but empty. Enough for
    /// whoever only decides again.
    pub brief: bool,
}

/// What was taken back when a generation was withdrawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reopened {
    /// Interactions that wait for a decision again.
    pub interactions: u64,
    /// Effects that were not sent yet and never will be.
    pub effects_recalled: u64,
}

/// What has gone wrong with the books. All of it stays 0, whatever is swapped, killed or full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Interactions that have no decision and wait for none.
    pub lost: u64,
    /// Decisions beyond the first for one occasion.
    pub duplicated: u64,
    /// Decisions whose trace names a component that their generation does not have.
    pub mixed: u64,
}

/// A place in the chain of decisions, up to which it was found whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditPoint {
    /// The last decision that was checked; 0 at the beginning.
    pub seq: u64,
    /// Its link.
    pub link: String,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tampering {
    /// Which decision, by sequence number.
    pub seq: u64,
    /// Its id, if it is still there.
    pub decision: Option<String>,
    /// What does not fit, one sentence.
    pub what: String,
}

/// One stretch of the chain, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// Where to go on; equal to where it began when there is nothing more.
    pub reached: AuditPoint,
    /// Decisions that were checked.
    pub decisions: u64,
    /// Of them those whose words were erased: their links were checked, their traces are gone.
    pub erased: u64,
    /// What does not fit, at most 100.
    pub tampering: Vec<Tampering>,
}

/// What the store knows of how decisions came about: generations, their components, the swaps between them, and the record of each decision.
#[async_trait]
pub trait History: Send + Sync {
    /// Keeps a component under its digest, once.
    ///
    /// # Errors
    /// When it is not durable.
    async fn keep_component(&self, digest: &Digest, bytes: Arc<[u8]>) -> Result<(), StoreError>;
    /// The bytes of a component.
    ///
    /// # Errors
    /// `NotFound`; `Corrupt` when they have another digest.
    async fn component(&self, digest: &Digest) -> Result<Vec<u8>, StoreError>;
    /// Writes a line of the history; gives its sequence number.
    ///
    /// # Errors
    /// When it is not durable.
    async fn note_swap(&self, swap: Swap) -> Result<u64, StoreError>;
    /// Lines of the history, newest first; `before` is the `seq` of the last one of the page before.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn swaps(&self, before: Option<u64>, limit: u32) -> Result<Vec<Swap>, StoreError>;
    /// The newest line after which a generation served everybody ([`model::SwapKind::serves`]).
    ///
    /// # Errors
    /// When the store does not answer.
    async fn serving(&self) -> Result<Option<Swap>, StoreError>;
    /// Makes occasions ([`model::Trigger::withdrawn`]) for all interactions whose latest decision this generation made, whose case is open
    /// or which it filed, and that nobody has acted on (no agent, no reply since, no label); recalls the effects of those decisions that are
    /// still pending, and those of its decisions that others have followed. A decision of it that is still on the way is taken back when it
    /// is committed, unless it serves again.
    ///
    /// # Errors
    /// When it is not durable.
    async fn withdraw(&self, generation: &GenerationId) -> Result<Reopened, StoreError>;
    /// Keeps what a person did; with a queue, the conversation waits there from now on. Gives it back filled in.
    ///
    /// # Errors
    /// `NotFound` when there is no such interaction or it has no decision.
    async fn label(&self, label: Label) -> Result<Label, StoreError>;
    /// Decisions as they were recorded, oldest first.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn recorded(&self, range: RecordedRange) -> Result<Vec<Recorded>, StoreError>;
    /// How many decisions a range has, for progress bars.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn recorded_count(&self, range: RecordedRange) -> Result<u64, StoreError>;
    /// Checks the chain of decisions from a point on: links, commitments, and that rows say what was committed to.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn audit(&self, from: AuditPoint, decisions_max: u32) -> Result<Audited, StoreError>;
    /// Lost and duplicated interactions as counted in the books; `mixed` is 0 here: whoever decides counts it.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn losses(&self) -> Result<Losses, StoreError>;
}
