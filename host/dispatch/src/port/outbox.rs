use async_trait::async_trait;
use model::{
    DecisionId, Digest, HostCall, Interaction, InteractionId, Outgoing, OutgoingId, OutgoingRecord, OutgoingState, Timestamp, Try, TryCall,
    Wanted,
};
use serde::{Deserialize, Serialize};

use super::StoreError;

/// What a person wants said or done.
#[derive(Clone, Debug, PartialEq)]
pub struct NewOutgoing {
    /// About which interaction; absent for posts.
    pub interaction: Option<InteractionId>,
    /// What was sent before and is changed or hidden now.
    pub about: Option<OutgoingId>,
    /// Over which connector; with an interaction, that interaction's one.
    pub connector: Option<String>,
    /// The connected account that speaks; with an interaction, that interaction's one.
    pub account: Option<String>,
    /// What.
    pub wanted: Wanted,
    /// Who, by the token's name.
    pub by: String,
    /// The caller's own key: what was asked under it before is not asked again.
    pub request: Option<String>,
    /// By the host's clock.
    pub at: Timestamp,
}

/// What became of a person's wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requested {
    /// It is in the outbox now.
    New(OutgoingId),
    /// It was asked before, under the same key.
    Known(OutgoingId),
    /// Something else was asked before, under the same key.
    Other(OutgoingId),
}

/// Something that may be tried now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub id: OutgoingId,
    /// What shares it goes out at one pace: the same account of the same connector.
    pub pace: String,
}

/// What may be tried now, and when there is more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DuePage {
    /// In order.
    pub due: Vec<Due>,
    /// When the next thing comes due that is not due yet.
    pub next_at: Option<Timestamp>,
}

/// Everything that is needed to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// What is wanted and how it stands.
    pub outgoing: Outgoing,
    /// The account by which it speaks.
    pub account: Option<String>,
    /// Every try so far, without their calls of the host.
    pub history: Vec<Try>,
    /// What it is about, as it reads now.
    pub interaction: Option<Interaction>,
    /// The channel's id of that.
    pub source_id: Option<String>,
    /// Its author or the channel removed it.
    pub removed: bool,
    /// Its author changed it after the decision, and it is or was decided anew.
    pub superseded: bool,
    /// An answer by a decision, and the same words went out in this conversation by another one since the customer spoke last.
    pub said_already: bool,
    /// When the customer spoke last in the conversation, by the channel's clock.
    pub last_inbound_at: Option<Timestamp>,
    /// Answers by decisions that went out in this conversation since the time that was asked for.
    pub automatic_answers: u32,
}

/// A try begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Begin {
    /// Of what.
    pub id: OutgoingId,
    /// As it stood when it was looked at; otherwise nothing begins.
    pub from: OutgoingState,
    /// Now.
    pub at: Timestamp,
    /// On which rung.
    pub rung: u32,
    /// Over which connector.
    pub connector: String,
    /// What is done.
    pub call: TryCall,
    /// Of the component.
    pub digest: Option<Digest>,
}

/// A try has ended, or none was needed.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// Of what.
    pub id: OutgoingId,
    /// As it stood; otherwise nothing is written.
    pub from: OutgoingState,
    /// Now.
    pub at: Timestamp,
    /// What came of the try that had begun.
    pub outcome: Option<TryEnd>,
    /// Rungs that were not taken, in order.
    pub checks: Vec<Try>,
    /// Where it stands now.
    pub state: OutgoingState,
    /// On which rung now.
    pub rung: u32,
    /// Not before this time.
    pub due_at: Timestamp,
    /// Over which connector and account it goes next; absent: as before.
    pub over: Option<(String, Option<String>)>,
    /// Why it stands there.
    pub why: Option<String>,
    /// The channel's ids of what was sent, over the connector of the try.
    pub sent: Vec<String>,
    /// The queue in which its conversation waits for a person from now on.
    pub queue: Option<String>,
}

