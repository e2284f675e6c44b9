//! The port's functions, each a conversion in, a call, and a conversion out.

use async_trait::async_trait;
use dispatch::port::{Budget, Plugin, PluginInfo, Question, only};
use model::{
    Advance, Attributes, Call, Decided, Delivered, Delivery, Fact, Failure, FaultKind, Interaction, Outbound, Page, Pointer, Priority,
    Reception, Refusal, Routing, Signal, Situation, Suggestion, Timestamp, Undelivered,
};

use super::StagedPlugin;
use super::batch::{each, together};
use super::edge::measured;
use super::live::Live;
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

    fn receive(&self, deliveries: &[&Delivery], now: Timestamp) -> Vec<Call<Result<Reception, Refusal>>> {
        self.ask(Function::Receive, deliveries, Budget::WHOLE, |live, export, deliveries| {
            let arena = Arena::new();
            let receive = live.typed(export)?;
            each(live, deliveries, |live, delivery| {
                let params = measured(&arena, (connector::delivery(&arena, delivery), now.0));
                live.call(&receive, params, Some(delivery.body.len()), |lift, from: Wit<webhook::Reception, facts::Refusal>| {
                    either(lift, from, connector::lift_reception, connector::lift_refusal)
                })
            })
        })
    }

    fn opened(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Advance> {
        self.step(Function::Opened, cursor, now)
    }

    fn received(&self, frame: &[u8], envelope: &Attributes, cursor: Option<&[u8]>, now: Timestamp) -> Call<Result<Advance, Refusal>> {
        only(self.ask(Function::Received, &[frame], Budget::WHOLE, |live, export, frames| {
            let arena = Arena::new();
            let received = live.typed(export)?;
            each(live, frames, |live, frame| {
                let params = (arena.raw(frame), interaction::attributes(&arena, envelope), cursor.map(|cursor| arena.raw(cursor)), now.0);
                let params = measured(&arena, params);
                live.call(&received, params, Some(frame.len()), |lift, from: Wit<connection::Step, facts::Refusal>| {
                    either(lift, from, connector::lift_step, connector::lift_refusal)
                })
            })
        }))
    }

    fn woken(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Advance> {
        self.step(Function::Woken, cursor, now)
    }

    fn classify(&self, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Vec<Signal>>> {
        self.ask(Function::Classify, questions, budget, |live, export, questions| {
            let arena = Arena::new();
            let records = arena.list(questions.iter().map(|question| interaction::interaction(&arena, question.interaction)));
            let classify = live.typed(export)?;
            let lists: Vec<Signals> = live.call(&classify, measured(&arena, (records,)), None, |lift, from: Vec<Signals>| {
                lift.items(from.len())?;
                Ok(from)
            })?;
            let answers = self.lift_lists(live, lists, questions)?;
            Ok(together(live, answers))
        })
    }

    fn prioritize(&self, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Priority>> {
        self.ask(Function::Prioritize, questions, budget, |live, export, questions| {
            let arena = Arena::new();
            let prioritize = live.typed(export)?;
            each(live, questions, |live, question| {
                let params = (interaction::interaction(&arena, question.interaction), policy::situation(&arena, question.situation));
                let lift = |lift: &mut Lift, from: decisions::PriorityResult| policy::lift_priority(lift, from);
                live.call(&prioritize, measured(&arena, params), None, lift)
            })
        })
    }

    fn route(&self, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Routing>> {
        self.ask(Function::Route, questions, budget, |live, export, questions| {
            let arena = Arena::new();
            let route = live.typed(export)?;
            each(live, questions, |live, question| {
                let params = (
                    interaction::interaction(&arena, question.interaction),
                    policy::situation(&arena, question.situation),
                    question.priority.map(|from| policy::priority(&arena, from)),
                );
                let lift = |lift: &mut Lift, from: decisions::RoutingResult| policy::lift_routing(lift, from);
                live.call(&route, measured(&arena, params), None, lift)
            })
        })
    }

    async fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Result<Page, Failure>> {
        let arena = Arena::new();
        let params = measured(&arena, (cursor.map(|cursor| arena.raw(cursor)), now.0));
        self.call_edge(Function::Poll, Budget::WHOLE, params, |lift, from: Wit<feed::Page, types::Failure>| {
            either(lift, from, connector::lift_page, interaction::lift_failure)
        })
        .await
    }

    async fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Call<Result<Vec<Fact>, Failure>> {
        let arena = Arena::new();
        let params = measured(&arena, (connector::pointer(&arena, pointer), now.0));
        self.call_edge(Function::Hydrate, Budget::WHOLE, params, |lift, from: Wit<Vec<facts::Fact>, types::Failure>| {
            either(lift, from, connector::lift_facts, interaction::lift_failure)
        })
        .await
    }

    async fn enrich(&self, interaction: &Interaction, now: Timestamp, budget: Budget) -> Call<Result<Vec<Signal>, Failure>> {
        let arena = Arena::new();
        let params = measured(&arena, (interaction::interaction(&arena, interaction), now.0));
        self.call_edge(Function::Enrich, budget, params, |lift, from: Wit<Signals, types::Failure>| {
            either(lift, from, |lift, from| self.lift_signals(lift, from, interaction), interaction::lift_failure)
        })
        .await
    }

    async fn suggest(
        &self,
        interaction: &Interaction,
        situation: &Situation,
        routing: &Routing,
        budget: Budget,
    ) -> Call<Result<Vec<Suggestion>, Failure>> {
        let arena = Arena::new();
        let params =
            (interaction::interaction(&arena, interaction), policy::situation(&arena, situation), policy::routing(&arena, routing));
        self.call_edge(
            Function::Suggest,
            budget,
            measured(&arena, params),
            |lift, from: Wit<Vec<responder::Suggestion>, types::Failure>| {
                either(lift, from, policy::lift_suggestions, interaction::lift_failure)
            },
        )
        .await
    }

    async fn send(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Call<Result<Delivered, Undelivered>> {
        let arena = Arena::new();
        let params = measured(&arena, (arena.text(key), connector::outbound(&arena, outbound), now.0));
        self.call_edge(Function::Send, Budget::WHOLE, params, |lift, from: Wit<sender::Delivery, sender::Undelivered>| {
            either(lift, from, connector::lift_delivered, connector::lift_undelivered)
        })
        .await
    }

    async fn find(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Call<Result<Option<Delivered>, Undelivered>> {
        let arena = Arena::new();
        let params = measured(&arena, (arena.text(key), connector::outbound(&arena, outbound), now.0));
        self.call_edge(Function::Find, Budget::WHOLE, params, |lift, from: Wit<Option<sender::Delivery>, sender::Undelivered>| {
            let found = |lift: &mut Lift, from: Option<_>| from.map(|from| connector::lift_delivered(lift, from)).transpose();
            either(lift, from, found, connector::lift_undelivered)
        })
        .await
    }

    async fn export(&self, batch: &[Decided]) -> Call<Result<(), Failure>> {
        let arena = Arena::new();
        let params = measured(&arena, (policy::decided(&arena, batch),));
        self.call_edge(Function::Export, Budget::WHOLE, params, |lift, from: Wit<(), types::Failure>| {
            either(lift, from, |_, ()| Ok(()), interaction::lift_failure)
        })
        .await
    }

    async fn erase(&self, subject: &str) -> Call<Result<(), Failure>> {
        let arena = Arena::new();
        let params = measured(&arena, (arena.text(subject),));
        self.call_edge(Function::Erase, Budget::WHOLE, params, |lift, from: Wit<(), types::Failure>| {
            either(lift, from, |_, ()| Ok(()), interaction::lift_failure)
        })
        .await
    }
}

impl StagedPlugin {
    /// A connection's function that takes nothing but its cursor.
    fn step(&self, function: Function, cursor: Option<&[u8]>, now: Timestamp) -> Call<Advance> {
        only(self.ask(function, &[cursor], Budget::WHOLE, |live, export, cursors| {
            let arena = Arena::new();
            let step = live.typed(export)?;
            each(live, cursors, |live, cursor| {
                let params = measured(&arena, (cursor.map(|cursor| arena.raw(cursor)), now.0));
                live.call(&step, params, Some(0), |lift, from: connection::Step| connector::lift_step(lift, from))
            })
        }))
    }

    /// A classifier's lists of signals, one for each question; each may be as long as if it had been alone.
    fn lift_lists(&self, live: &mut Live, lists: Vec<Signals>, questions: &[Question<'_>]) -> Result<Vec<Vec<Signal>>, FaultKind> {
        if lists.len() != questions.len() {
            let (given, asked) = (lists.len(), questions.len());
            return Err(FaultKind::Contract(format!("{given} lists of signals for {asked} interactions")));
        }
        let of = |(from, question): (Signals, &Question<'_>)| {
            live.lift(from, None, |lift, from| self.lift_signals(lift, from, question.interaction))
        };
        lists.into_iter().zip(questions).map(of).collect()
    }

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
