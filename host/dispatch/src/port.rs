//! Ports: what the core asks of the outside, as traits. Adapters (`runtime`, `store`, `transport`) implement them, `cli` wires them, tests
//! use the real ones and fake only clock and trigger.

mod clock;
mod egress;
mod history;
mod keys;
mod nothing;
mod operations;
mod plugin;
mod secrets;
mod state;
mod store;

pub use clock::{Clock, SystemClock};
pub use egress::{Egress, EgressError, EgressGrant, EgressRequest, credential_goes};
pub use history::{AuditPoint, Audited, History, Losses, Recorded, RecordedRange, Reopened, Tampering};
pub use keys::{KeyAlgorithm, KeyError, Keys};
pub use nothing::Nothing;
pub use operations::{Applied, CanaryOrder, CanaryThresholds, Mandate, OperationError, Operations, ShadowOrder};
pub use plugin::{Budget, Plugin, PluginInfo, Question, only};
pub use secrets::Secrets;
pub use state::{State, StateEntry, StateError};
pub use store::{
    Accepted, Commit, Conversation, DecisionFilter, FaultedFilter, Intake, InteractionFilter, NewDecision, NewQuarantine, Pending, Store,
    StoreError, Totals, Work,
};