/// What came of a try.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TryEnd {
    /// As in [`Try::outcome`].
    pub outcome: String,
    /// In words.
    pub detail: Option<String>,
    /// The plugin's calls of the host.
    pub host_calls: Vec<HostCall>,
}

/// What followed from an ending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// It was written. Otherwise somebody else has changed it meanwhile.
    pub written: bool,
    /// An interaction waits for another decision because of it.
    pub asks_again: bool,
}

/// Which of the outbox to list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingFilter {
    /// In one of these states; all when empty.
    pub states: Vec<OutgoingState>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Over this connector.
    pub connector: Option<String>,
    /// About this interaction.
    pub interaction: Option<InteractionId>,
    /// By this decision.
    pub decision: Option<DecisionId>,
    /// Older than this sequence number.
    pub before: Option<u64>,
    /// At most 500.
    pub limit: u32,
}

/// How much there is in the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxTotals {
    /// By connector and state; what waits is counted now, what ended since ever.
    pub counts: Vec<OutboxCount>,
    /// Of what is due or under way, the oldest by connector: since when it could have gone out.
    pub oldest: Vec<(String, Timestamp)>,
}

/// One figure of [`OutboxTotals`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxCount {
    /// The connector.
    pub connector: String,
    /// The kind.
    pub kind: String,
    /// The state.
    pub state: String,
    /// How many.
    pub count: u64,
}

/// What a person does with something in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Try again, from the first rung. What may have gone out is looked for first, unless the person says that it did not.
    Retry {
        /// Somebody has looked: it did not go out.
        not_sent: bool,
    },
    /// Try no more.
    Park {
        /// Why, in their words.
        why: String,
    },
}

/// The outbox. Effects are exactly once here and at least once outside, with a stable key: what is [`OutgoingState::Sending`] is durable
/// before anybody is called, so that after a crash nobody is called again without having been asked.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes in what a person wants.
    ///
    /// # Errors
    /// `NotFound` when there is no such interaction, or nothing was sent that could be changed.
    async fn request(&self, new: NewOutgoing) -> Result<Requested, StoreError>;
    /// What may be tried now: the first unfinished of each conversation, when its time has come, but nothing of these paces.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn due(&self, now: Timestamp, resting: Vec<String>, limit: u32) -> Result<DuePage, StoreError>;
    /// Everything that is needed to try; automatic answers are counted since `since`.
    ///
    /// # Errors
    /// `NotFound`
    async fn job(&self, id: &OutgoingId, since: Timestamp) -> Result<Job, StoreError>;
    /// Notes that a try begins: from now on it is [`OutgoingState::Sending`]. False when it does not stand there any more.
    ///
    /// # Errors
    /// When it is not durable.
    async fn begin(&self, begin: Begin) -> Result<bool, StoreError>;
    /// Notes how a try ended, with what follows from it: the conversation was answered, its interaction is to be decided again.
    ///
    /// # Errors
    /// When it is not durable.
    async fn end(&self, ending: Ending) -> Result<Ended, StoreError>;
    /// After a start: whatever was [`OutgoingState::Sending`] may have gone out. How many there were.
    ///
    /// # Errors
    /// When it is not durable.
    async fn recover(&self, now: Timestamp) -> Result<u64, StoreError>;
    /// Tries again or no more. What went out, is under way or was taken back stays as it is: false.
    ///
    /// # Errors
    /// `NotFound`
    async fn turn(&self, id: &OutgoingId, turn: Turn, by: &str, now: Timestamp) -> Result<bool, StoreError>;
    /// A list, newest first.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn outgoing(&self, filter: OutgoingFilter) -> Result<Vec<Outgoing>, StoreError>;
    /// One of them with every try.
    ///
    /// # Errors
    /// `NotFound`
    async fn outgoing_one(&self, id: &OutgoingId) -> Result<OutgoingRecord, StoreError>;
    /// How much there is.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn outbox_totals(&self) -> Result<OutboxTotals, StoreError>;
}
