//! The plugins as plain Rust at full optimisation: the same code with the machine's allocator and without a border.

use anyhow::{Context as _, Result};
use four_factors::FourFactors;
use json::Json;
use pointsman_plugin::settings::from_value;
use pointsman_plugin::{
    Classifier as _, Delivery, Event, Header, Interaction, Plugin, Prioritizer as _, Priority, Reception, Router as _, Routing, Situation,
    Timestamp, Webhook as _,
};
use rules::Rules;
use sentiment::Sentiment;

use crate::rounds::Rounds;
use crate::sample::{CONNECTOR, Sample};

/// The plugins, configured.
pub(crate) struct Native {
    json: Json,
    sentiment: Sentiment,
    four_factors: FourFactors,
    rules: Rules,
}

/// What each step is given.
struct Inputs {
    deliveries: Vec<Delivery>,
    interactions: Vec<Interaction>,
    judged: Vec<Interaction>,
    prioritized: Vec<(Interaction, Priority)>,
}

impl Native {
    /// With the sample's settings.
    pub(crate) fn configure(sample: &Sample) -> Result<Self> {
        Ok(Self {
            json: configured(sample, CONNECTOR)?,
            sentiment: configured(sample, "sentiment")?,
            four_factors: configured(sample, "four-factors")?,
            rules: configured(sample, "rules")?,
        })
    }

    /// One round.
    pub(crate) fn measure(&self, sample: &Sample, calls: usize, rounds: &mut Rounds) {
        let inputs = self.inputs(sample);
        let situation = Situation { now: NOW, ..Situation::default() };
        rounds.time("native/receive", calls, &inputs.deliveries, |delivery| self.json.receive(delivery, NOW));
        rounds
            .time("native/classify", calls, &inputs.interactions, |interaction| self.sentiment.classify(std::slice::from_ref(interaction)));
        rounds.time("native/prioritize", calls, &inputs.judged, |interaction| self.four_factors.prioritize(interaction, &situation));
        rounds.time("native/route", calls, &inputs.prioritized, |(interaction, priority)| {
            self.rules.route(interaction, &situation, Some(priority))
        });
        rounds.time("native/chain", calls, &inputs.deliveries, |delivery| self.chain(delivery));
    }

    /// From a delivery to where its interactions go.
    pub(crate) fn chain(&self, delivery: &Delivery) -> Vec<(Priority, Routing)> {
        let situation = Situation { now: NOW, ..Situation::default() };
        let decide = |interaction: Interaction| {
            let interaction = self.classified(interaction);
            let priority = self.four_factors.prioritize(&interaction, &situation);
            let routing = self.rules.route(&interaction, &situation, Some(&priority));
            (priority, routing)
        };
        self.read(delivery).into_iter().map(decide).collect()
    }

    fn read(&self, delivery: &Delivery) -> Vec<Interaction> {
        said(self.json.receive(delivery, NOW).unwrap_or_default())
    }

    fn classified(&self, mut interaction: Interaction) -> Interaction {
        interaction.signals = self.sentiment.classify(std::slice::from_ref(&interaction)).into_iter().flatten().collect();
        interaction
    }

    fn inputs(&self, sample: &Sample) -> Inputs {
        let deliveries = deliveries(sample);
        let interactions: Vec<Interaction> = deliveries.iter().flat_map(|delivery| self.read(delivery)).collect();
        let judged: Vec<Interaction> = interactions.iter().cloned().map(|interaction| self.classified(interaction)).collect();
        let situation = Situation { now: NOW, ..Situation::default() };
        let prioritize = |interaction: &Interaction| (interaction.clone(), self.four_factors.prioritize(interaction, &situation));
        let prioritized = judged.iter().map(prioritize).collect();
        Inputs { deliveries, interactions, judged, prioritized }
    }
}

/// The time of everything: 2026-11-02.
pub(crate) const NOW: Timestamp = 1_793_606_400_000;

/// What the shop pushes.
pub(crate) fn deliveries(sample: &Sample) -> Vec<Delivery> {
    let delivery = |form: &serde_json::Value| Delivery {
        method: "POST".to_owned(),
        url: "/hooks/shop".to_owned(),
        headers: vec![Header { name: "content-type".to_owned(), value: b"application/json".to_vec() }],
        body: form.to_string().into_bytes(),
        ..Delivery::default()
    };
    sample.forms.iter().map(delivery).collect()
}

fn configured<P: Plugin>(sample: &Sample, name: &str) -> Result<P> {
    let plugin = from_value(sample.settings(name)?).and_then(P::configure);
    plugin.ok().with_context(|| format!("`{name}` refuses the sample's settings"))
}

fn said(reception: Reception) -> Vec<Interaction> {
    let item = |fact: pointsman_plugin::Fact| match fact.event {
        Event::Said(item) => Some(Interaction {
            id: item.source_id.clone(),
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
            occurred_at: item.occurred_at.unwrap_or(NOW),
            received_at: NOW,
            attributes: item.attributes,
            ..Interaction::default()
        }),
        _ => None,
    };
    reception.facts.into_iter().filter_map(item).collect()
}
