//! The live stream of decisions: whoever is slow misses some and learns how many; nobody is waited for.

use std::sync::Arc;

use model::DecisionSummary;
use tokio::sync::broadcast;

/// A bounded broadcast of decisions. Clones are the same stream.
#[derive(Clone, Debug)]
pub struct Live(broadcast::Sender<Arc<DecisionSummary>>);

impl Live {
    /// A stream that keeps the last `decisions_max` for slow listeners.
    #[must_use]
    pub fn new(decisions_max: usize) -> Self {
        Self(broadcast::Sender::new(decisions_max.max(1)))
    }

    /// Everything from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<DecisionSummary>> {
        self.0.subscribe()
    }

    /// Tells everybody who listens.
    pub fn publish(&self, decision: Arc<DecisionSummary>) {
        // An error only says that nobody listens.
        let _ = self.0.send(decision);
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new(1_024)
    }
}
