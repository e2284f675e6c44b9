//! wasmtime and nothing else: the very code that Pointsman compiled, typed calls, the same engine settings, the same records; no grants, no
//! accounting, no checks of what comes out, no values of a domain.

mod bindings;
mod engine;
mod guest;
mod records;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use crate::contender::{Took, time};
use guest::{Guest, Open};
use records::{Delivery, Interaction, Priority, Reception, Refusal, Routing, Signal, Situation};

/// Interactions of a batch, and calls of a warm instance.
const BATCH: usize = 32;
const WARM: usize = 1_000;

/// How long an instance lives.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Fresh,
    Batch,
    Warm,
}

const MODES: [(&str, Mode); 3] = [("interaction", Mode::Fresh), ("batch", Mode::Batch), ("warm", Mode::Warm)];
const PARTS: [&str; 5] = ["receive", "classify", "prioritize", "route", "chain"];

/// The sample's components, and what they are given.
pub struct Raw {
    receive: Guest,
    classify: Guest,
    prioritize: Guest,
    route: Guest,
    deliveries: Vec<Delivery>,
    interactions: Vec<Interaction>,
    judged: Vec<Interaction>,
    prioritized: Vec<(Interaction, Priority)>,
    situation: Situation,
    now: u64,
}

/// What was said about a body.
#[derive(Serialize)]
pub struct Answer {
    score: f32,
    reasons: Vec<String>,
}

type Received = (Result<Reception, Refusal>,);

impl Raw {
    /// Loads what Pointsman compiled, and makes each step's inputs by running the steps before it.
    pub fn load(compiled: &BTreeMap<String, PathBuf>, bodies: &[String], now: u64) -> Result<Self> {
        let engine = engine::engine()?;
        let guest = |role: &str| {
            let file = compiled.get(role).with_context(|| format!("no component for {role}"))?;
            Guest::load(&engine, file, role).with_context(|| format!("loading {}", file.display()))
        };
        let mut raw = Self {
            receive: guest("receive")?,
            classify: guest("classify")?,
            prioritize: guest("prioritize")?,
            route: guest("route")?,
            deliveries: bodies.iter().map(|body| records::delivery(body)).collect(),
            interactions: Vec::new(),
            judged: Vec::new(),
            prioritized: Vec::new(),
            situation: records::situation(now),
            now,
        };
        for delivery in &raw.deliveries {
            let mut open = raw.receive.open()?;
            raw.interactions.extend(received(&raw.receive, &mut open, delivery, now)?);
        }
        for interaction in &raw.interactions {
            let signals = raw.classified(&mut raw.classify.open()?, interaction)?;
            let judged = Interaction { signals, ..interaction.clone() };
            let priority = raw.ranked(&mut raw.prioritize.open()?, &judged)?;
            raw.judged.push(judged.clone());
            raw.prioritized.push((judged, priority));
        }
        Ok(raw)
    }

    /// By which it is asked for: `raw/<mode>/<part>`.
    pub fn names(&self) -> Vec<String> {
        MODES.iter().flat_map(|(mode, _)| PARTS.iter().map(move |part| format!("raw/{mode}/{part}"))).collect()
    }

    /// What the chain says about each body.
    pub fn answers(&mut self) -> Result<Vec<Answer>> {
        let mut answers = Vec::new();
        for (judged, priority) in &self.prioritized {
            let routing = self.routed(&mut self.route.open()?, judged, priority)?;
            answers.push(Answer { score: priority.score, reasons: routing.reasons.into_iter().map(|reason| reason.text).collect() });
        }
        Ok(answers)
    }

    /// One round of a part in a mode.
    pub fn measure(&mut self, name: &str, calls: usize) -> Result<Took> {
        let (mode, part) = name.strip_prefix("raw/").and_then(|name| name.split_once('/')).with_context(|| format!("`{name}`"))?;
        let mode = MODES.iter().find(|(known, _)| *known == mode).map(|(_, mode)| *mode).with_context(|| format!("`{name}`"))?;
        match part {
            "receive" => each(&self.receive, mode, calls, &self.deliveries, |guest, open, delivery| {
                received(guest, open, delivery, self.now).map(drop)
            }),
            "classify" => each(&self.classify, mode, calls, &self.interactions, |_, open, one| self.classified(open, one).map(drop)),
            "prioritize" => each(&self.prioritize, mode, calls, &self.judged, |_, open, one| self.ranked(open, one).map(drop)),
            "route" => {
                each(&self.route, mode, calls, &self.prioritized, |_, open, (one, priority)| self.routed(open, one, priority).map(drop))
            }
            "chain" => self.chain(mode, calls),
            _ => bail!("`{name}`"),
        }
    }

