//! The examples that plugins carry, run before a generation may serve: each with its own settings, with the fields that the plugin asks for,
//! and without network, secrets and state.
//!
//! A component is tested once: the same bytes under the same host say the same again.

mod part;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use dispatch::generation::Generation;
use dispatch::port::{Budget, Plugin, Question, only};
use manifest::{Finding, Findings, Manifest};
use model::{
    Attributes, Delivery, Digest, Example, Grants, Interaction, Limits, PluginManifest, PluginSpec, Pointer, Role, Situation, Timestamp,
};
use runtime::Runtime;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use self::part::difference;
use crate::command::call::{Ask, Said, asked, completed};
use crate::exit::Done;
use crate::table::shorten;
use crate::{assemble, configuration};

/// The time that examples are told when they name none.
const NOW: Timestamp = Timestamp(1_700_000_000_000);
/// Components that are remembered as tested.
const TESTED_MAX: usize = 1_024;
/// How much of a value is shown.
const SHOWN_LETTERS_MAX: usize = 400;

/// Components whose examples came out as they say.
#[derive(Debug, Default)]
pub(crate) struct Tested(Mutex<BTreeSet<Digest>>);

impl Tested {
    /// Whether this one was.
    pub(crate) fn has(&self, digest: &Digest) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(digest)
    }

    /// It was: here, or by a host before this one.
    pub(crate) fn add(&self, digest: &Digest) {
        let mut tested = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tested.len() >= TESTED_MAX {
            tested.clear();
        }
        tested.insert(digest.clone());
    }
}

/// Stages a generation beside others, and tests what is in it. Everything that is wrong is said in one go.
pub(crate) async fn staged(manifest: &Manifest, runtime: &Arc<Runtime>, others: &[Arc<Generation>], tested: &Tested) -> Done<Generation> {
    let generation = assemble::generation_beside(manifest, runtime, others).await?;
    let findings = check(manifest, runtime, tested).await;
    if findings.is_empty() { Ok(generation) } else { Err(configuration::refused(&Findings::new(findings))) }
}

/// Runs the examples of all plugins that were not tested yet; what came out otherwise, as findings.
async fn check(manifest: &Manifest, runtime: &Arc<Runtime>, tested: &Tested) -> Vec<Finding> {
    let mut findings = Vec::new();
    for spec in manifest.configuration.plugins.iter().filter(|spec| !tested.has(&spec.digest)) {
        let (Some(inspected), Some(component)) = (manifest.inspections.get(&spec.name), manifest.components.get(&spec.name)) else {
            continue;
        };
        let before = findings.len();
        for example in &inspected.manifest.examples {
            let bench = Bench {
                runtime: Arc::clone(runtime),
                plugin: inspected.manifest.clone(),
                spec: spec.clone(),
                component: Arc::clone(&component.bytes),
            };
            if let Err(why) = bench.test(example.clone()).await {
                let key = manifest.section("plugin", &spec.name).map(|section| format!("{section}.file")).unwrap_or_default();
                let message = format!("the plugin `{}` fails its own example “{}”: {why}", spec.name, shorten(&example.name, 120));
                findings.push(manifest.finding(
                    &key,
                    &message,
                    Some("its author has to mend it; until then name the file that you had before"),
                ));
            }
        }
        if findings.len() == before {
            tested.add(&spec.digest);
        }
    }
    findings
}

/// A component on which examples are run.
struct Bench {
    runtime: Arc<Runtime>,
    plugin: PluginManifest,
    spec: PluginSpec,
    component: Arc<[u8]>,
}

impl Bench {
    async fn test(self, example: Example) -> Result<(), String> {
        let grants = Grants { fields: self.plugin.requests.fields.iter().map(|field| field.name.clone()).collect(), ..Grants::default() };
        // What staging and a call may take is the operator's decision, for the examples too.
        let own = &self.spec.limits;
        let limits = Limits {
            component_bytes_max: own.component_bytes_max.max(64 << 20),
            compile_ms_max: own.compile_ms_max.max(Limits::CONNECTOR.compile_ms_max),
            deadline_ms: own.deadline_ms.max(Limits::CONNECTOR.deadline_ms),
            ..Limits::CONNECTOR
        };
        let spec =
            PluginSpec { settings: example.settings.clone(), grants, limits, ..PluginSpec::new(&self.spec.name, self.spec.digest.clone()) };
        let staged = self.runtime.stage(&spec, &self.component).await;
        let plugin = staged.map_err(|error| format!("it cannot be staged with the example's settings: {error}"))?;
        let threads = tokio::runtime::Handle::current();
        // Pure roles use a thread up to their deadline.
        let said = tokio::task::spawn_blocking(move || {
            let said = threads.block_on(said(&*plugin, &example));
            said.and_then(|said| compare(&example, said))
        });
        said.await.map_err(|error| format!("the example could not be run: {error}"))?
    }
}

