//! The JSON forms of `model` and of the store's rows, for the OpenAPI document.
//!
//! The API shows records in the one form that they have everywhere; these types only describe it and are never built. A test writes a full
//! record of each kind and finds every field here, so that a field that is added there cannot be forgotten here.
#![expect(dead_code, reason = "described, never built")]

mod configuration;
mod counts;
mod decision;
mod interaction;
mod operations;
mod outgoing;
mod swap;
mod trace;

pub(crate) use configuration::{ChainSpec, Configuration, Grants, Limits};
pub(crate) use counts::{BreakerRow, ChainCounts, ConnectorCounts, PluginCounts};
pub(crate) use decision::{DecisionSummary, QueueSummary, StoredDecision};
pub(crate) use interaction::{Attachment, Conversation, Delivery, DeliverySummary, InteractionRecord, Quarantined, Totals};
pub(crate) use operations::{Applied, CanaryOrder, ShadowOrder};
pub(crate) use outgoing::{Outgoing, OutgoingRecord};
pub(crate) use swap::{Label, Swap};
pub(crate) use trace::FaultedInteraction;

#[cfg(test)]
mod tests;
