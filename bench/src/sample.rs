//! The sample of `examples/01-first-chain`: its chain and settings, and what was said in its shop and reviews, each as one shop form.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use dispatch::condition::Condition;
use manifest::{Checks, Inspected, Manifest};
use serde_json::{Value, json};
use toml::Table;

use crate::inputs;
use crate::sandboxed::BATCH;

/// The connector's plugin, as the sample's configuration names it.
pub(crate) const CONNECTOR: &str = "shop-forms";
/// Parts of the sample's configuration that would need other channels' ports.
const OTHERS: [&str; 6] = ["review-platform", "reviews", "mails", "mail", "mastodon", "mastodon-token"];

/// What is measured with.
pub(crate) struct Sample {
    /// Where the configuration lies that is served.
    pub(crate) config: PathBuf,
    /// The same with every plugin in batches.
    pub(crate) config_batch: PathBuf,
    /// The first one, read.
    pub(crate) manifest: Manifest,
    /// Shop forms, in whole batches, so that all modes are given the same.
    pub(crate) forms: Vec<Value>,
}

impl Sample {
    /// Reads it, and writes the configuration of a host with the shop alone into `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let example = harness::repository().join("examples/01-first-chain");
        let (config, config_batch) = (folder.join("pointsman.toml"), folder.join("batch/pointsman.toml"));
        let mut table = shop_alone(&example)?;
        std::fs::write(&config, toml::to_string(&table)?)?;
        in_batches(&mut table);
        std::fs::create_dir_all(folder.join("batch"))?;
        std::fs::write(&config_batch, toml::to_string(&table)?)?;
        let forms = inputs::cycled(forms(&example.join("payloads"))?, BATCH);
        Ok(Self { manifest: read_manifest(&config)?, config, config_batch, forms })
    }

    /// The settings of a plugin.
    pub(crate) fn settings(&self, plugin: &str) -> Result<Value> {
        let spec = self.manifest.configuration.plugins.iter().find(|spec| spec.name == plugin);
        Ok(spec.with_context(|| format!("the sample has no plugin `{plugin}`"))?.settings.clone())
    }
}

/// The sample's configuration without its other channels, on any port, with its own store.
fn shop_alone(example: &Path) -> Result<Table> {
    let text = std::fs::read_to_string(example.join("pointsman.toml")).context("the sample's configuration")?;
    let mut table: Table = text.parse()?;
    let other = |entry: &toml::Value| entry.get("name").and_then(toml::Value::as_str).is_some_and(|name| OTHERS.contains(&name));
    for list in ["plugin", "connector"] {
        if let Some(entries) = table.get_mut(list).and_then(toml::Value::as_array_mut) {
            entries.retain(|entry| !other(entry));
        }
    }
    for plugin in table.get_mut("plugin").and_then(toml::Value::as_array_mut).into_iter().flatten() {
        if let Some(toml::Value::String(file)) = plugin.get_mut("file") {
            *file = example.join(&*file).display().to_string();
        }
    }
    let secrets = table.get_mut("secrets").and_then(toml::Value::as_table_mut).context("the sample has no secrets")?;
    secrets.retain(|name, _| name == "shop-webhook");
    for (section, key, value) in [("server", "listen", "127.0.0.1:0"), ("store", "path", "serving.db"), ("runtime", "cache_dir", "cache")] {
        let section = table.get_mut(section).and_then(toml::Value::as_table_mut).with_context(|| format!("the sample has no {section}"))?;
        section.insert(key.to_owned(), value.into());
    }
    Ok(table)
}

/// Every plugin of a configuration answers up to a batch of interactions with one instance.
pub(crate) fn in_batches(table: &mut Table) {
    for plugin in table.get_mut("plugin").and_then(toml::Value::as_array_mut).into_iter().flatten().filter_map(toml::Value::as_table_mut) {
        let size = i64::try_from(BATCH).unwrap_or(i64::MAX);
        plugin.insert("isolation".to_owned(), toml::Value::Table(Table::from_iter([("batch".to_owned(), size.into())])));
    }
}

/// Reads a configuration with all its checks.
pub(crate) fn read_manifest(config: &Path) -> Result<Manifest> {
    let condition = |text: &str| Condition::compile(text).map(drop).map_err(|error| error.to_string());
    let checks = Checks { condition: &condition, inspect: &inspect, variable: None };
    manifest::load(config, &checks).map_err(|findings| anyhow::anyhow!("the sample's configuration is refused\n{findings}"))
}

fn inspect(component: &[u8]) -> Result<Inspected, String> {
    let inspection = runtime::inspect(component).map_err(|error| error.to_string())?;
    let contract = inspection.contract();
    let manifest = inspection.manifest.ok_or("the component carries no manifest")?;
    Ok(Inspected { contract, roles: inspection.roles, manifest })
}

fn forms(payloads: &Path) -> Result<Vec<Value>> {
    let shop = documents(&payloads.join("shop"))?.into_iter().filter(|form| form.get("event") == Some(&json!("message.created")));
    let mut forms: Vec<Value> = shop.collect();
    for document in documents(&payloads.join("reviews"))? {
        forms.extend(document.get("reviews").and_then(Value::as_array).into_iter().flatten().map(as_form));
    }
    if forms.is_empty() {
        bail!("the sample says nothing");
    }
    Ok(forms)
}

/// A review's words in the shape of a shop form.
fn as_form(review: &Value) -> Value {
    let of = |pointer: &str| review.pointer(pointer).cloned().unwrap_or_default();
    json!({
        "event": "message.created", "id": of("/id"), "created_at": of("/published"),
        "form": {"topic": of("/title"), "message": of("/text"), "locale": of("/lang")},
        "contact": {"id": of("/reviewer/id"), "name": of("/reviewer/name")},
    })
}

fn documents(folder: &Path) -> Result<Vec<Value>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().map(|file| Ok(serde_json::from_slice(&std::fs::read(file)?)?)).collect()
}