/// Whether it is what the example says.
fn compare(example: &Example, said: Said) -> Result<(), String> {
    let expected = shown(&example.output);
    let found = match said.0.outcome {
        Ok(Ok(found)) => found,
        // Some write that it refuses, some only what it says then.
        Ok(Err(refusal)) if example.output.get("refusal").is_some() => json!({ "refusal": refusal }),
        Ok(Err(refusal)) => refusal,
        Err(fault) => return Err(format!("it {fault}; expected {expected}")),
    };
    match difference(&example.output, &found, "") {
        None => Ok(()),
        Some(difference) => Err(format!("{difference}; expected {expected}, got {}", shown(&found))),
    }
}

fn shown(value: &Json) -> String {
    shorten(&value.to_string(), SHOWN_LETTERS_MAX)
}

/// What the connectors' functions are given. Everything has a default: an example names what matters.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    delivery: Json,
    frame: String,
    envelope: Attributes,
    cursor: Option<String>,
    pointer: Option<Pointer>,
    now: Option<Timestamp>,
}

async fn said(plugin: &dyn Plugin, example: &Example) -> Result<Said, String> {
    let (role, function) = example.call.split_once('.').unwrap_or((&example.call, ""));
    let role = Role::parse(role).filter(|role| plugin.info().roles.contains(role));
    let role = role.ok_or_else(|| format!("it calls `{}`, which the plugin has not", example.call))?;
    match role {
        Role::Classifier if function == "classify" => classified(plugin, &example.input),
        Role::Webhook | Role::Connection | Role::Feed => {
            let input: Input = read(example.input.clone())?;
            connector(plugin, role, function, &input).await?.ok_or_else(|| format!("role `{role}` has no function `{function}`"))
        }
        _ => {
            let ask = Ask::of(example.input.clone(), NOW).map_err(|error| format!("its input cannot be read: {error}"))?;
            asked(plugin, role, function, &ask, NOW).await.map_err(|failure| failure.text().to_owned())
        }
    }
}

async fn connector(plugin: &dyn Plugin, role: Role, function: &str, input: &Input) -> Result<Option<Said>, String> {
    let now = input.now.unwrap_or(NOW);
    let cursor = input.cursor.as_deref().map(str::as_bytes);
    Ok(Some(match (role, function) {
        (Role::Webhook, "receive") => Said::refusable(only(plugin.receive(&[&delivery(&input.delivery)?], now))),
        (Role::Connection, "opened") => Said::plain(plugin.opened(cursor, now)),
        (Role::Connection, "woken") => Said::plain(plugin.woken(cursor, now)),
        (Role::Connection, "received") => Said::refusable(plugin.received(input.frame.as_bytes(), &input.envelope, cursor, now)),
        (Role::Feed, "poll") => Said::refusable(plugin.poll(cursor, now).await),
        (Role::Feed, "hydrate") => {
            let pointer = input.pointer.as_ref().ok_or("its input names no `pointer`")?;
            Said::refusable(plugin.hydrate(pointer, now).await)
        }
        _ => return Ok(None),
    }))
}

/// A delivery whose body may be written as any JSON.
fn delivery(json: &Json) -> Result<Delivery, String> {
    let mut json = json.clone();
    if let Some(body) = json.get_mut("body").filter(|body| body.is_object() || body.is_array()) {
        *body = Json::String(body.to_string());
    }
    let mut delivery: Delivery = read(json)?;
    if delivery.method.is_empty() {
        delivery.method = "POST".to_owned();
    }
    delivery.headers.iter_mut().for_each(|header| header.name.make_ascii_lowercase());
    Ok(delivery)
}

/// One list of signals for each interaction, or the first fault.
fn classified(plugin: &dyn Plugin, input: &Json) -> Result<Said, String> {
    let interactions: Vec<Interaction> = read(input.clone())?;
    let interactions: Vec<Interaction> = interactions.into_iter().map(|interaction| completed(interaction, NOW)).collect();
    let situation = Situation { now: NOW, ..Situation::default() };
    let question = |interaction| Question { interaction, situation: &situation, priority: None };
    let mut all = Vec::new();
    for called in plugin.classify(&interactions.iter().map(question).collect::<Vec<_>>(), Budget::WHOLE) {
        let said = Said::plain(called);
        match said.0.outcome {
            Ok(Ok(signals)) => all.push(signals),
            _ => return Ok(said),
        }
    }
    Ok(Said::plain(model::Call { outcome: Ok(all), cost: model::Cost::default() }))
}

fn read<T: DeserializeOwned>(json: Json) -> Result<T, String> {
    let json = if json.is_null() { json!({}) } else { json };
    serde_json::from_value(json).map_err(|error| format!("its input cannot be read: {error}"))
}
