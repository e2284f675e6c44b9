//! Somebody who decides, or calls the sample's components, as often as asked.

use std::borrow::Cow;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Result;
use cpu_time::ThreadTime;
use policy::Input;
use serde::Serialize;

/// What a peer decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// 0 to 100.
    pub score: i64,
    /// Where to.
    pub queue: Cow<'static, str>,
}

/// How a peer is used.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// By which it is asked for.
    pub name: &'static str,
    /// What it is, for people.
    pub title: String,
    /// Of which version.
    pub version: String,
    /// Which bounds it runs under.
    pub limits: &'static str,
    /// What of one call the next one finds.
    pub state: &'static str,
}

/// Decides about one input at a time.
pub trait Contender {
    /// How it is used.
    fn about(&self) -> About;
    /// From a value of the host's to a decision of the host's, whatever lies between them.
    fn decide(&mut self, input: &Input) -> Result<Outcome>;
}

/// What a round took.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Took {
    /// CPU time of this thread, for each call.
    pub cpu_us: f64,
    /// By the clock, for each call.
    pub wall_us: f64,
    /// How many calls.
    pub calls: usize,
}

/// Times `pass`, which makes this many calls, until there were at least `calls` of them.
pub fn time(calls: usize, in_a_pass: usize, mut pass: impl FnMut() -> Result<()>) -> Result<Took> {
    let passes = calls.div_ceil(in_a_pass.max(1)).max(1);
    let (cpu, wall) = (ThreadTime::now(), Instant::now());
    for _ in 0..passes {
        pass()?;
    }
    let (cpu, wall) = (cpu.elapsed(), wall.elapsed());
    let calls = passes * in_a_pass.max(1);
    Ok(Took { cpu_us: each(cpu, calls), wall_us: each(wall, calls), calls })
}

/// Times a contender over all inputs.
pub fn time_contender(contender: &mut dyn Contender, inputs: &[Input], calls: usize) -> Result<Took> {
    time(calls, inputs.len(), || {
        for input in inputs {
            black_box(contender.decide(black_box(input))?);
        }
        Ok(())
    })
}

fn each(took: Duration, calls: usize) -> f64 {
    took.as_secs_f64() * 1e6 / calls as f64
}
