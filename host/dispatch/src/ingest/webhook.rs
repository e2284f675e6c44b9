use std::sync::Arc;

use model::{Delivery, Reception, Role, Secret, SignatureScheme, Timestamp};

use super::{Arrival, Hooked, Ingest, IngestError, Inner, Unread};
use crate::hop::Gather;
use crate::port::RemoteKeysError;
use crate::signature::{self, Forged, KeySource, Keyring, Means, Verified};

/// Deliveries of one connector that are read together, at most.
const TOGETHER_MAX: usize = 32;

/// A delivery on its way to a computing thread and back.
pub(super) struct Reading {
    inner: Arc<Inner>,
    arrival: Arrival,
    scheme: SignatureScheme,
    secrets: Vec<Secret>,
    /// Keys that others published, where the scheme wants them.
    published: Option<Arc<Keyring>>,
    state: State,
}

enum State {
    Arrived(Delivery),
    Forged(Box<(Forged, Delivery)>),
    Genuine(Verified),
    Read(Verified, Result<Reception, Unread>),
    /// The host failed on it.
    Lost,
}

impl Ingest {
    /// Takes in a request to a connector's hook. When this returns `Answer` or `Quarantined`, the delivery survives a power cut.
    pub async fn webhook(&self, connector: &str, delivery: Delivery) -> Hooked {
        let inner = &self.0;
        let Some(arrival) = inner.arrival(connector) else { return Hooked::UnknownConnector };
        if let Some(answered) = inner.handshake(&arrival, &delivery) {
            return answered;
        }
        let Some(scheme) = arrival.connector.signature.clone().filter(|_| arrival.connector.has(Role::Webhook)) else {
            return Hooked::NotAWebhook;
        };
        inner.take(arrival, scheme, delivery).await.unwrap_or_else(|refused| refused)
    }
}

impl Inner {
    async fn take(self: &Arc<Self>, arrival: Arrival, scheme: SignatureScheme, delivery: Delivery) -> Result<Hooked, Hooked> {
        let source = signature::wanted(&scheme, &delivery, arrival.at).map_err(|forged| self.forged(&arrival, forged))?;
        let published = match &source {
            Some(source) => Some(self.published(&arrival, source).await?),
            None => None,
        };
        let secrets = scheme.secret().map(|name| arrival.connector.secrets(name, &*self.ports.secrets)).unwrap_or_default();
        let state = State::Arrived(delivery);
        let mut read = self.read(Reading { inner: Arc::clone(self), arrival, scheme, secrets, published, state }).await?;
        if let (State::Forged(refused), Some(source)) = (&read.state, &source)
            && matches!(refused.0, Forged::Mismatch | Forged::UnknownKey)
        {
            read = self.retry(read, source).await?;
        }
        let Reading { arrival, scheme, state, .. } = read;
        match state {
            State::Read(verified, read) => {
                self.confirm(&arrival, &scheme, &verified).await?;
                Ok(self.keep(&arrival, verified, read).await)
            }
            State::Forged(refused) => Err(self.forged(&arrival, refused.0)),
            // A defect of the host.
            State::Arrived(_) | State::Genuine(_) | State::Lost => Err(self.busy(&arrival)),
        }
    }

    /// Too many wait: it is not acknowledged, and the channel will send it again.
    async fn read(self: &Arc<Self>, reading: Reading) -> Result<Reading, Hooked> {
        let arrival = reading.arrival.clone();
        self.gather(&arrival).ask(reading).await.map_err(|_| self.busy(&arrival))
    }

    /// Once more, when the key was changed meanwhile.
    async fn retry(self: &Arc<Self>, mut reading: Reading, source: &KeySource) -> Result<Reading, Hooked> {
        let private_network = reading.arrival.private_network();
        let Some(known) = &reading.published else { return Ok(reading) };
        let Some(renewed) = self.ports.remote_keys.renewed(source, private_network, known).await else { return Ok(reading) };
        if let State::Forged(refused) = reading.state {
            reading.state = State::Arrived(refused.1);
        }
        self.read(Reading { published: Some(renewed), ..reading }).await
    }

    /// Keys that cannot be had now may be had when the channel sends it again; others never.
    async fn published(&self, arrival: &Arrival, source: &KeySource) -> Result<Arc<Keyring>, Hooked> {
        self.ports.remote_keys.keys(source, arrival.private_network()).await.map_err(|error| match error {
            RemoteKeysError::None(why) => self.forged(arrival, Forged::NoKey(why)),
            RemoteKeysError::Unavailable(why) => {
                tracing::warn!(connector = arrival.connector.spec.name, why, "keys of others cannot be had");
                self.busy(arrival)
            }
        })
    }

    /// What is not confirmed is not acknowledged: the channel asks again.
    async fn confirm(&self, arrival: &Arrival, scheme: &SignatureScheme, verified: &Verified) -> Result<(), Hooked> {
        let Some(url) = signature::confirmation(scheme, verified) else { return Ok(()) };
        let connector = &arrival.connector.spec.name;
        match self.ports.remote_keys.confirm(&url).await {
            Ok(()) => {
                tracing::info!(connector, "a subscription is confirmed");
                Ok(())
            }
            Err(error) => {
                tracing::warn!(connector, %error, "a subscription cannot be confirmed");
                Err(self.busy(arrival))
            }
        }
    }

