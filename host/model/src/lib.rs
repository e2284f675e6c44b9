//! The values of the domain: what was said, what was found out, what was decided, what it cost.
//!
//! Everything here is plain data: no I/O, no WebAssembly, no SQL, no clock. These types serialise to one JSON form (`snake_case` names,
//! absent fields left out), which is what the store keeps, what the API and `pointsman plugin call` show, and what a replay reads back;
//! changing it is a change of the record format, so new fields are optional.

mod author;
mod call;
mod configuration;
mod connector;
mod credential;
mod decision;
mod delivery;
mod digest;
mod fact;
mod fault;
mod feed;
mod ids;
mod interaction;
mod ladder;
mod outbound;
mod outgoing;
mod plugin;
mod reason;
mod record;
mod role;
mod secret;
mod signal;
mod signature;
mod situation;
mod swap;
mod time;
mod trace;
mod transport;
mod value;

pub use author::{Author, Customer};
pub use call::{Call, Cost, HostCall, LogLevel, LogLine, Share};
pub use configuration::{Arm, BreakerSpec, ChainSpec, Configuration, Grants, Isolation, Limits, OnFault, PluginSpec, QueueSpec, StepSpec};
pub use connector::{ConnectorSpec, ListenerTls};
pub use credential::{Credential, CredentialForm, Oauth2, OauthClient, OauthGrant, Session};
pub use decision::{Answer, Assignment, Decision, Disposition, Effect, Factor, Notice, Priority, Routing, ServiceLevel, Skill, Target};
pub use delivery::{Delivery, Header, Reception, Refusal, Response};
pub use digest::{Digest, canonical_json};
pub use fact::{Direction, Event, EventKind, Fact, Item, Note, Pointer, Progress, Reaction, Receipt, Removal};
pub use fault::{Fault, FaultKind};
pub use feed::{Advance, Failure, Frame, Page};
pub use ids::{DecisionId, DeliveryId, GenerationId, InteractionId, OutgoingId};
pub use interaction::{Attachment, Content, Engagement, Interaction, Kind, Visibility};
pub use ladder::{NotifySpec, Rung, place};
pub use outbound::{Broadcast, Decided, Delivered, Edit, Outbound, Reply, Suggestion, Template, Undelivered};
pub use outgoing::{Outgoing, OutgoingRecord, OutgoingState, SentItem, Try, TryCall, Wanted, Words};
pub use plugin::{
    Catalogue, Example, FieldRequest, HostRequest, PluginManifest, Problem, Requests, SecretRequest, SettingOr, StateRequest,
};
pub use reason::Reason;
pub use record::{
    DecisionSummary, DeliverySummary, FaultedInteraction, InteractionRecord, InteractionState, Quarantined, QueueSummary, StoredDecision,
    StoredEffect,
};
pub use role::Role;
pub use secret::Secret;
pub use signal::{Signal, Span};
pub use signature::{Algorithm, Encoding, Handshake, HttpAlgorithm, SignatureScheme};
pub use situation::{Situation, Trigger};
pub use swap::{Label, Swap, SwapKind, SwapTrigger};
pub use time::Timestamp;
pub use trace::{StepOutcome, StepRecord, Trace};
pub use transport::{Handover, Media, Resolve, Transport};
pub use value::{Attributes, Value};
