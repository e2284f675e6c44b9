//! Calls of connectors: not when they are out of service, counted, and what they give checked.

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::{Call, Cost, Delivery, FaultKind, Reception, Refusal};

use super::{Arrival, Inner, Unread, reading};
use crate::breaker::Pass;

type Received = Call<Result<Reception, Refusal>>;

impl Inner {
    /// The right to call the connector for at least one of `wanted` things at once.
    pub(super) fn admit(&self, arrival: &Arrival, wanted: usize) -> Result<Pass, FaultKind> {
        let info = arrival.connector.plugin.info();
        let admitted = self.ports.breakers.of(info).admit(&info.spec.breaker, wanted);
        if let Err(kind) = &admitted {
            self.ports.counters.plugin(&info.spec.name).refused(kind);
        }
        admitted
    }

    /// Counts a call, and tells what came of it.
    pub(super) fn told<T>(&self, arrival: &Arrival, pass: Pass, call: &Call<T>) {
        self.ports.counters.plugin(&arrival.connector.spec.plugin).called(call);
        pass.heard([call.outcome.as_ref().err()]);
    }

    /// What the connector makes of genuine deliveries, one for each, in order. Computes.
    pub(super) fn receive_all(&self, arrival: &Arrival, deliveries: &[&Delivery]) -> Vec<Result<Reception, Unread>> {
        let mut read = Vec::with_capacity(deliveries.len());
        let mut rest = deliveries;
        while !rest.is_empty() {
            match self.admit(arrival, rest.len()) {
                Ok(pass) => {
                    let (now, later) = rest.split_at(pass.calls().clamp(1, rest.len()));
                    read.extend(self.receive_now(arrival, now, pass));
                    rest = later;
                }
                Err(kind) => {
                    read.extend(rest.iter().map(|_| Err(Unread::faulted(&kind))));
                    break;
                }
            }
        }
        read
    }

    fn receive_now(&self, arrival: &Arrival, deliveries: &[&Delivery], pass: Pass) -> impl Iterator<Item = Result<Reception, Unread>> {
        let calls = received(arrival, deliveries);
        let meter = self.ports.counters.plugin(&arrival.connector.spec.plugin);
        calls.iter().for_each(|call| meter.called(call));
        pass.heard(calls.iter().map(|call| call.outcome.as_ref().err()));
        calls.into_iter().map(|call| call.outcome.map_err(|kind| Unread::faulted(&kind))?.map_err(Unread::refused))
    }
}

/// One call for each delivery. An adapter that panics harms one delivery.
fn received(arrival: &Arrival, deliveries: &[&Delivery]) -> Vec<Received> {
    let asked = catch_unwind(AssertUnwindSafe(|| arrival.connector.plugin.receive(deliveries, arrival.at)));
    match (asked, deliveries) {
        (Ok(mut calls), _) => {
            calls.truncate(deliveries.len());
            calls.resize_with(deliveries.len(), || failed(FaultKind::Contract("no answer".to_owned())));
            calls.into_iter().map(|call| call.and_then(checked)).collect()
        }
        (Err(_), [] | [_]) => {
            deliveries.iter().map(|_| failed(FaultKind::Trap("the host failed while it called the connector".to_owned()))).collect()
        }
        (Err(_), _) => deliveries.iter().flat_map(|delivery| received(arrival, std::slice::from_ref(delivery))).collect(),
    }
}

fn checked(read: Result<Reception, Refusal>) -> Result<Result<Reception, Refusal>, FaultKind> {
    if let Ok(reception) = &read {
        reading::check(&reception.facts, &reception.pointers, None).map_err(FaultKind::Contract)?;
    }
    Ok(read)
}

fn failed(kind: FaultKind) -> Received {
    Call { outcome: Err(kind), cost: Cost::default() }
}
