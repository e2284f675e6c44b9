//! The pure steps of interactions whose turns have come at once: each step is asked about all of them together.
//!
//! What each of them gets is what it would have got alone: conditions, faults, fallbacks, holds and budgets are its own. What the asking
//! took is charged to all who were asked in equal parts, so that a slow plugin uses up no budget but those of its own interactions.

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::ask;
use super::bound::{BoundChain, BoundStep};
use super::run::{Asked, Run};
use crate::breaker::Pass;
use crate::generation::{Chain, Remedy, Step};
use crate::port::Budget;

/// Runs the pure steps of one chain for some interactions, on this thread.
pub(super) fn judge(runs: &mut [Run]) {
    let Some(first) = runs.first() else { return };
    let (generation, bound) = (Arc::clone(&first.generation), Arc::clone(&first.bound));
    let (Some(chain), Some(bound)) = (generation.chains().get(first.chain), bound.chain(first.chain)) else { return };
    let judged = catch_unwind(AssertUnwindSafe(|| all_steps(runs, chain, bound)));
    for run in runs {
        run.judged = true;
        if judged.is_err() {
            run.broken();
        }
    }
}

fn all_steps(runs: &mut [Run], chain: &Chain, bound: &BoundChain) {
    for (step, bound_step) in bound.judges(chain) {
        let reached = runs.iter_mut().filter_map(|run| run.reaches(step).then_some(run)).collect();
        one_step(reached, step, bound_step, bound);
    }
}

fn one_step(reached: Vec<&mut Run>, step: &Step, bound_step: &BoundStep, bound: &BoundChain) {
    let first = Asked { plugin: &*step.plugin, callee: &bound_step.first, chain: &bound.meter, instead_of: None };
    let faulted = ask_all(reached, step, &first);
    if let (Remedy::Fallback(other), Some(callee)) = (&step.on_fault, &bound_step.fallback) {
        let instead_of = Some(step.plugin.info().spec.name.as_str());
        ask_all(faulted, step, &Asked { plugin: &**other, callee, chain: &bound.meter, instead_of });
    }
}

/// Asks one plugin about all of them; returns those for which another is to be asked.
fn ask_all<'a>(runs: Vec<&'a mut Run>, step: &Step, asked: &Asked<'_>) -> Vec<&'a mut Run> {
    let mut elsewhere = Vec::new();
    let deadline_ms = asked.plugin.info().spec.limits.deadline_ms;
    let mut together: Vec<(&mut Run, u64)> = Vec::with_capacity(runs.len());
    let mut again: Vec<&mut Run> = Vec::new();
    for run in runs {
        if run.replay.is_some() {
            match run.recall_pure(step, asked) {
                None => again.push(run),
                Some(true) => elsewhere.push(run),
                Some(false) => {}
            }
            continue;
        }
        match run.left_ms() {
            Err(kind) => {
                if run.refused(step, asked, kind) {
                    elsewhere.push(run);
                }
            }
            // Whose time ends before the plugin's own deadline is asked alone: nobody else is to have less for it.
            Ok(left_ms) if left_ms < deadline_ms => ask_some(vec![(run, left_ms)], step, asked, &mut elsewhere),
            Ok(left_ms) => together.push((run, left_ms)),
        }
    }
    ask_some(together, step, asked, &mut elsewhere);
    ask_now(again, step, asked, Leave::Redecided, &mut elsewhere);
    elsewhere
}

/// On what terms a plugin is called.
enum Leave {
    /// Let through by its breaker, with so many milliseconds left.
    Live(Pass, u64),
    /// By nobody's leave, and without haste.
    Redecided,
}

fn ask_some<'a>(mut runs: Vec<(&'a mut Run, u64)>, step: &Step, asked: &Asked<'_>, elsewhere: &mut Vec<&'a mut Run>) {
    while !runs.is_empty() {
        match asked.callee.breaker.admit(&asked.plugin.info().spec.breaker, runs.len()) {
            Err(kind) => {
                elsewhere.extend(runs.into_iter().filter_map(|(run, _)| run.refused(step, asked, kind.clone()).then_some(run)));
                return;
            }
            Ok(pass) => {
                let later = runs.split_off(pass.calls().clamp(1, runs.len()));
                let left_ms = runs.iter().map(|(_, left_ms)| *left_ms).min().unwrap_or_default();
                let now = runs.into_iter().map(|(run, _)| run).collect();
                ask_now(now, step, asked, Leave::Live(pass, left_ms), elsewhere);
                runs = later;
            }
        }
    }
}

fn ask_now<'a>(runs: Vec<&'a mut Run>, step: &Step, asked: &Asked<'_>, leave: Leave, elsewhere: &mut Vec<&'a mut Run>) {
    let Some(first) = runs.first() else { return };
    let clock = Arc::clone(first.clock());
    let (pass, budget) = match leave {
        Leave::Live(pass, left_ms) => (Some(pass), Budget::of(left_ms)),
        Leave::Redecided => (None, Budget::UNHURRIED),
    };
    let seen: Vec<_> = runs.iter().map(|run| run.seen_by(asked.plugin)).collect();
    let questions: Vec<_> = runs.iter().zip(&seen).map(|(run, seen)| run.question(seen)).collect();
    let began = clock.elapsed();
    let calls = ask::pure(asked.plugin, step.role, &questions, budget);
    let took = clock.elapsed().saturating_sub(began);
    if let Some(pass) = pass {
        pass.heard(calls.iter().map(|call| call.outcome.as_ref().err()));
    }
    let charged = took / u32::try_from(runs.len()).unwrap_or(u32::MAX).max(1);
    for ((run, seen), call) in runs.into_iter().zip(seen).zip(calls) {
        run.spend(charged);
        if run.heard(step, asked, seen, call) {
            elsewhere.push(run);
        }
    }
}
