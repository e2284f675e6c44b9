//! The plugins as they serve: each call on a fresh instance, within its limits, and the whole chain as the host decides.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use dispatch::Arithmetic;
use dispatch::chain::{Decider, decision_id};
use dispatch::counters::Counters;
use dispatch::generation::Generation;
use dispatch::grant::Pseudonyms;
use dispatch::hop::Hop;
use dispatch::port::{Nothing, Plugin, Work};
use model::{
    Call, Decision, Delivery, Event, Fact, GenerationId, Header, Interaction, InteractionId, Priority, Reception, Routing, Secret,
    Situation, Timestamp, Trace, Trigger,
};
use runtime::{Report, Runtime, RuntimeSettings, Services};

use crate::native::{self, NOW, Native};
use crate::rounds::Rounds;
use crate::sample::{CONNECTOR, Sample};

/// The plugins, staged, and the host's chain around them.
pub(crate) struct Sandboxed {
    json: Arc<dyn Plugin>,
    sentiment: Arc<dyn Plugin>,
    four_factors: Arc<dyn Plugin>,
    rules: Arc<dyn Plugin>,
    generation: Arc<Generation>,
    decider: Decider,
    /// What the runtime is on this machine.
    pub(crate) report: Report,
    /// Keeps the engines' clock alive.
    _runtime: Runtime,
}

impl Sandboxed {
    /// With the sample's settings, grants and limits.
    pub(crate) async fn stage(sample: &Sample) -> Result<Self> {
        let services =
            Services { egress: Arc::new(Nothing), state: Arc::new(Nothing), keys: Arc::new(Arithmetic), secrets: Arc::new(Nothing) };
        let settings = RuntimeSettings { cache_dir: Some(sample.manifest.runtime.cache_dir.clone()), ..RuntimeSettings::default() };
        let runtime = Runtime::new(settings, services)?;
        let mut plugins = BTreeMap::new();
        for spec in &sample.manifest.configuration.plugins {
            let component = sample.manifest.components.get(&spec.name).with_context(|| format!("no component of `{}`", spec.name))?;
            let plugin = runtime.stage(spec, &component.bytes).await.with_context(|| format!("staging `{}`", spec.name))?;
            plugins.insert(spec.name.clone(), plugin);
        }
        let of = |name: &str| plugins.get(name).cloned().with_context(|| format!("the sample has no plugin `{name}`"));
        Ok(Self {
            json: of(CONNECTOR)?,
            sentiment: of("sentiment")?,
            four_factors: of("four-factors")?,
            rules: of("rules")?,
            generation: Arc::new(Generation::assemble(sample.manifest.configuration.clone(), plugins.clone())?),
            decider: Decider::new(Pseudonyms::new(Secret::new(vec![7; 32])), Hop::for_cores(), Arc::new(Counters::default())),
            report: runtime.report().clone(),
            _runtime: runtime,
        })
    }

    /// Checks that both say the same, so that the same work is measured.
    pub(crate) fn agrees_with(&self, native: &Native, sample: &Sample) -> Result<()> {
        for (ours, theirs) in deliveries(sample).iter().zip(native::deliveries(sample)) {
            let here: Vec<_> = self.chain(ours)?.into_iter().map(|(priority, routing)| (priority.score, texts(&routing))).collect();
            let there = native.chain(&theirs).into_iter();
            let there: Vec<_> = there
                .map(|(priority, routing)| (priority.score, routing.reasons.into_iter().map(|reason| reason.text).collect()))
                .collect();
            if here != there {
                bail!("sandboxed and native plugins disagree: {here:?}, {there:?}");
            }
        }
        Ok(())
    }

    /// One round of the steps and of the steps in a row.
    pub(crate) fn measure(&self, sample: &Sample, calls: usize, rounds: &mut Rounds) -> Result<()> {
        let deliveries = deliveries(sample);
        let (mut interactions, mut judged, mut prioritized) = (Vec::new(), Vec::new(), Vec::new());
        for interaction in self.read_all(sample)? {
            interactions.push(interaction.clone());
            let interaction = self.classified(interaction)?;
            judged.push(interaction.clone());
            let priority = good(self.four_factors.prioritize(&interaction, &situation()))?;
            prioritized.push((interaction, priority));
        }
        let now = Timestamp(NOW);
        rounds.time("sandboxed receive", calls, &deliveries, |delivery| self.json.receive(delivery, now));
        rounds.time("sandboxed classify", calls, &interactions, |interaction| self.sentiment.classify(std::slice::from_ref(interaction)));
        rounds.time("sandboxed prioritize", calls, &judged, |interaction| self.four_factors.prioritize(interaction, &situation()));
        rounds.time("sandboxed route", calls, &prioritized, |(interaction, priority)| {
            self.rules.route(interaction, &situation(), Some(priority))
        });
        rounds.time("sandboxed chain", calls, &deliveries, |delivery| self.chain(delivery));
        Ok(())
    }

