//! The sample's plugins as they serve, in each isolation mode, called through the port: within their limits, checked and accounted for.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use dispatch::Arithmetic;
use dispatch::port::{Budget, Nothing, Plugin, Question, only};
use model::{Call, Delivery, Fact, Interaction, Isolation, Priority, Routing, Timestamp};
use runtime::{Report, Runtime, RuntimeSettings, Services};

use crate::inputs::{self, good};
use crate::native::{self, NOW, Native};
use crate::rounds::Rounds;
use crate::sample::{CONNECTOR, Sample};

/// Calls at a time: several runtimes share this process's address space.
const INSTANCES_MAX: u32 = 256;
/// Interactions of a batch, and calls of a warm instance.
pub(crate) const BATCH: usize = 32;
/// The modes that are measured, and how many interactions are handed over at once in each.
pub(crate) const MODES: [(&str, Isolation, usize); 3] = [
    ("interaction", Isolation::Interaction, 1),
    ("batch", Isolation::Batch { interactions_max: 32 }, BATCH),
    ("warm", Isolation::Warm { calls_max: 1_000 }, 1),
];

/// The plugins of the sample's chain in one mode.
pub(crate) struct Sandboxed {
    /// `pointsman/interaction`
    name: String,
    lot: usize,
    json: Arc<dyn Plugin>,
    sentiment: Arc<dyn Plugin>,
    four_factors: Arc<dyn Plugin>,
    rules: Arc<dyn Plugin>,
}

/// A runtime that lends nothing.
pub(crate) fn runtime(sample: &Sample, accounting: bool) -> Result<Runtime> {
    runtime_with_cache(sample.manifest.runtime.cache_dir.clone(), accounting)
}

/// The same, with its compiled plugins there.
pub(crate) fn runtime_with_cache(cache_dir: PathBuf, accounting: bool) -> Result<Runtime> {
    let services = Services { egress: Arc::new(Nothing), state: Arc::new(Nothing), keys: Arc::new(Arithmetic), secrets: Arc::new(Nothing) };
    Ok(Runtime::new(
        RuntimeSettings { cache_dir: Some(cache_dir), accounting, instances_max: INSTANCES_MAX, ..RuntimeSettings::default() },
        services,
    )?)
}

/// Stages a plugin of the sample in a mode.
pub(crate) async fn staged(sample: &Sample, runtime: &Runtime, name: &str, isolation: Isolation) -> Result<Arc<dyn Plugin>> {
    let spec = sample.manifest.configuration.plugins.iter().find(|spec| spec.name == name);
    let mut spec = spec.with_context(|| format!("the sample has no plugin `{name}`"))?.clone();
    spec.isolation = isolation;
    let component = sample.manifest.components.get(name).with_context(|| format!("no component of `{name}`"))?;
    runtime.stage(&spec, &component.bytes).await.with_context(|| format!("staging `{name}`"))
}

impl Sandboxed {
    /// With the sample's settings, grants and limits.
    pub(crate) async fn stage(sample: &Sample, runtime: &Runtime, name: String, isolation: Isolation, lot: usize) -> Result<Self> {
        Ok(Self {
            name,
            lot,
            json: staged(sample, runtime, CONNECTOR, isolation).await?,
            sentiment: staged(sample, runtime, "sentiment", isolation).await?,
            four_factors: staged(sample, runtime, "four-factors", isolation).await?,
            rules: staged(sample, runtime, "rules", isolation).await?,
        })
    }

    /// Checks that both say the same, so that the same work is measured.
    pub(crate) fn agrees_with(&self, native: &Native, sample: &Sample) -> Result<()> {
        let ours = inputs::deliveries(sample);
        let there = native::deliveries(sample).iter().flat_map(|delivery| native.chain(delivery)).collect::<Vec<_>>();
        let here = ours.chunks(self.lot).map(|lot| self.decide(lot)).collect::<Result<Vec<_>>>()?;
        let here: Vec<_> = here.into_iter().flatten().map(|(priority, routing)| (priority.score, inputs::texts(&routing))).collect();
        let there: Vec<_> = there
            .into_iter()
            .map(|(priority, routing)| (priority.score, routing.reasons.into_iter().map(|reason| reason.text).collect()))
            .collect();
        if here != there {
            bail!("{} and native plugins disagree: {here:?}, {there:?}", self.name);
        }
        Ok(())
    }

