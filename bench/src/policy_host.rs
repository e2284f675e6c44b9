//! The peers' policy as a plugin of Pointsman: in the safest mode through the whole host, and through the port alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use dispatch::grant::{Pseudonyms, project};
use dispatch::port::{Budget, Plugin, Question, Work};
use manifest::Manifest;
use model::{Author, Engagement, Interaction, InteractionId, Isolation, Kind, Routing, Secret, Signal, Timestamp, Value, Visibility};
use policy::Input;
use runtime::Runtime;

use crate::deciding::{Deciding, TOGETHER};
use crate::inputs::{self, good};
use crate::native::NOW;
use crate::rounds::Rounds;
use crate::sample::{self, read_manifest};
use crate::sandboxed::BATCH;

/// Every queue that the policy may name.
const QUEUES: [&str; 13] =
    ["bin", "safety", "legal", "privacy", "press", "crisis", "retention", "billing", "sales", "care-fr", "care-first", "community", "care"];

/// The policy, staged.
pub(crate) struct PolicyHost {
    /// Where the configuration lies, for a host that serves it.
    pub(crate) config: PathBuf,
    /// The same with every plugin in batches.
    pub(crate) config_batch: PathBuf,
    inputs: Vec<Input>,
    works: Vec<Work>,
    deciding: Deciding,
    pseudonyms: Pseudonyms,
    fresh: Arc<dyn Plugin>,
    batch: Arc<dyn Plugin>,
}

impl PolicyHost {
    /// With the component that `cargo xtask bench` has built.
    pub(crate) async fn stage(component: &Path, runtime: &Runtime, folder: &Path) -> Result<Self> {
        let config = folder.join("policy/pointsman.toml");
        std::fs::create_dir_all(folder.join("policy"))?;
        std::fs::write(&config, configuration(component))?;
        let mut table: toml::Table = configuration(component).parse()?;
        sample::in_batches(&mut table);
        let config_batch = folder.join("policy-batch/pointsman.toml");
        std::fs::create_dir_all(folder.join("policy-batch"))?;
        std::fs::write(&config_batch, toml::to_string(&table)?)?;
        let manifest = read_manifest(&config)?;
        let (fresh, batch) = (Isolation::Interaction, Isolation::Batch { interactions_max: 32 });
        let mut plugins = BTreeMap::new();
        for name in ["shop-forms", "policy"] {
            plugins.insert(name.to_owned(), staged(&manifest, runtime, name, fresh).await?);
        }
        let fresh = plugins.get("policy").cloned().context("no policy")?;
        let deciding = Deciding::new(manifest.configuration.clone(), plugins)?;
        let inputs = policy::inputs(256);
        let works = inputs.iter().map(|input| deciding.work(interaction(input))).collect();
        Ok(Self {
            config,
            config_batch,
            inputs,
            works,
            deciding,
            pseudonyms: Pseudonyms::new(Secret::new(*b"a key for pseudonyms, 32 bytes. ")),
            fresh,
            batch: staged(&manifest, runtime, "policy", batch).await?,
        })
    }

    /// Checks that native code decides the same.
    pub(crate) async fn check(&self) -> Result<()> {
        for (input, work) in self.inputs.iter().zip(&self.works) {
            let expected = policy::decide(&input.subject());
            let (decision, _) = self.deciding.decide(work.clone()).await;
            let (queue, score) = said(&decision.routing);
            if (queue, score) != (expected.queue, Some(f64::from(i32::try_from(expected.score)?))) {
                bail!("Pointsman decided {:?}, native code {expected:?}, about {input:?}", decision.routing);
            }
        }
        Ok(())
    }

    /// One round.
    pub(crate) async fn round(&self, calls: usize, rounds: &mut Rounds) -> Result<()> {
        self.deciding.measure("policy/pointsman", &self.works, (calls, TOGETHER), rounds).await?;
        self.deciding.measure("policy/pointsman-alone", &self.works, (calls, 1), rounds).await?;
        let spec = &self.fresh.info().spec;
        rounds.time("policy/pointsman-call", calls, &self.works, |work| {
            let seen = project(&work.interaction, &spec.name, &spec.grants.fields, &self.pseudonyms);
            self.fresh.route(&[question(&seen)], Budget::WHOLE).into_iter().map(good).collect::<Result<Vec<_>>>()
        });
        let questions: Vec<Question<'_>> = self.works.iter().map(|work| question(&work.interaction)).collect();
        let lots: Vec<&[Question<'_>]> = questions.chunks(BATCH).collect();
        rounds.time_lots("policy/pointsman-batch", calls.div_ceil(BATCH), &lots, BATCH, |lot| self.batch.route(lot, Budget::WHOLE));
        Ok(())
    }
}

async fn staged(manifest: &Manifest, runtime: &Runtime, name: &str, isolation: Isolation) -> Result<Arc<dyn Plugin>> {
    let mut spec = manifest.configuration.plugins.iter().find(|spec| spec.name == name).context("no such plugin")?.clone();
    spec.isolation = isolation;
    let component = manifest.components.get(name).context("no such component")?;
    Ok(runtime.stage(&spec, &component.bytes).await?)
}

fn question(interaction: &Interaction) -> Question<'_> {
    Question { interaction, situation: &inputs::SITUATION, priority: None }
}

