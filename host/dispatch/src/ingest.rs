//! Ingest: from bytes to durable facts.
//!
//! The order is always the same: is there such a connector; is it a handshake; is it genuine ([`crate::signature::Verified`] or nothing); what does the
//! connector make of it; is that durable; and only then the answer. A genuine delivery that cannot be read is kept in quarantine, never
//! dropped; one that cannot be made durable is not acknowledged, so that the channel sends it again.
//!
//! Deliveries that wait for the same connector are read together. A connector that is out of service ([`crate::breaker`]) is not called: its
//! genuine deliveries go to quarantine with the cause `tripped`, to be redriven.

mod call;
mod feed;
mod frame;
mod outcome;
mod reading;
mod redrive;
#[cfg(test)]
mod tests;
mod webhook;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Delivery, DeliveryId, Digest, Fact, Timestamp};

use crate::breaker::Breakers;
use crate::counters::Counters;
use crate::dispatcher::Wake;
use crate::generation::{Connector, Current, Generation};
use crate::hop::{Gather, Hop};
use crate::port::{Accepted, Clock, Intake, NewQuarantine, RemoteKeys, Secrets, Store, StoreError};
use crate::signature::Once;

pub use outcome::{FrameOutcome, Hooked, IngestError, PollOutcome, Redriven};

/// What ingest works with.
pub struct IngestPorts {
    /// The generation that serves.
    pub current: Arc<Current>,
    /// Where deliveries and facts become durable.
    pub store: Arc<dyn Store>,
    /// What signatures are verified with.
    pub secrets: Arc<dyn Secrets>,
    /// What signatures by keys of others are verified with.
    pub remote_keys: Arc<dyn RemoteKeys>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where deliveries and facts are counted.
    pub counters: Arc<Counters>,
    /// Which connector is not to be called.
    pub breakers: Arc<Breakers>,
    /// Bounds what is read at a time, apart from what is decided: the way in must not wait for the chains.
    pub hop: Hop,
    /// Wakes the dispatcher.
    pub wake: Wake,
}

/// Takes in what channels bring. Clones are the same.
#[derive(Clone)]
pub struct Ingest(Arc<Inner>);

/// A connector's plugin, and where its deliveries wait.
type PluginGather = (String, Arc<Gather<webhook::Reading>>);

struct Inner {
    ports: IngestPorts,
    /// One call at a time for each connector that has a cursor.
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// Where deliveries wait to be read, by connector, with its plugin.
    gathers: Mutex<HashMap<String, PluginGather>>,
    /// Proofs that count for one body only.
    once: Once,
}

impl Ingest {
    /// Takes its ports.
    #[must_use]
    pub fn new(ports: IngestPorts) -> Self {
        Self(Arc::new(Inner { ports, turns: Mutex::default(), gathers: Mutex::default(), once: Once::default() }))
    }
}

/// Where and when something arrived.
#[derive(Clone)]
struct Arrival {
    generation: Arc<Generation>,
    connector: Arc<Connector>,
    at: Timestamp,
}

/// Why something genuine could not be read, for the quarantine.
struct Unread {
    cause: String,
    detail: String,
}

impl Inner {
    fn arrival(&self, connector: &str) -> Option<Arrival> {
        let generation = self.ports.current.load();
        let connector = Arc::clone(generation.connector(connector)?);
        Some(Arrival { generation, connector, at: self.ports.clock.now() })
    }

    /// The right to call a connector that has a cursor.
    async fn turn(&self, connector: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(connector.to_owned()).or_default())
        };
        turn.lock_owned().await
    }

    async fn accept(&self, arrival: &Arrival, raw: Delivery, facts: Vec<Fact>, cursor: Option<Vec<u8>>) -> Result<Accepted, StoreError> {
        let name = &arrival.connector.spec.name;
        let kinds: Vec<_> = facts.iter().map(|fact| fact.event.kind().name()).collect();
        let intake = arrival.intake(raw, facts, cursor);
        match self.ports.store.accept(intake).await {
            Ok(accepted) => {
                self.ports.counters.accepted(name, &kinds, accepted.duplicates);
                self.ports.wake.wake();
                Ok(accepted)
            }
            Err(error) => {
                self.ports.counters.turned_away(name);
                Err(error)
            }
        }
    }

    async fn quarantine(&self, arrival: &Arrival, raw: Delivery, unread: Unread) -> Result<DeliveryId, StoreError> {
        let name = &arrival.connector.spec.name;
        let delivery = NewQuarantine {
            connector: name.clone(),
            received_at: arrival.at,
            read_by: arrival.generation.id().clone(),
            raw,
            cause: unread.cause.clone(),
            detail: unread.detail,
            digest: arrival.digest(),
        };
        match self.ports.store.quarantine(delivery).await {
            Ok(id) => {
                self.ports.counters.quarantined(name, &unread.cause);
                Ok(id)
            }
            Err(error) => {
                self.ports.counters.turned_away(name);
                Err(error)
            }
        }
    }
}

impl Arrival {
    /// Whether the operator lets the connector's plugin reach addresses that are not public: then its keys may be there too.
    fn private_network(&self) -> bool {
        self.connector.plugin.info().spec.grants.private_network
    }

    fn intake(&self, raw: Delivery, facts: Vec<Fact>, cursor: Option<Vec<u8>>) -> Intake {
        let spec = &self.connector.spec;
        Intake {
            connector: spec.name.clone(),
            channel: spec.channel.clone(),
            account: spec.account.clone(),
            received_at: self.at,
            read_by: self.generation.id().clone(),
            raw,
            facts,
            cursor,
        }
    }

    fn digest(&self) -> Digest {
        self.connector.plugin.info().digest.clone()
    }
}