    /// From deliveries to routings, in batches of the mode.
    fn chain(&self, mode: Mode, calls: usize) -> Result<Took> {
        let mut warm = if mode == Mode::Warm {
            Some([self.receive.open()?, self.classify.open()?, self.prioritize.open()?, self.route.open()?])
        } else {
            None
        };
        let lot = if mode == Mode::Fresh { 1 } else { BATCH };
        let mut cycle: Vec<&Delivery> = self.deliveries.iter().collect();
        while cycle.len() < BATCH {
            cycle.extend(&self.deliveries);
        }
        let whole = cycle.len() - cycle.len() % BATCH;
        cycle.truncate(whole);
        time(calls, cycle.len(), || {
            for lot in cycle.chunks(lot) {
                match &mut warm {
                    Some(open) => self.lot(lot, open)?,
                    None => self.lot_in_turn(lot)?,
                }
            }
            Ok(())
        })
    }

    /// A lot on four instances that are there already.
    fn lot(&self, lot: &[&Delivery], [receive, classify, prioritize, route]: &mut [Open; 4]) -> Result<()> {
        for delivery in lot {
            for mut interaction in received(&self.receive, receive, delivery, self.now)? {
                interaction.signals = self.classified(classify, &interaction)?;
                let priority = self.ranked(prioritize, &interaction)?;
                std::hint::black_box(self.routed(route, &interaction, &priority)?);
            }
        }
        Ok(())
    }

    /// A lot step by step, each step on an instance of its own, which is dropped before the next.
    fn lot_in_turn(&self, lot: &[&Delivery]) -> Result<()> {
        let mut interactions = Vec::with_capacity(lot.len());
        let mut open = self.receive.open()?;
        for delivery in lot {
            interactions.extend(received(&self.receive, &mut open, delivery, self.now)?);
        }
        drop(open);
        let mut open = self.classify.open()?;
        for interaction in &mut interactions {
            interaction.signals = self.classified(&mut open, interaction)?;
        }
        drop(open);
        let mut open = self.prioritize.open()?;
        let priorities = interactions.iter().map(|one| self.ranked(&mut open, one)).collect::<Result<Vec<_>>>()?;
        drop(open);
        let mut open = self.route.open()?;
        for (interaction, priority) in interactions.iter().zip(&priorities) {
            std::hint::black_box(self.routed(&mut open, interaction, priority)?);
        }
        Ok(())
    }

    fn classified(&self, open: &mut Open, interaction: &Interaction) -> Result<Vec<Signal>> {
        let (lists,): (Vec<Vec<Signal>>,) = self.classify.call(open, (std::slice::from_ref(interaction),))?;
        Ok(lists.into_iter().flatten().collect())
    }

    fn ranked(&self, open: &mut Open, interaction: &Interaction) -> Result<Priority> {
        let (priority,): (Priority,) = self.prioritize.call(open, (interaction, &self.situation))?;
        Ok(priority)
    }

    fn routed(&self, open: &mut Open, interaction: &Interaction, priority: &Priority) -> Result<Routing> {
        let (routing,): (Routing,) = self.route.call(open, (interaction, &self.situation, Some(priority)))?;
        Ok(routing)
    }
}

fn received(guest: &Guest, open: &mut Open, delivery: &Delivery, now: u64) -> Result<Vec<Interaction>> {
    let (reception,): Received = guest.call(open, (delivery, now))?;
    let reception = reception.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
    Ok(reception.facts.into_iter().filter_map(|fact| records::said(fact, now)).collect())
}

/// One step alone, on instances that live as long as the mode says.
fn each<I>(
    guest: &Guest,
    mode: Mode,
    calls: usize,
    inputs: &[I],
    mut call: impl FnMut(&Guest, &mut Open, &I) -> Result<()>,
) -> Result<Took> {
    let life = match mode {
        Mode::Fresh => 1,
        Mode::Batch => BATCH,
        Mode::Warm => WARM,
    };
    let mut open = guest.open()?;
    let mut served = 0;
    time(calls, inputs.len(), || {
        for input in inputs {
            if served == life {
                open = guest.open()?;
                served = 0;
            }
            call(guest, &mut open, input)?;
            served += 1;
        }
        Ok(())
    })
}