    /// One round of the chain as the host decides: grants, conditions, pseudonyms, reasons and the trace, on its computing threads.
    pub(crate) async fn measure_host(&self, sample: &Sample, calls: usize, rounds: &mut Rounds) {
        let works: Vec<Work> = self.read_all(sample).unwrap_or_default().into_iter().map(|interaction| self.work(interaction)).collect();
        let passes = calls.div_ceil(works.len().max(1));
        let started = Instant::now();
        for work in (0..passes).flat_map(|_| &works) {
            std::hint::black_box(self.decide(work.clone()).await);
        }
        rounds.note("host decides", started.elapsed(), passes * works.len());
    }

    /// What the host decides.
    pub(crate) async fn decide(&self, work: Work) -> (Decision, Trace) {
        self.decider.decide(&self.generation, work, Timestamp(NOW), decision_id()).await
    }

    /// The generation that decides.
    pub(crate) fn generation(&self) -> &Generation {
        &self.generation
    }

    /// What the connector makes of a delivery.
    pub(crate) fn facts(&self, delivery: &Delivery) -> Result<Vec<Fact>> {
        let reception: Result<Reception, _> = good(self.json.receive(delivery, Timestamp(NOW)))?;
        Ok(reception.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?.facts)
    }

    /// From a delivery to where its interactions go.
    fn chain(&self, delivery: &Delivery) -> Result<Vec<(Priority, Routing)>> {
        let decide = |interaction: Interaction| {
            let interaction = self.classified(interaction)?;
            let priority = good(self.four_factors.prioritize(&interaction, &situation()))?;
            let routing = good(self.rules.route(&interaction, &situation(), Some(&priority)))?;
            Ok((priority, routing))
        };
        self.facts(delivery)?.into_iter().filter_map(said).map(decide).collect()
    }

    fn read_all(&self, sample: &Sample) -> Result<Vec<Interaction>> {
        let read = deliveries(sample).iter().map(|delivery| self.facts(delivery)).collect::<Result<Vec<_>>>()?;
        Ok(read.into_iter().flatten().filter_map(said).collect())
    }

    fn classified(&self, mut interaction: Interaction) -> Result<Interaction> {
        interaction.signals = good(self.sentiment.classify(std::slice::from_ref(&interaction)))?.into_iter().flatten().collect();
        Ok(interaction)
    }

    fn work(&self, interaction: Interaction) -> Work {
        Work { interaction, situation: situation(), read_by: GenerationId(self.generation.id().0.clone()) }
    }
}

/// What the shop pushes.
pub(crate) fn deliveries(sample: &Sample) -> Vec<Delivery> {
    sample.forms.iter().map(|form| delivery(form.to_string())).collect()
}

/// A push of this body.
pub(crate) fn delivery(body: String) -> Delivery {
    Delivery {
        method: "POST".to_owned(),
        url: "/hooks/shop".to_owned(),
        headers: vec![Header::new("content-type", "application/json")],
        body: body.into_bytes(),
        ..Delivery::default()
    }
}

fn situation() -> Situation {
    Situation { trigger: Trigger::Arrived, now: Timestamp(NOW), ..Situation::default() }
}

fn texts(routing: &Routing) -> Vec<String> {
    routing.reasons.iter().map(|reason| reason.text.clone()).collect()
}

fn good<T>(call: Call<T>) -> Result<T> {
    call.outcome.map_err(|fault| anyhow::anyhow!("{fault:?}"))
}

fn said(fact: Fact) -> Option<Interaction> {
    let Event::Said(item) = fact.event else { return None };
    Some(Interaction {
        id: InteractionId(item.source_id.clone()),
        connector: "shop".to_owned(),
        channel: "shop".to_owned(),
        conversation: item.conversation.unwrap_or(item.source_id),
        kind: item.kind,
        visibility: item.visibility,
        author: item.author,
        subject: item.subject,
        text: item.text,
        language: item.language,
        attachments: item.attachments,
        engagement: item.engagement,
        rating: item.rating,
        occurred_at: item.occurred_at.unwrap_or(Timestamp(NOW)),
        received_at: Timestamp(NOW),
        attributes: item.attributes,
        ..Interaction::default()
    })
}
