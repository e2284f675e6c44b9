//! `pointsman backtest`: what a candidate would have done with history.

mod judging;
mod measure;
mod report;
#[cfg(test)]
mod tests;
mod told;

use std::path::Path;
use std::sync::Arc;

use cpu_time::ProcessTime;
use dispatch::backtest::{Gate, GateNames, GateShape, Tally};
use dispatch::breaker::Breakers;
use dispatch::chain::Decider;
use dispatch::counters::Counters;
use dispatch::grant::Pseudonyms;
use dispatch::hop::Hop;
use dispatch::port::{Clock as _, Nothing, SystemClock};
use manifest::{Manifest, Proof};
use model::{Arm, Configuration};
use serde_json::json;

use self::judging::Judging;
use self::report::{Report, Speed};
use crate::args::{Backtest, Cli};
use crate::assemble::{self, Outside};
use crate::command::decisions::open;
use crate::document;
use crate::exit::{Code, Done, Failure};
use crate::pages::{Pages, Stretch};
use crate::progress::Progress;
use crate::{configuration, output, period, proof};

/// Judges history, keeps the proof, and fails when a gate is met.
pub(crate) fn run(cli: &Cli, args: &Backtest) -> Done {
    let quietly = |path: &Path| configuration::read(path, false).map_err(|findings| configuration::refused(&findings));
    let serving = quietly(&args.config.config)?;
    let candidate = args.candidate.as_deref().map(quietly).transpose()?;
    let candidate = candidate.as_ref().unwrap_or(&serving);
    let shape = GateShape::new(&names(&[&serving.configuration, &candidate.configuration]));
    let gates = gates(&args.fail_if, &shape)?;
    let stretch = stretch(args)?;
    if let Some(name) = args.chain.as_deref().filter(|name| !knows_chain(&[&serving, candidate], name)) {
        return Err(Failure::new(
            Code::NotFound,
            format!("there is no chain `{name}`, neither in the candidate nor in what is configured"),
        ));
    }
    let judged = tokio::runtime::Runtime::new()?.block_on(judge(cli, args, (&serving, candidate), stretch))?;
    let summary = judged.tally.summary();
    let gated = gates.iter().map(|gate| gate.judge(&summary, &shape)).collect();
    let mut report = Report::new(args, candidate, stretch, judged, gated);
    report.proof = prove(&serving, candidate, &report)?;
    show(cli, args, &report)?;
    report.outcome()
}

/// What judging came to.
struct Judged {
    tally: Tally,
    generation: model::GenerationId,
    speed: Speed,
    chain_speed: Option<Speed>,
}

async fn judge(cli: &Cli, args: &Backtest, (serving, candidate): (&Manifest, &Manifest), stretch: Stretch) -> Done<Judged> {
    let store = Arc::new(open(serving).await?);
    let pseudonyms = Pseudonyms::new(assemble::known_pseudonym_key(&serving.store.path)?);
    let outside = Outside { egress: Arc::new(Nothing), state: Arc::new(Nothing), secrets: Arc::new(Nothing) };
    let runtime = assemble::runtime(candidate, outside)?;
    let generation = Arc::new(assemble::generation(candidate, &runtime).await?);
    let pages = Pages::new(store.clone(), stretch).await?;
    let progress = Progress::of(pages.total(), cli.language().choose("judged", "jugées"));
    let judging = Judging {
        pages,
        decider: decider(pseudonyms),
        generation: Arc::clone(&generation),
        chain: args.chain.clone(),
        progress,
        samples: args.measure.then(Default::default),
    };
    let (began, cpu) = (SystemClock.elapsed(), ProcessTime::now());
    let judging = Arc::new(judging);
    let tally = judging::all(&judging).await?;
    let speed = Speed::over(tally.decisions(), SystemClock.elapsed().saturating_sub(began), cpu.elapsed(), cores());
    let chain_speed = match &judging.samples {
        Some(samples) => Some(measure::chain(&judging.decider, &generation, samples.take()).await),
        None => None,
    };
    store.close().await;
    Ok(Judged { tally, generation: generation.id().clone(), speed, chain_speed })
}