fn said(routing: &Routing) -> (&str, Option<f64>) {
    let score = routing.reasons.first().and_then(|reason| reason.params.get("score")).and_then(|value| match value {
        Value::Number(number) => Some(*number),
        _ => None,
    });
    (routing.disposition.queue().unwrap_or_default(), score)
}

/// The input as the host holds interactions.
fn interaction(input: &Input) -> Interaction {
    let signal = |name: &str, value: Value| Signal {
        name: name.to_owned(),
        value,
        confidence: None,
        evidence: Vec::new(),
        reasons: Vec::new(),
        source: "bench".to_owned(),
    };
    Interaction {
        id: InteractionId(input.author.id.clone()),
        connector: "shop".to_owned(),
        channel: input.channel.clone(),
        conversation: input.author.id.clone(),
        kind: kind(&input.kind),
        visibility: if input.visibility == "public" { Visibility::Public } else { Visibility::Private },
        author: Some(Author {
            id: input.author.id.clone(),
            followers: u64::try_from(input.author.followers).ok(),
            verified: input.author.verified,
            bot: input.author.bot,
            ..Author::default()
        }),
        text: input.text.clone(),
        language: Some(input.language.clone()),
        engagement: Some(Engagement { shares: u64::try_from(input.engagement.shares).unwrap_or_default(), ..Engagement::default() }),
        rating: serde_json::from_value(input.rating.into()).ok(),
        occurred_at: Timestamp(NOW),
        received_at: Timestamp(NOW),
        signals: vec![
            signal("sentiment", Value::Text(input.signals.sentiment.clone())),
            signal("topic", Value::Text(input.signals.topic.clone())),
            signal("urgency", Value::Number(input.signals.urgency)),
            signal("spam", Value::Number(input.signals.spam)),
        ],
        ..Interaction::default()
    }
}

fn kind(name: &str) -> Kind {
    let all = [Kind::Message, Kind::Comment, Kind::Post, Kind::Mention, Kind::Review, Kind::Lead];
    all.into_iter().find(|kind| kind.name() == name).unwrap_or(Kind::Other)
}

/// A shop whose posts are the policy's inputs, and a chain of the policy alone.
fn configuration(component: &Path) -> String {
    let json = harness::plugins_dir().join("json.wasm");
    let queues: String = QUEUES.iter().chain(&["desk"]).map(|queue| format!("[[queue]]\nname = {queue:?}\n")).collect();
    format!(
        r#"{queues}
[server]
listen = "127.0.0.1:0"
open_api_on_loopback = true
[store]
path = "policy.db"
[runtime]
cache_dir = "cache"
[secrets]
shop-webhook = {{ env = "SHOP_WEBHOOK_SECRET" }}

[[plugin]]
name = "shop-forms"
file = {json:?}
grant = {{ secrets = {{ webhook = "shop-webhook" }} }}
[plugin.settings]
signature = {{ scheme = "hmac", header = "X-Hub-Signature-256", prefix = "sha256=", secret = "webhook" }}
[plugin.settings.item]
source_id = "/id"
text = "/text"
kind = "/kind"
visibility = "/visibility"
language = "/language"
rating = {{ value = "/rating", worst = 0, best = 1 }}
shares = "/engagement/shares"
author = {{ id = "/author/id", followers = "/author/followers", verified = "/author/verified", bot = "/author/bot" }}
[plugin.settings.item.attributes]
channel = "/channel"
sentiment = "/signals/sentiment"
topic = "/signals/topic"
urgency = "/signals/urgency"
spam = "/signals/spam"

[[connector]]
name = "shop"
plugin = "shop-forms"
channel = "shop"

[[plugin]]
name = "policy"
file = {component:?}
grant = {{ fields = ["text", "author", "engagement", "attributes"] }}

[[chain]]
name = "policy"
hold_queue = "desk"
[[chain.step]]
plugin = "policy"
role = "router"
on_fault = "hold"
"#
    )
}
