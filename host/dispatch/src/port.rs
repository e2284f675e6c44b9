//! Ports: what the core asks of the outside, as traits. Adapters (`runtime`, `store`, `transport`) implement them, `cli` wires them, tests
//! use the real ones and fake only clock and trigger.

mod clock;
mod egress;
mod keys;
mod nothing;
mod plugin;
mod secrets;
mod state;
mod store;

pub use clock::{Clock, SystemClock};
pub use egress::{Egress, EgressError, EgressGrant, EgressRequest, credential_goes};
pub use keys::{KeyAlgorithm, KeyError, Keys};
pub use nothing::Nothing;
pub use plugin::{Budget, Plugin, PluginInfo, Question, only};
pub use secrets::Secrets;
pub use state::{State, StateEntry, StateError};
pub use store::{
    Accepted, Commit, Conversation, DecisionFilter, FaultedFilter, Intake, InteractionFilter, NewDecision, NewQuarantine, Pending, Store,
    StoreError, Totals, Work,
};
