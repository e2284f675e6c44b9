//! The port's functions, each a conversion in, a call, and a conversion out.

use async_trait::async_trait;
use dispatch::port::{Plugin, PluginInfo};
use model::{
    Advance, Attributes, Call, Decided, Delivered, Delivery, Fact, Failure, FaultKind, Interaction, Outbound, Page, Pointer, Priority,
    Reception, Refusal, Routing, Signal, Situation, Suggestion, Timestamp, Undelivered,
};

use super::StagedPlugin;
use crate::bindings::exports::pointsman::connector::{connection, feed, sender, webhook};
use crate::bindings::exports::pointsman::policy::responder;
use crate::bindings::pointsman::connector::facts;
use crate::bindings::pointsman::interaction::types;
use crate::bindings::pointsman::policy::decisions;
use crate::convert::{Arena, Lift, connector, interaction, policy};
use crate::function::Function;

type Wit<T, E> = Result<T, E>;
type Signals = Vec<types::SignalResult>;

#[async_trait]
impl Plugin for StagedPlugin {
    fn info(&self) -> &PluginInfo {
        &self.info
    }

    fn receive(&self, delivery: &Delivery, now: Timestamp) -> Call<Result<Reception, Refusal>> {
        let arena = Arena::new();
        let params = (connector::delivery(&arena, delivery), now.0);
        self.call_pure(Function::Receive, Some(delivery.body.len()), params, |lift, from: Wit<webhook::Reception, facts::Refusal>| {
            either(lift, from, connector::lift_reception, connector::lift_refusal)
        })
    }

