//! The live stream of decisions, and of what becomes of what goes out: whoever is slow misses some and learns how many; nobody is waited for.

use std::sync::Arc;

use model::{DecisionSummary, InteractionId, OutgoingId, OutgoingState};
use serde::Serialize;
use tokio::sync::broadcast;

/// Something in the outbox got somewhere else. A notice that got `done` is there for people to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutgoingChange {
    /// Which.
    pub id: OutgoingId,
    /// As in [`model::Outgoing::kind`].
    pub kind: String,
    /// Over which connector it goes.
    pub connector: String,
    /// Where it stands now.
    pub state: OutgoingState,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction: Option<InteractionId>,
}

/// Two bounded broadcasts. Clones are the same streams.
#[derive(Clone, Debug)]
pub struct Live {
    decisions: broadcast::Sender<Arc<DecisionSummary>>,
    outgoing: broadcast::Sender<Arc<OutgoingChange>>,
}

impl Live {
    /// Streams that keep the last `kept_max` of each for slow listeners.
    #[must_use]
    pub fn new(kept_max: usize) -> Self {
        Self { decisions: broadcast::Sender::new(kept_max.max(1)), outgoing: broadcast::Sender::new(kept_max.max(1)) }
    }

    /// Every decision from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<DecisionSummary>> {
        self.decisions.subscribe()
    }

    /// Everything that happens in the outbox from now on.
    #[must_use]
    pub fn outgoing(&self) -> broadcast::Receiver<Arc<OutgoingChange>> {
        self.outgoing.subscribe()
    }

    /// Tells everybody who listens.
    pub fn publish(&self, decision: Arc<DecisionSummary>) {
        // An error only says that nobody listens.
        let _ = self.decisions.send(decision);
    }

    /// Tells everybody who listens.
    pub fn changed(&self, change: OutgoingChange) {
        let _ = self.outgoing.send(Arc::new(change));
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new(1_024)
    }
}
