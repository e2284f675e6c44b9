//! Ports: what the core asks of the outside, as traits. Adapters (`runtime`, `store`, `transport`) implement them, `cli` wires them, tests
//! use the real ones and fake only clock and trigger.

mod clock;
mod egress;
mod handover;
mod history;
mod keys;
mod media;
mod nothing;
mod operations;
mod outbox;
mod plugin;
mod remote_keys;
mod secrets;
mod state;
mod store;
mod tokens;

pub use clock::{Clock, SystemClock};
pub use egress::{Egress, EgressError, EgressGrant, EgressRequest, credential_goes, credential_goes_to};
pub use handover::Handover;
pub use history::{AuditPoint, Audited, History, Losses, Recorded, RecordedRange, Reopened, Tampering};
pub use keys::{KeyAlgorithm, KeyError, Keys};
pub use media::{Media, MediaError, MediaFile, MediaStore, NewMedia};
pub use nothing::Nothing;
pub use operations::{Applied, CanaryOrder, CanaryThresholds, Mandate, OperationError, Operations, ShadowOrder};
pub use outbox::{
    Begin, Due, DuePage, Ended, Ending, Job, NewOutgoing, Outbox, OutboxCount, OutboxTotals, OutgoingFilter, Requested, TryEnd, Turn,
};
pub use plugin::{Budget, Plugin, PluginInfo, Question, only};
pub use remote_keys::{RemoteKeys, RemoteKeysError};
pub use secrets::Secrets;
pub use state::{State, StateEntry, StateError};
pub use store::{
    Accepted, Commit, Conversation, DecisionFilter, FaultedFilter, Intake, InteractionFilter, NewDecision, NewQuarantine, Pending, Store,
    StoreError, Totals, Work,
};
pub use tokens::Tokens;