    fn opened(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Advance> {
        self.call_pure(Function::Opened, Some(0), (cursor, now.0), |lift, from: connection::Step| connector::lift_step(lift, from))
    }

    fn received(&self, frame: &[u8], envelope: &Attributes, cursor: Option<&[u8]>, now: Timestamp) -> Call<Result<Advance, Refusal>> {
        let arena = Arena::new();
        let params = (frame, interaction::attributes(&arena, envelope), cursor, now.0);
        self.call_pure(Function::Received, Some(frame.len()), params, |lift, from: Wit<connection::Step, facts::Refusal>| {
            either(lift, from, connector::lift_step, connector::lift_refusal)
        })
    }

    fn woken(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Advance> {
        self.call_pure(Function::Woken, Some(0), (cursor, now.0), |lift, from: connection::Step| connector::lift_step(lift, from))
    }

    fn classify(&self, batch: &[Interaction]) -> Call<Vec<Vec<Signal>>> {
        let arena = Arena::new();
        let records = &*arena.alloc_slice_fill_iter(batch.iter().map(|from| interaction::interaction(&arena, from)));
        self.call_pure(Function::Classify, None, (records,), |lift, from: Vec<Signals>| {
            if from.len() != batch.len() {
                return Err(FaultKind::Contract(format!("{} lists of signals for {} interactions", from.len(), batch.len())));
            }
            lift.count(from.len().saturating_mul(8))?;
            batch.iter().zip(from).map(|(about, from)| self.lift_signals(lift, from, about)).collect()
        })
    }

    fn prioritize(&self, interaction: &Interaction, situation: &Situation) -> Call<Priority> {
        let arena = Arena::new();
        let params = (interaction::interaction(&arena, interaction), policy::situation(&arena, situation));
        self.call_pure(Function::Prioritize, None, params, |lift, from: decisions::PriorityResult| policy::lift_priority(lift, from))
    }

    fn route(&self, interaction: &Interaction, situation: &Situation, priority: Option<&Priority>) -> Call<Routing> {
        let arena = Arena::new();
        let params = (
            interaction::interaction(&arena, interaction),
            policy::situation(&arena, situation),
            priority.map(|from| policy::priority(&arena, from)),
        );
        self.call_pure(Function::Route, None, params, |lift, from: decisions::RoutingResult| policy::lift_routing(lift, from))
    }

    async fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Result<Page, Failure>> {
        self.call_edge(Function::Poll, (cursor, now.0), |lift, from: Wit<feed::Page, types::Failure>| {
            either(lift, from, connector::lift_page, interaction::lift_failure)
        })
        .await
    }

    async fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Call<Result<Vec<Fact>, Failure>> {
        let arena = Arena::new();
        let params = (connector::pointer(&arena, pointer), now.0);
        self.call_edge(Function::Hydrate, params, |lift, from: Wit<Vec<facts::Fact>, types::Failure>| {
            either(lift, from, connector::lift_facts, interaction::lift_failure)
        })
        .await
    }

    async fn enrich(&self, interaction: &Interaction, now: Timestamp) -> Call<Result<Vec<Signal>, Failure>> {
        let arena = Arena::new();
        let params = (interaction::interaction(&arena, interaction), now.0);
        self.call_edge(Function::Enrich, params, |lift, from: Wit<Signals, types::Failure>| {
            either(lift, from, |lift, from| self.lift_signals(lift, from, interaction), interaction::lift_failure)
        })
        .await
    }

    async fn suggest(&self, interaction: &Interaction, situation: &Situation, routing: &Routing) -> Call<Result<Vec<Suggestion>, Failure>> {
        let arena = Arena::new();
        let params =
            (interaction::interaction(&arena, interaction), policy::situation(&arena, situation), policy::routing(&arena, routing));
        self.call_edge(Function::Suggest, params, |lift, from: Wit<Vec<responder::Suggestion>, types::Failure>| {
            either(lift, from, policy::lift_suggestions, interaction::lift_failure)
        })
        .await
    }

    async fn send(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Call<Result<Delivered, Undelivered>> {
        let arena = Arena::new();
        let params = (key, connector::outbound(&arena, outbound), now.0);
        self.call_edge(Function::Send, params, |lift, from: Wit<sender::Delivery, sender::Undelivered>| {
            either(lift, from, connector::lift_delivered, connector::lift_undelivered)
        })
        .await
    }

    async fn find(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Call<Result<Option<Delivered>, Undelivered>> {
        let arena = Arena::new();
        let params = (key, connector::outbound(&arena, outbound), now.0);
        self.call_edge(Function::Find, params, |lift, from: Wit<Option<sender::Delivery>, sender::Undelivered>| {
            let found = |lift: &mut Lift, from: Option<_>| from.map(|from| connector::lift_delivered(lift, from)).transpose();
            either(lift, from, found, connector::lift_undelivered)
        })
        .await
    }

    async fn export(&self, batch: &[Decided]) -> Call<Result<(), Failure>> {
        let arena = Arena::new();
        let params = (policy::decided(&arena, batch),);
        self.call_edge(Function::Export, params, |lift, from: Wit<(), types::Failure>| {
            either(lift, from, |_, ()| Ok(()), interaction::lift_failure)
        })
        .await
    }

    async fn erase(&self, subject: &str) -> Call<Result<(), Failure>> {
        self.call_edge(Function::Erase, (subject,), |lift, from: Wit<(), types::Failure>| {
            either(lift, from, |_, ()| Ok(()), interaction::lift_failure)
        })
        .await
    }
}

impl StagedPlugin {
    fn lift_signals(&self, lift: &mut Lift, from: Signals, about: &Interaction) -> Result<Vec<Signal>, FaultKind> {
        interaction::lift_signals(lift, from, &about.text, &self.info.spec.name)
    }
}

/// Converts what a plugin answered, or why it did not.
fn either<A, B, T, E>(
    lift: &mut Lift,
    from: Result<A, B>,
    ok: impl FnOnce(&mut Lift, A) -> Result<T, FaultKind>,
    err: impl FnOnce(&mut Lift, B) -> Result<E, FaultKind>,
) -> Result<Result<T, E>, FaultKind> {
    match from {
        Ok(from) => ok(lift, from).map(Ok),
        Err(from) => err(lift, from).map(Err),
    }
}
