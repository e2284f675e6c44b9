use std::sync::Arc;

use model::{Call, Delivery, Handshake, Reception, Refusal, Role, SignatureScheme};

use super::{Arrival, Hooked, Ingest, IngestError, Inner, Unread, reading};
use crate::hop::HopError;
use crate::signature::{self, Forged, Verified};

/// A genuine delivery as its connector has read it, or as it came with the reason why not.
pub(super) type Read = (Verified, Result<Reception, Unread>);

impl Ingest {
    /// Takes in a request to a connector's hook. When this returns `Answer` or `Quarantined`, the delivery survives a power cut.
    pub async fn webhook(&self, connector: &str, delivery: Delivery) -> Hooked {
        let Some(arrival) = self.0.arrival(connector) else { return Hooked::UnknownConnector };
        if let Some(answered) = self.0.handshake(&arrival, &delivery) {
            return answered;
        }
        let Some(scheme) = arrival.connector.signature.clone().filter(|_| arrival.connector.has(Role::Webhook)) else {
            return Hooked::NotAWebhook;
        };
        match self.0.verify_and_read(&arrival, scheme, delivery).await {
            Ok(Ok((verified, read))) => self.0.keep(&arrival, verified, read).await,
            Ok(Err(forged)) => {
                self.0.ports.counters.forged(connector);
                Hooked::Unauthorised(forged)
            }
            Err(_) => {
                self.0.ports.counters.turned_away(connector);
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

    /// Verifies and reads on a computing thread, so that neither holds up those who wait for the network.
    async fn verify_and_read(
        self: &Arc<Self>,
        arrival: &Arrival,
        scheme: SignatureScheme,
        delivery: Delivery,
    ) -> Result<Result<Read, Forged>, HopError> {
        let secrets = scheme.secret().map(|name| arrival.connector.secrets(name, &*self.ports.secrets)).unwrap_or_default();
        let (inner, arrival) = (Arc::clone(self), arrival.clone());
        let work = move || {
            let verified = signature::verify(&scheme, &secrets, delivery, arrival.at)?;
            let read = inner.receive(&arrival, &verified);
            Ok((verified, read))
        };
        self.ports.hop.run(work).await
    }

    /// What the connector makes of a genuine delivery. Computes.
    pub(super) fn receive(&self, arrival: &Arrival, verified: &Verified) -> Result<Reception, Unread> {
        let call: Call<Result<Reception, Refusal>> = arrival.connector.plugin.receive(verified.delivery(), arrival.at);
        self.ports.counters.called(&arrival.connector.spec.plugin, &call);
        let reception = call.outcome.map_err(|kind| Unread::faulted(&kind))?.map_err(Unread::refused)?;
        reading::check(&reception.facts, &reception.pointers, None).map_err(Unread::beyond)?;
        Ok(reception)
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