    /// One round of each step alone and of the steps in a row.
    pub(crate) fn measure(&self, sample: &Sample, calls: usize, rounds: &mut Rounds) -> Result<()> {
        let deliveries = inputs::deliveries(sample);
        let lots: Vec<Vec<&Delivery>> = deliveries.chunks(self.lot).map(|lot| lot.iter().collect()).collect();
        let (mut judged, mut prioritized) = (Vec::new(), Vec::new());
        let interactions = self.read(&deliveries.iter().collect::<Vec<_>>())?;
        for interaction in interactions.clone() {
            let interaction = self.classified(vec![interaction])?.remove(0);
            let priority = only(self.four_factors.prioritize(&[question(&interaction, None)], Budget::WHOLE));
            prioritized.push((interaction.clone(), good(priority)?));
            judged.push(interaction);
        }
        let (now, calls) = (Timestamp(NOW), calls.div_ceil(self.lot));
        let whole = Budget::WHOLE;
        self.time(rounds, "receive", calls, &lots, |lot| self.json.receive(lot, now));
        let lots: Vec<Vec<Question<'_>>> = self.lots(interactions.iter().map(|one| question(one, None)));
        self.time(rounds, "classify", calls, &lots, |lot| self.sentiment.classify(lot, whole));
        let lots: Vec<Vec<Question<'_>>> = self.lots(judged.iter().map(|one| question(one, None)));
        self.time(rounds, "prioritize", calls, &lots, |lot| self.four_factors.prioritize(lot, whole));
        let lots: Vec<Vec<Question<'_>>> = self.lots(prioritized.iter().map(|(one, priority)| question(one, Some(priority))));
        self.time(rounds, "route", calls, &lots, |lot| self.rules.route(lot, whole));
        self.measure_chain(sample, calls * self.lot, rounds);
        Ok(())
    }

    /// One round of the whole chain.
    pub(crate) fn measure_chain(&self, sample: &Sample, calls: usize, rounds: &mut Rounds) {
        let deliveries = inputs::deliveries(sample);
        let lots: Vec<&[Delivery]> = deliveries.chunks(self.lot).collect();
        self.time(rounds, "chain", calls.div_ceil(self.lot), &lots, |lot| self.decide(lot));
    }

    /// The mode's name.
    pub(crate) fn mode(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// The chain over deliveries, so often on this thread.
    pub(crate) fn run(&self, deliveries: &[Delivery], calls: usize) -> Result<()> {
        let mut lots = deliveries.chunks(self.lot).cycle().take(calls.div_ceil(self.lot));
        lots.try_for_each(|lot| self.decide(lot).map(drop))
    }

    /// What the connector makes of a delivery.
    pub(crate) fn facts(&self, delivery: &Delivery) -> Result<Vec<Fact>> {
        facts(only(self.json.receive(&[delivery], Timestamp(NOW))))
    }

    /// From deliveries to where their interactions go.
    fn decide(&self, lot: &[Delivery]) -> Result<Vec<(Priority, Routing)>> {
        let interactions = self.classified(self.read(&lot.iter().collect::<Vec<_>>())?)?;
        let questions: Vec<Question<'_>> = interactions.iter().map(|one| question(one, None)).collect();
        let priorities = self.four_factors.prioritize(&questions, Budget::WHOLE).into_iter().map(good).collect::<Result<Vec<_>>>()?;
        let questions: Vec<Question<'_>> = interactions.iter().zip(&priorities).map(|(one, rank)| question(one, Some(rank))).collect();
        let routings = self.rules.route(&questions, Budget::WHOLE).into_iter().map(good).collect::<Result<Vec<_>>>()?;
        Ok(priorities.into_iter().zip(routings).collect())
    }

    fn read(&self, lot: &[&Delivery]) -> Result<Vec<Interaction>> {
        let received = self.json.receive(lot, Timestamp(NOW)).into_iter().map(facts).collect::<Result<Vec<_>>>()?;
        Ok(received.into_iter().flatten().filter_map(inputs::said).collect())
    }

    fn classified(&self, mut interactions: Vec<Interaction>) -> Result<Vec<Interaction>> {
        let questions: Vec<Question<'_>> = interactions.iter().map(|one| question(one, None)).collect();
        let found = self.sentiment.classify(&questions, Budget::WHOLE).into_iter().map(good).collect::<Result<Vec<_>>>()?;
        for (interaction, signals) in interactions.iter_mut().zip(found) {
            interaction.signals = signals;
        }
        Ok(interactions)
    }

    fn lots<'a>(&self, questions: impl Iterator<Item = Question<'a>>) -> Vec<Vec<Question<'a>>> {
        let all: Vec<Question<'a>> = questions.collect();
        all.chunks(self.lot).map(<[_]>::to_vec).collect()
    }

    /// A lot is so many interactions: the figure is for each of them.
    fn time<I, O>(&self, rounds: &mut Rounds, part: &str, calls: usize, lots: &[I], each: impl FnMut(&I) -> O) {
        let name = format!("{}/{part}", self.name);
        rounds.time_lots(&name, calls, lots, self.lot, each);
    }
}

/// What the runtime is on this machine.
pub(crate) fn report(runtime: &Runtime) -> Report {
    runtime.report().clone()
}

fn facts(call: Call<Result<model::Reception, model::Refusal>>) -> Result<Vec<Fact>> {
    Ok(good(call)?.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?.facts)
}

fn question<'a>(interaction: &'a Interaction, priority: Option<&'a Priority>) -> Question<'a> {
    Question { interaction, situation: &inputs::SITUATION, priority }
}
