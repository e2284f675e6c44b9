//! `cargo xtask score`: labelled payloads through their connectors, in the sandbox, as `pointsman plugin call` runs them.
//!
//! Writes one `.actual.json` a payload, in the form that `score_fixtures.py` reads. It knows nothing about single payloads: the label names
//! the transport, the channel's folder names the plugin, and the rest is what the plugin said. Several payloads are read at a time; each in a
//! process of its own, which takes the compiled plugin from the cache of the first.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Map, Value, json};

use crate::{plugins, shell};

/// Payloads that are read at a time.
const THREADS: usize = 2;

/// Where from and where to.
#[derive(clap::Args, Debug)]
pub(crate) struct Score {
    /// Folder of `<channel>/<split>/<file>`.
    #[arg(long)]
    payloads: PathBuf,
    /// Folder of `<channel>/<split>/<file>.expected.json`.
    #[arg(long)]
    labels: PathBuf,
    /// Where to write `<channel>/<split>/<file>.actual.json`.
    #[arg(long)]
    out: PathBuf,
    /// Only these channels, separated by commas; all that there is a plugin for when left out.
    #[arg(long, value_delimiter = ',')]
    channel: Vec<String>,
}

/// One payload.
struct Payload {
    plugin: PathBuf,
    channel: String,
    transport: String,
    roles: Vec<String>,
    file: PathBuf,
    out: PathBuf,
}

impl Score {
    /// Scores every channel that there is a plugin for.
    pub(crate) fn run(&self) -> Result<()> {
        let binary = match std::env::var_os("POINTSMAN_BIN") {
            Some(path) => PathBuf::from(path),
            None => {
                shell::run(shell::cargo().args(["build", "-p", "pointsman"]))?;
                shell::built("pointsman")
            }
        };
        let mut payloads = Vec::new();
        for channel in self.channels()? {
            let plugin = shell::root().join("plugins/dist").join(format!("{}.wasm", folder(&channel)));
            if !plugin.exists() {
                plugins::Plugins::default().run()?;
            }
            let before = payloads.len();
            self.collect(&plugin, &roles(&binary, &plugin)?, &channel, &mut payloads)?;
            // The first one compiles the plugin for all.
            payloads.get(before).map_or(Ok(()), |first| scored(&binary, first))?;
            shell::say(&format!("{channel}: {} payloads", payloads.len() - before));
        }
        all(&binary, &payloads)
    }

    /// Folders of the labels whose name is a plugin's.
    fn channels(&self) -> Result<Vec<String>> {
        let known: Vec<String> =
            plugins::folders()?.iter().filter_map(|folder| Some(folder.file_name()?.to_string_lossy().replace('-', "_"))).collect();
        let entries = std::fs::read_dir(&self.labels).with_context(|| format!("reading {}", self.labels.display()))?;
        let found = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let wanted = |name: &String| self.channel.is_empty() || self.channel.contains(name);
        let mut channels: Vec<String> = found.filter(|name| known.contains(name) && wanted(name)).collect();
        channels.sort();
        Ok(channels)
    }

    fn collect(&self, plugin: &Path, roles: &[String], channel: &str, payloads: &mut Vec<Payload>) -> Result<()> {
        for split in std::fs::read_dir(self.labels.join(channel))?.flatten().filter(|entry| entry.path().is_dir()) {
            let place = Path::new(channel).join(split.file_name());
            std::fs::create_dir_all(self.out.join(&place))?;
            for label in std::fs::read_dir(split.path())?.flatten() {
                let name = label.file_name().to_string_lossy().into_owned();
                let Some(payload) = name.strip_suffix(".expected.json") else { continue };
                let expected: Value = serde_json::from_slice(&std::fs::read(label.path())?)?;
                payloads.push(Payload {
                    plugin: plugin.to_owned(),
                    channel: channel.to_owned(),
                    transport: expected.get("transport").and_then(Value::as_str).unwrap_or("webhook").to_owned(),
                    roles: roles.to_owned(),
                    file: self.payloads.join(&place).join(payload),
                    out: self.out.join(&place).join(format!("{payload}.actual.json")),
                });
            }
        }
        Ok(())
    }
}

/// All of them, several at a time; the first failure is told after what was begun has ended.
fn all(binary: &Path, payloads: &[Payload]) -> Result<()> {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(payload) = payloads.get(next.fetch_add(1, Ordering::Relaxed)) {
            scored(binary, payload)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow!("a thread panicked"))?)
    })
}

fn scored(binary: &Path, payload: &Payload) -> Result<()> {
    Ok(std::fs::write(&payload.out, call(binary, payload)?.to_string())?)
}

/// The plugin's folder: the payloads' folders have underscores where it has hyphens.
fn folder(channel: &str) -> String {
    channel.replace('_', "-")
}

