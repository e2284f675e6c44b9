//! The side of the conversation that measures: one line asks, one line answers.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use policy::Input;
use serde::{Deserialize, Serialize};

use crate::contender::{About, Contender, Took, time_contender};
use crate::engines;
use crate::raw::{Answer, Raw};

/// Some parsers recurse deeply.
const STACK_BYTES: usize = 256 << 20;
/// How many inputs all must agree on.
const INPUTS: usize = 256;

/// What is measured with.
#[derive(Deserialize)]
pub struct Given {
    /// Extism's guest.
    extism: PathBuf,
    /// The sample's plugins as Pointsman has compiled them, by role; absent: raw calls are not measured.
    compiled: Option<BTreeMap<String, PathBuf>>,
    /// What the sample's connector is given.
    bodies: Vec<String>,
    /// The time of everything.
    now: u64,
}

#[derive(Deserialize)]
struct Ask {
    measure: String,
    calls: usize,
}

/// What is said first.
#[derive(Serialize)]
struct Hello {
    contenders: Vec<About>,
    raw: Vec<String>,
    /// Inputs about which each contender was asked.
    inputs: usize,
    mismatches: Vec<String>,
    /// What the components said about each body.
    answers: Vec<Answer>,
    wasmtime: String,
}

/// Answers until stdin ends.
pub fn serve(given: &Path) -> Result<()> {
    let given: Given = serde_json::from_slice(&std::fs::read(given)?).context("reading what is given")?;
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || talk(&given))?;
    thread.join().map_err(|_| anyhow::anyhow!("the measuring thread panicked"))?
}

fn talk(given: &Given) -> Result<()> {
    let inputs = policy::inputs(INPUTS);
    let mut contenders = engines::all(&given.extism)?;
    let mut raw = given.compiled.as_ref().map(|compiled| Raw::load(compiled, &given.bodies, given.now)).transpose()?;
    let hello = Hello {
        contenders: contenders.iter().map(|contender| contender.about()).collect(),
        raw: raw.iter().flat_map(Raw::names).collect(),
        inputs: inputs.len(),
        mismatches: mismatches(&mut contenders, &inputs)?,
        answers: raw.as_mut().map(Raw::answers).transpose()?.unwrap_or_default(),
        wasmtime: crate::versions::of("wasmtime"),
    };
    say(&hello)?;
    for line in std::io::stdin().lock().lines() {
        let ask: Ask = serde_json::from_str(&line?)?;
        say(&answer(&ask, &mut contenders, raw.as_mut(), &inputs)?)?;
    }
    Ok(())
}

fn answer(ask: &Ask, contenders: &mut [Box<dyn Contender>], raw: Option<&mut Raw>, inputs: &[Input]) -> Result<Took> {
    if let Some(contender) = contenders.iter_mut().find(|contender| contender.about().name == ask.measure) {
        return time_contender(contender.as_mut(), inputs, ask.calls);
    }
    match raw {
        Some(raw) => raw.measure(&ask.measure, ask.calls),
        None => bail!("nobody is called `{}`", ask.measure),
    }
}

/// Where a contender decides otherwise than native code.
fn mismatches(contenders: &mut [Box<dyn Contender>], inputs: &[Input]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for contender in contenders {
        let name = contender.about().name;
        for (at, input) in inputs.iter().enumerate() {
            let expected = policy::decide(&input.subject());
            let decided = contender.decide(input).with_context(|| format!("{name} on input {at}"))?;
            if decided.score != expected.score || decided.queue != expected.queue {
                found.push(format!("{name} on input {at}: {decided:?}, native code: {expected:?}"));
            }
        }
    }
    Ok(found)
}

fn say(what: &impl Serialize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, what)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}
