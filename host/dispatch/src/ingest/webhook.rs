use std::sync::Arc;

use model::{Delivery, Handshake, Reception, Role, Secret, SignatureScheme};

use super::{Arrival, Hooked, Ingest, IngestError, Inner, Unread};
use crate::hop::Gather;
use crate::signature::{self, Forged, Verified};

/// Deliveries of one connector that are read together, at most.
const TOGETHER_MAX: usize = 32;

/// A delivery on its way to a computing thread and back.
pub(super) struct Reading {
    inner: Arc<Inner>,
    arrival: Arrival,
    scheme: SignatureScheme,
    secrets: Vec<Secret>,
    state: State,
}

enum State {
    Arrived(Delivery),
    Forged(Forged),
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
        let secrets = scheme.secret().map(|name| arrival.connector.secrets(name, &*inner.ports.secrets)).unwrap_or_default();
        let gather = inner.gather(&arrival);
        let reading = Reading { inner: Arc::clone(inner), arrival, scheme, secrets, state: State::Arrived(delivery) };
        match gather.ask(reading).await {
            Ok(Reading { arrival, state: State::Read(verified, read), .. }) => inner.keep(&arrival, verified, read).await,
            Ok(Reading { state: State::Forged(forged), .. }) => {
                inner.ports.counters.forged(connector);
                Hooked::Unauthorised(forged)
            }
            // A defect of the host, or too many wait: it is not acknowledged, and the channel will send it again.
            Ok(_) | Err(_) => {
                inner.ports.counters.turned_away(connector);
                Hooked::Busy
            }
        }
    }
}

impl Inner {
    fn handshake(&self, arrival: &Arrival, delivery: &Delivery) -> Option<Hooked> {
        let handshake = arrival.connector.handshake.as_ref()?;
        let (Handshake::HubChallenge { secret } | Handshake::Crc { secret }) = handshake;
        let secrets = arrival.connector.secrets(secret, &*self.ports.secrets);
        Some(match signature::handshake(handshake, &secrets, delivery)? {
            Ok(response) => Hooked::Handshake(response),
            Err(forged) => {
                self.ports.counters.forged(&arrival.connector.spec.name);
                Hooked::Unauthorised(forged)
            }
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
            reading.state = match signature::verify(&reading.scheme, &reading.secrets, delivery, now) {
                Ok(verified) => State::Genuine(verified),
                Err(forged) => State::Forged(forged),
            };
        }
    }
    // Two configurations of one connector may wait at once, just after a swap.
    for together in readings.chunk_by_mut(|one, next| Arc::ptr_eq(&one.arrival.connector, &next.arrival.connector)) {
        read_together(&inner, together);
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
