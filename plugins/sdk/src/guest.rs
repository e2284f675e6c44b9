//! What stands between the generated bindings and a plugin. Used by [`plugin!`](crate::plugin) only.

use std::marker::PhantomData;
use std::sync::OnceLock;

use crate::contract::{classifier, configure, connection, enricher, feed, prioritizer, responder, router, sender, sink, webhook};
use crate::roles::{Classifier, Connection, Enricher, Feed, Prioritizer, Responder, Router, Sender, Sink, Webhook};
use crate::{
    Attribute, Decided, Delivered, Delivery, Fact, Failure, Interaction, Outbound, Page, Plugin, Pointer, Priority, Problem, Reception,
    Refusal, Routing, Signal, Situation, Step, Suggestion, Timestamp, Undelivered,
};

/// Where the configured plugin lies between calls: part of the snapshot.
pub trait Slot: Plugin {
    /// Its place.
    fn slot() -> &'static OnceLock<Self>;
}

/// The type that implements the bindings' traits for a plugin.
#[derive(Debug)]
pub struct Guest<P>(PhantomData<P>);

/// How much memory is made ready after configuring, so that no call has to ask the engine for more.
const READY_BYTES: usize = 1 << 20;

impl<P: Slot> configure::Guest for Guest<P> {
    fn configure(settings: String) -> Result<(), Vec<Problem>> {
        report_panics();
        let plugin = P::configure(crate::settings::read(&settings)?)?;
        crate::bump::reserve(READY_BYTES);
        P::slot().set(plugin).map_err(|_| vec![Problem::new("", "The plugin was configured twice.")])
    }
}

impl<P: Webhook + Slot> webhook::exports::pointsman::connector::webhook::Guest for Guest<P> {
    fn receive(delivery: Delivery, now: Timestamp) -> Result<Reception, Refusal> {
        configured::<P>().receive(&delivery, now).map(|reception| Reception { facts: bounded(reception.facts), ..reception })
    }
}

impl<P: Connection + Slot> connection::exports::pointsman::connector::connection::Guest for Guest<P> {
    fn opened(cursor: Option<Vec<u8>>, now: Timestamp) -> Step {
        stepped(configured::<P>().opened(cursor.as_deref(), now))
    }

    fn received(frame: Vec<u8>, envelope: Vec<Attribute>, cursor: Option<Vec<u8>>, now: Timestamp) -> Result<Step, Refusal> {
        configured::<P>().received(&frame, &envelope, cursor.as_deref(), now).map(stepped)
    }

    fn woken(cursor: Option<Vec<u8>>, now: Timestamp) -> Step {
        stepped(configured::<P>().woken(cursor.as_deref(), now))
    }
}

impl<P: Feed + Slot> feed::exports::pointsman::connector::feed::Guest for Guest<P> {
    fn poll(cursor: Option<Vec<u8>>, now: Timestamp) -> Result<Page, Failure> {
        configured::<P>().poll(cursor.as_deref(), now).map(|page| Page { facts: bounded(page.facts), ..page })
    }

    fn hydrate(pointer: Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
        configured::<P>().hydrate(&pointer, now).map(bounded)
    }
}

impl<P: Sender + Slot> sender::exports::pointsman::connector::sender::Guest for Guest<P> {
    fn deliver(key: String, outbound: Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        configured::<P>().deliver(&key, &outbound, now)
    }

    fn find(key: String, outbound: Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        configured::<P>().find(&key, &outbound, now)
    }
}

impl<P: Enricher + Slot> enricher::exports::pointsman::policy::enricher::Guest for Guest<P> {
    fn enrich(interaction: Interaction, now: Timestamp) -> Result<Vec<Signal>, Failure> {
        configured::<P>().enrich(&interaction, now)
    }
}

impl<P: Classifier + Slot> classifier::exports::pointsman::policy::classifier::Guest for Guest<P> {
    fn classify(batch: Vec<Interaction>) -> Vec<Vec<Signal>> {
        configured::<P>().classify(&batch)
    }
}

impl<P: Prioritizer + Slot> prioritizer::exports::pointsman::policy::prioritizer::Guest for Guest<P> {
    fn prioritize(interaction: Interaction, situation: Situation) -> Priority {
        configured::<P>().prioritize(&interaction, &situation)
    }
}

impl<P: Router + Slot> router::exports::pointsman::policy::router::Guest for Guest<P> {
    fn route(interaction: Interaction, situation: Situation, priority: Option<Priority>) -> Routing {
        configured::<P>().route(&interaction, &situation, priority.as_ref())
    }
}

impl<P: Responder + Slot> responder::exports::pointsman::policy::responder::Guest for Guest<P> {
    fn suggest(interaction: Interaction, situation: Situation, routing: Routing) -> Result<Vec<Suggestion>, Failure> {
        configured::<P>().suggest(&interaction, &situation, &routing)
    }
}

impl<P: Sink + Slot> sink::exports::pointsman::policy::sink::Guest for Guest<P> {
    fn deliver(batch: Vec<Decided>) -> Result<(), Failure> {
        configured::<P>().deliver(&batch)
    }

    fn erase(subject: String) -> Result<(), Failure> {
        configured::<P>().erase(&subject)
    }
}

/// Facts as the contract wants them: what a channel's huge field would make too long is a fact still.
fn bounded(facts: Vec<Fact>) -> Vec<Fact> {
    facts.into_iter().map(Fact::bounded).collect()
}

fn stepped(step: Step) -> Step {
    Step { facts: bounded(step.facts), ..step }
}

fn configured<P: Slot>() -> &'static P {
    let Some(plugin) = P::slot().get() else {
        crate::log::error("a role was called before `configure`");
        std::process::abort();
    };
    plugin
}

/// A trap does not say why; the log line before it does.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| crate::log::error(&panic.to_string())));
}
