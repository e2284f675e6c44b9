//! The sample chain: native, in each isolation mode, with and without accounting, as the host decides, on one core and two.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use dispatch::port::Work;
use model::Isolation;
use runtime::{Report, Runtime};

use crate::deciding::{Deciding, TOGETHER};
use crate::inputs;
use crate::native::Native;
use crate::rounds::Rounds;
use crate::sample::Sample;
use crate::sandboxed::{self, BATCH, MODES, Sandboxed};
use crate::two::{self, Workers};

/// Everything that is measured of the chain.
pub(crate) struct Chain {
    native: Native,
    modes: Vec<Sandboxed>,
    unaccounted: Vec<Sandboxed>,
    deciding: Vec<(String, Deciding, Vec<Work>)>,
    workers: Workers,
    /// What the runtime is on this machine.
    pub(crate) report: Report,
    /// One that accounts, one that does not.
    runtimes: [Runtime; 2],
}

impl Chain {
    /// Stages everything and checks that all say the same.
    pub(crate) async fn stage(sample: &Sample) -> Result<Self> {
        let native = Native::configure(sample)?;
        let runtimes = [sandboxed::runtime(sample, true)?, sandboxed::runtime(sample, false)?];
        let [accounted, unaccounted] = &runtimes;
        let (mut modes, mut without, mut deciding) = (Vec::new(), Vec::new(), Vec::new());
        for (mode, isolation, lot) in MODES {
            modes.push(Sandboxed::stage(sample, accounted, format!("pointsman/{mode}"), isolation, lot).await?);
            without.push(Sandboxed::stage(sample, unaccounted, format!("unaccounted/{mode}"), isolation, lot).await?);
            deciding.push((format!("decider/{mode}"), decider(sample, accounted, isolation).await?));
        }
        for staged in modes.iter().chain(&without) {
            staged.agrees_with(&native, sample)?;
        }
        let strict = modes.first().context("no mode")?;
        let deciding = with_works(deciding, strict, sample).await?;
        let workers = Workers::start()?;
        Ok(Self { native, modes, unaccounted: without, deciding, workers, report: sandboxed::report(accounted), runtimes })
    }

    /// One round.
    pub(crate) async fn round(&mut self, sample: &Sample, calls: usize, rounds: &mut Rounds) -> Result<()> {
        self.native.measure(sample, calls, rounds);
        for (staged, without) in self.modes.iter().zip(&self.unaccounted) {
            staged.measure(sample, calls, rounds)?;
            without.measure_chain(sample, calls, rounds);
        }
        for (name, deciding, works) in &self.deciding {
            deciding.measure(name, works, (calls, TOGETHER), rounds).await?;
            deciding.measure(&format!("{name}-alone"), works, (calls, 1), rounds).await?;
        }
        let deliveries = inputs::deliveries(sample);
        for staged in &self.modes {
            two::threads(staged, &deliveries, calls, rounds)?;
        }
        two::native(&self.native, sample, calls * 8, rounds);
        self.workers.measure(calls, rounds)
    }

    /// That accounts.
    pub(crate) fn runtime(&self) -> &Runtime {
        let [accounted, _] = &self.runtimes;
        accounted
    }

    /// In the strictest mode, for what else needs decisions.
    pub(crate) fn strict(&self) -> Result<(&Sandboxed, &Deciding)> {
        let (_, deciding, _) = self.deciding.first().context("no mode")?;
        Ok((self.modes.first().context("no mode")?, deciding))
    }

    /// What native code says about each delivery: scores, and reasons in words.
    pub(crate) fn answers(&self, sample: &Sample) -> Vec<(f32, Vec<String>)> {
        let decided = crate::native::deliveries(sample).into_iter().flat_map(|delivery| self.native.chain(&delivery));
        decided.map(|(rank, routing)| (rank.score, routing.reasons.into_iter().map(|reason| reason.text).collect())).collect()
    }
}

async fn decider(sample: &Sample, runtime: &Runtime, isolation: Isolation) -> Result<Deciding> {
    let mut configuration = sample.manifest.configuration.clone();
    let mut plugins = BTreeMap::new();
    for spec in &mut configuration.plugins {
        spec.isolation = isolation;
        plugins.insert(spec.name.clone(), sandboxed::staged(sample, runtime, &spec.name, isolation).await?);
    }
    Deciding::new(configuration, plugins)
}

async fn with_works(deciding: Vec<(String, Deciding)>, strict: &Sandboxed, sample: &Sample) -> Result<Vec<(String, Deciding, Vec<Work>)>> {
    let mut all = Vec::new();
    for (name, deciding) in deciding {
        let facts = inputs::deliveries(sample).iter().map(|delivery| strict.facts(delivery)).collect::<Result<Vec<_>>>()?;
        let works: Vec<Work> = facts.into_iter().flatten().filter_map(inputs::said).map(|one| deciding.work(one)).collect();
        deciding.check(&works).await?;
        all.push((name, deciding, works));
    }
    debug_assert!(all.iter().all(|(_, _, works)| works.len() >= BATCH));
    Ok(all)
}