    fn forged(&self, arrival: &Arrival, forged: Forged) -> Hooked {
        self.ports.counters.forged(&arrival.connector.spec.name);
        Hooked::Unauthorised(forged)
    }

    fn busy(&self, arrival: &Arrival) -> Hooked {
        self.ports.counters.turned_away(&arrival.connector.spec.name);
        Hooked::Busy
    }

    fn handshake(&self, arrival: &Arrival, delivery: &Delivery) -> Option<Hooked> {
        let handshake = arrival.connector.handshake.as_ref()?;
        let secrets = handshake.secret().map(|name| arrival.connector.secrets(name, &*self.ports.secrets)).unwrap_or_default();
        Some(match signature::handshake(handshake, &secrets, delivery, arrival.at)? {
            Ok(response) => Hooked::Handshake(response),
            Err(forged) => self.forged(arrival, forged),
        })
    }

    /// Where deliveries of this connector wait to be verified and read on a computing thread, so that neither holds up those who wait for
    /// the network. Connectors that share a plugin share its turns.
    fn gather(&self, arrival: &Arrival) -> Arc<Gather<Reading>> {
        let spec = &arrival.connector.spec;
        let mut gathers = self.gathers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((plugin, gather)) = gathers.get(&spec.name)
            && *plugin == spec.plugin
        {
            return Arc::clone(gather);
        }
        let gather = Gather::new(self.ports.hop.clone(), &spec.plugin, TOGETHER_MAX, read);
        gathers.insert(spec.name.clone(), (spec.plugin.clone(), Arc::clone(&gather)));
        gather
    }

    /// What the connector makes of a genuine delivery. Computes.
    pub(super) fn receive(&self, arrival: &Arrival, verified: &Verified) -> Result<Reception, Unread> {
        self.receive_all(arrival, &[verified.delivery()]).pop().unwrap_or_else(|| Err(Unread::beyond("no answer".to_owned())))
    }

    /// Adds what the pointers point at. A failure is a reason not to have read the delivery: it can be redriven.
    pub(super) async fn whole(&self, arrival: &Arrival, read: Result<Reception, Unread>) -> Result<Reception, Unread> {
        let mut reception = read?;
        match self.hydrate(arrival, &std::mem::take(&mut reception.pointers)).await {
            Ok(facts) => {
                reception.facts.extend(facts);
                Ok(reception)
            }
            Err(IngestError::Contract(why)) => Err(Unread::beyond(why)),
            Err(IngestError::Fault(fault)) => Err(Unread::faulted(&fault.kind)),
            Err(error) => Err(Unread { cause: "failed".to_owned(), detail: error.to_string() }),
        }
    }

    async fn keep(&self, arrival: &Arrival, verified: Verified, read: Result<Reception, Unread>) -> Hooked {
        let raw = verified.into_delivery();
        match self.whole(arrival, read).await {
            Ok(reception) => match self.accept(arrival, raw, reception.facts, None).await {
                Ok(_) => Hooked::Answer(reception.answer),
                Err(error) => Hooked::Unavailable(error),
            },
            Err(unread) => match self.quarantine(arrival, raw, unread).await {
                Ok(id) => Hooked::Quarantined(id),
                Err(error) => Hooked::Unavailable(error),
            },
        }
    }
}

/// Verifies and reads what waits for one connector. The time is that of the reading, the same for all.
fn read(readings: &mut [Reading]) {
    let Some(first) = readings.first() else { return };
    let (inner, now) = (Arc::clone(&first.inner), first.inner.ports.clock.now());
    for reading in &mut *readings {
        reading.arrival.at = now;
        if let State::Arrived(delivery) = std::mem::replace(&mut reading.state, State::Lost) {
            reading.state = judged(reading, delivery, now);
        }
    }
    // Two configurations of one connector may wait at once, just after a swap.
    for together in readings.chunk_by_mut(|one, next| Arc::ptr_eq(&one.arrival.connector, &next.arrival.connector)) {
        read_together(&inner, together);
    }
}

fn judged(reading: &Reading, delivery: Delivery, now: Timestamp) -> State {
    let means = Means { secrets: &reading.secrets, published: reading.published.as_deref() };
    let (verified, proof) = match signature::judge(&reading.scheme, means, delivery, now) {
        Ok(judged) => judged,
        Err(refused) => return State::Forged(refused),
    };
    let Some(proof) = proof else { return State::Genuine(verified) };
    match reading.inner.once.take(&reading.arrival.connector.spec.name, &proof, &verified.delivery().body, now) {
        Ok(()) => State::Genuine(verified),
        Err(replayed) => State::Forged(Box::new((replayed, verified.into_delivery()))),
    }
}

fn read_together(inner: &Inner, readings: &mut [Reading]) {
    let Some(arrival) = readings.first().map(|reading| reading.arrival.clone()) else { return };
    let genuine = readings.iter().filter_map(|reading| match &reading.state {
        State::Genuine(verified) => Some(verified.delivery()),
        _ => None,
    });
    let mut read = inner.receive_all(&arrival, &genuine.collect::<Vec<_>>()).into_iter();
    for reading in readings {
        if matches!(reading.state, State::Genuine(_))
            && let (State::Genuine(verified), Some(read)) = (std::mem::replace(&mut reading.state, State::Lost), read.next())
        {
            reading.state = State::Read(verified, read);
        }
    }
}
