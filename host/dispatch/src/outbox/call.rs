//! One call of a sender: not when it is out of service, counted, and its answer in one word.

use model::{Call, Cost, Delivered, FaultKind, HostCall, Undelivered};

use super::Inner;
use super::ladder::Way;
use super::mail;
use crate::breaker::Pass;
use crate::port::Plugin;

/// What came of a call.
pub(super) enum Told {
    /// It went out, under these ids of the channel.
    Sent(Vec<String>),
    /// It is not there.
    NotThere,
    /// It did not go out, in the sender's words, or nobody knows.
    Undelivered(Undelivered),
    /// The sender failed before anything left it.
    Faulted(FaultKind),
}

/// The same with what is recorded of it.
pub(super) struct Heard {
    pub(super) told: Told,
    pub(super) host_calls: Vec<HostCall>,
}

impl Inner {
    /// The right to call the sender once.
    pub(super) fn admit(&self, way: &Way) -> Result<Pass, FaultKind> {
        let info = way.connector.plugin.info();
        let admitted = self.ports.breakers.of(info).admit(&info.spec.breaker, 1);
        if let Err(kind) = &admitted {
            self.ports.counters.plugin(&info.spec.name).refused(kind);
        }
        admitted
    }

    /// Sends it.
    pub(super) async fn send(&self, way: &Way, key: &str, pass: Pass) -> Heard {
        let plugin: &dyn Plugin = &*way.connector.plugin;
        let call = plugin.send(key, &way.outbound, self.ports.clock.now()).await;
        let (outcome, cost) = self.counted(way, pass, call);
        let requests = cost.http_requests;
        let told = match outcome {
            Ok(Ok(Delivered::Sent(ids))) => Told::Sent(ids),
            Ok(Ok(Delivered::HandOver(bytes))) => match self.ports.handover.hand_over(&way.connector, &bytes).await {
                Ok(()) => Told::Sent(mail::message_id(&bytes).into_iter().collect()),
                Err(why) => Told::Undelivered(why),
            },
            Ok(Err(why)) => Told::Undelivered(why),
            // Whatever it was doing when it failed, a request had left: it may have been the one that counts.
            Err(kind) if requests > 0 => Told::Undelivered(Undelivered::Unknown(format!("the sender failed after a request: {kind}"))),
            Err(kind) => Told::Faulted(kind),
        };
        Heard { told, host_calls: cost.host_calls }
    }

    /// Looks for it on its channel.
    pub(super) async fn find(&self, way: &Way, key: &str, pass: Pass) -> Heard {
        let plugin: &dyn Plugin = &*way.connector.plugin;
        let call = plugin.find(key, &way.outbound, self.ports.clock.now()).await;
        let (outcome, cost) = self.counted(way, pass, call);
        let told = match outcome {
            Ok(Ok(Some(Delivered::Sent(ids)))) => Told::Sent(ids),
            Ok(Ok(Some(Delivered::HandOver(bytes)))) => Told::Sent(mail::message_id(&bytes).into_iter().collect()),
            Ok(Ok(None)) => Told::NotThere,
            Ok(Err(why)) => Told::Undelivered(why),
            Err(kind) => Told::Faulted(kind),
        };
        Heard { told, host_calls: cost.host_calls }
    }

    fn counted<T>(&self, way: &Way, pass: Pass, call: Call<T>) -> (Result<T, FaultKind>, Cost) {
        self.ports.counters.plugin(&way.connector.spec.plugin).called(&call);
        pass.heard([call.outcome.as_ref().err()]);
        (call.outcome, call.cost)
    }
}