/// A decider for what was decided before: nobody counts with it, and nothing trips.
pub(crate) fn decider(pseudonyms: Pseudonyms) -> Decider {
    let breakers = Arc::new(Breakers::new(Arc::new(SystemClock)));
    Decider::new(pseudonyms, Hop::for_cores(), Arc::new(Counters::default()), breakers)
}

/// Queues, chains and plugins that gates may name.
fn names(configurations: &[&Configuration]) -> GateNames {
    let mut names = GateNames::default();
    for configuration in configurations {
        names.queues.extend(configuration.queues.iter().map(|queue| queue.name.clone()));
        names.queues.extend(configuration.chains.iter().map(|chain| chain.hold_queue.clone()));
        names.chains.extend(configuration.chains.iter().map(|chain| chain.name.clone()));
        names.plugins.extend(configuration.plugins.iter().map(|plugin| plugin.name.clone()));
    }
    names
}

/// All gates, or everything that is wrong with them.
fn gates(sources: &[String], shape: &GateShape) -> Done<Vec<Gate>> {
    let (mut gates, mut wrong) = (Vec::new(), Vec::new());
    for source in sources {
        match Gate::compile(source, shape) {
            Ok(gate) => gates.push(gate),
            Err(error) => wrong.push(format!("--fail-if '{source}': {error}")),
        }
    }
    if wrong.is_empty() { Ok(gates) } else { Err(Failure::wrong(wrong.join("\n"))) }
}

fn stretch(args: &Backtest) -> Done<Stretch> {
    let now = SystemClock.now();
    let moment = |text: &Option<String>| text.as_deref().map(|text| period::moment(text, now)).transpose().map_err(Failure::wrong);
    // Without an end a host that serves would keep it busy for ever.
    let until = moment(&args.until)?.or(Some(now.plus_ms(1)));
    Ok(Stretch { since: moment(&args.since)?.unwrap_or_default(), until, decisions_max: args.limit, brief: true })
}

fn knows_chain(manifests: &[&Manifest], name: &str) -> bool {
    manifests.iter().any(|manifest| manifest.configuration.chains.iter().any(|chain| chain.name == name))
}

/// The outcome, for whoever wants to apply the candidate. One that judged nothing, or that nothing could have failed, proves nothing.
fn prove(serving: &Manifest, candidate: &Manifest, report: &Report) -> Done<Option<String>> {
    if report.summary.judged == 0 || report.gates.is_empty() {
        return Ok(None);
    }
    let proof = Proof {
        kind: Arm::Backtest,
        generation: report.candidate.clone(),
        at: report.at,
        passed: report.passed,
        summary: proof_summary(candidate, report),
    };
    match proof::write(&serving.store.path, proof) {
        Ok(path) => Ok(Some(path.display().to_string())),
        // A store that somebody else owns may be read, and the report is still worth reading.
        Err(failure) => {
            output::diagnostic(failure.text());
            Ok(None)
        }
    }
}

/// The figures that a plan shows, and how many decisions each chain made.
fn proof_summary(candidate: &Manifest, report: &Report) -> serde_json::Value {
    let summary = &report.summary;
    let made = |name: &str| summary.chains.get(name).map_or(0, |load| load.candidate);
    let chains: serde_json::Map<_, _> =
        candidate.configuration.chains.iter().map(|chain| (chain.name.clone(), made(&chain.name).into())).collect();
    let failed: Vec<&str> = report.gates.iter().filter(|gate| gate.failed).map(|gate| gate.fail_if.as_str()).collect();
    json!({
        "judged": summary.judged,
        "flips": summary.flips.count,
        "flips_percent": document::percent(summary.flips.share),
        "faults": summary.faults.candidate.count,
        "gates": report.gates.len(),
        "failed": if failed.is_empty() { serde_json::Value::Null } else { failed.join("; ").into() },
        "chains": chains,
    })
}

fn show(cli: &Cli, args: &Backtest, report: &Report) -> Done {
    let told = told::document(report, cli.language());
    if let Some(path) = &args.html {
        let failed = |error| Failure::unavailable(format!("{} cannot be written: {error}", path.display()));
        std::fs::write(path, document::page(&told)).map_err(failed)?;
    }
    if cli.json {
        output::json(report)
    } else {
        output::line(&document::text(&told))
    }
    Ok(())
}

/// Cores of this machine that the process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