/// The roles that a plugin has.
fn roles(binary: &Path, plugin: &Path) -> Result<Vec<String>> {
    let output = Command::new(binary).args(["--json", "plugin", "inspect"]).arg(plugin).stdin(Stdio::null()).output()?;
    let told: Value = serde_json::from_slice(&output.stdout).with_context(|| format!("inspecting {}", plugin.display()))?;
    let roles = told.get("roles").and_then(Value::as_array).into_iter().flatten();
    Ok(roles.filter_map(Value::as_str).map(str::to_owned).collect())
}

/// How a plugin takes what this transport brings: in the transport's own role, or, when it has none, in the one that it reads the channel by.
fn function(transport: &str, roles: &[String]) -> (&'static str, &'static str) {
    let webhook = ("webhook", ("webhook.receive", "--body"));
    let feed = ("feed", ("feed.poll", "--respond"));
    let connection = ("connection", ("connection.received", "--frame"));
    let order = match transport {
        "poll" | "feed" => [feed, webhook, connection],
        "stream" | "mail" => [connection, webhook, feed],
        _ => [webhook, feed, connection],
    };
    let known = order.iter().find(|(role, _)| roles.iter().any(|known| known == role));
    known.map_or(webhook.1, |(_, function)| *function)
}

/// One payload through the plugin.
fn call(binary: &Path, payload: &Payload) -> Result<Value> {
    let Payload { plugin, channel, transport, roles, file, .. } = payload;
    let (function, option) = function(transport, roles);
    let mut command = Command::new(binary);
    command.args(["--json", "plugin", "call"]).arg(plugin).arg(function).arg(option).arg(file).stdin(Stdio::null());
    let settings = shell::root().join("plugins").join(folder(channel)).join("score.json");
    if settings.exists() {
        command.arg("--settings").arg(settings);
    }
    let output = command.output().context("starting pointsman")?;
    let text = String::from_utf8_lossy(&output.stdout);
    match output.status.code() {
        Some(0) => actual(&serde_json::from_str(&text).with_context(|| format!("{}: {text}", file.display()))?),
        // The plugin refused its input.
        Some(6) => Ok(json!({"interactions": [], "handshake": null, "malformed": true})),
        _ => bail!("{}: {}", file.display(), String::from_utf8_lossy(&output.stderr)),
    }
}

fn actual(said: &Value) -> Result<Value> {
    let facts = said.get("facts").and_then(Value::as_array).cloned().unwrap_or_default();
    let interactions = facts.iter().map(interaction).collect::<Result<Vec<_>>>()?;
    let answered = said.get("answer").filter(|_| interactions.is_empty());
    let handshake = answered.map(|answer| json!({"status": answer.get("status"), "body": answer.get("body")}));
    Ok(json!({"interactions": interactions, "handshake": handshake, "malformed": false}))
}

/// A fact in the words of the labels.
fn interaction(fact: &Value) -> Result<Value> {
    let event = fact.get("event").and_then(Value::as_object).and_then(|event| event.iter().next());
    let (name, what) = event.with_context(|| format!("no event in {fact}"))?;
    let text = |key: &str| what.get(key).and_then(Value::as_str).map(str::to_owned);
    let person = what.get("author").or_else(|| what.get("actor"));
    let person_text = |key: &str| person.and_then(|person| person.get(key)).and_then(Value::as_str).map(str::to_owned);
    let kind = match name.as_str() {
        "said" => text("kind").unwrap_or_else(|| "message".to_owned()),
        "edited" => "edit".to_owned(),
        "removed" => "delete".to_owned(),
        "reacted" => "reaction".to_owned(),
        other => other.to_owned(),
    };
    let target = text("target");
    let source_id = text("source_id").or_else(|| target.clone());
    let mut out = Map::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            out.insert(key.to_owned(), Value::String(value));
        }
    };
    put("kind", Some(kind));
    // Receipts have no visibility of their own: they are for the company alone.
    put("visibility", text("visibility").or_else(|| (name == "receipt").then(|| "private".to_owned())));
    put("direction", Some(if text("direction").as_deref() == Some("echo") { "echo" } else { "in" }.to_owned()));
    put("conversation", text("conversation").or_else(|| source_id.clone()));
    put("source_id", source_id);
    put("in_reply_to", text("in_reply_to").or(target));
    put("author_id", person_text("id"));
    put("author_name", person_text("display_name").or_else(|| person_text("handle")));
    put("text", text("text"));
    put("occurred_at", what.get("occurred_at").and_then(Value::as_i64).and_then(rfc3339));
    Ok(Value::Object(out))
}

fn rfc3339(ms: i64) -> Option<String> {
    chrono::DateTime::from_timestamp_millis(ms).map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}
