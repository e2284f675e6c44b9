use std::sync::Arc;

use model::{Delivery, DeliveryId, Fact};

use super::{Arrival, Ingest, IngestError, Inner, Redriven, Unread};
use crate::signature::Verified;

/// The cause for what was not read because its connector is out of service: the name of that fault.
const TRIPPED: &str = "tripped";

impl Ingest {
    /// Reads a delivery in quarantine again, with the generation that serves now. It counts as received when it was received.
    ///
    /// # Errors
    /// See [`IngestError`]; it stays in quarantine.
    pub async fn redrive(&self, id: &DeliveryId) -> Result<Redriven, IngestError> {
        let inner = &self.0;
        let (kept, raw) = inner.ports.store.quarantined_raw(id).await?;
        let arrival = inner.arrival(&kept.connector).ok_or_else(|| IngestError::UnknownConnector(kept.connector.clone()))?;
        let arrival = Arrival { at: kept.received_at, ..arrival };
        match inner.read_again(&arrival, raw.clone()).await? {
            Ok(facts) => {
                let kinds: Vec<_> = facts.iter().map(|fact| fact.event.kind().name()).collect();
                let accepted = inner.ports.store.release(id, arrival.intake(raw, facts, None)).await?;
                inner.ports.counters.accepted(&kept.connector, &kinds, accepted.duplicates);
                inner.ports.wake.wake();
                Ok(Redriven::Released(accepted))
            }
            // It was not tried: what is known of it stays as it was.
            Err(Unread { cause, detail }) if cause == TRIPPED => Ok(Redriven::Retained { cause, detail }),
            Err(Unread { cause, detail }) => {
                inner.ports.store.retain(id, cause.clone(), detail.clone(), arrival.digest()).await?;
                Ok(Redriven::Retained { cause, detail })
            }
        }
    }
}

impl Inner {
    async fn read_again(self: &Arc<Self>, arrival: &Arrival, raw: Delivery) -> Result<Result<Vec<Fact>, Unread>, IngestError> {
        if raw.method == "FRAME" {
            // An old frame does not move the cursor, which has gone on since.
            let cursor = self.ports.store.cursor(&arrival.connector.spec.name).await?;
            let (_, read) = self.read_frame(arrival, raw, cursor).await?;
            return Ok(read.map(|advance| advance.facts));
        }
        let (inner, held) = (Arc::clone(self), arrival.clone());
        // It was verified before it went into quarantine, and its time of signing is long past.
        let work = move || inner.receive(&held, &Verified::before(raw));
        let read = self.ports.hop.run(&arrival.connector.spec.plugin, work).await.map_err(|_| IngestError::Busy)?;
        Ok(self.whole(arrival, read).await.map(|reception| reception.facts))
    }
}
