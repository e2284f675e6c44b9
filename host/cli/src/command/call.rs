//! `pointsman plugin call`: one function of one plugin, in the sandbox, for authors and tests.
//!
//! The plugin is given the fields that it asks for and nothing else: no secret, no state, and no network but the file of `--respond`.

mod input;
mod respond;
mod said;

use std::io::{BufRead as _, Read as _};
use std::sync::Arc;

use dispatch::port::{Budget, Clock as _, Nothing, Plugin, Question, SystemClock, only};
use model::{Call as Called, Digest, Grants, Interaction, Limits, PluginManifest, PluginSpec, Role, Situation, Timestamp};
use runtime::StageError;
use serde::Serialize;
use serde_json::{Value as Json, json};

pub(crate) use self::input::{Ask, completed, headers};
use self::input::{interaction, lines};
use self::respond::Respond;
pub(crate) use self::said::{Said, asked};
use crate::args::{Call, Cli};
use crate::assemble::{self, Outside};
use crate::command::inspect;
use crate::exit::{Code, Done, Failure};
use crate::output;

/// Interactions that a classifier is given at a time.
const BATCH_MAX: usize = 64;

/// Calls it and prints what it said.
pub(crate) fn run(_cli: &Cli, call: &Call) -> Done {
    let (role, function) = function(&call.function)?;
    let bytes = inspect::read(&call.file)?;
    let threads = tokio::runtime::Runtime::new()?;
    threads.block_on(async {
        let plugin = stage(call, &bytes).await?;
        if !plugin.info().roles.contains(&role) {
            let roles = plugin.info().roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ");
            return Err(Failure::wrong(format!("{} has no role `{role}`; it has {roles}", call.file.display())));
        }
        Caller { plugin, call, now: call.now.map_or_else(|| SystemClock.now(), Timestamp) }.call(role, &function).await
    })
}

fn function(name: &str) -> Done<(Role, String)> {
    let (role, function) = name.split_once('.').unwrap_or((name, ""));
    match Role::parse(role) {
        Some(role) if !function.is_empty() => Ok((role, function.to_owned())),
        _ => Err(Failure::wrong(format!("`{name}` is no function: write `role.function`, such as `webhook.receive`"))),
    }
}

async fn stage(call: &Call, bytes: &[u8]) -> Done<Arc<dyn Plugin>> {
    let inspection = runtime::inspect(bytes).map_err(|error| Failure::wrong(format!("{}: {error}", call.file.display())))?;
    let manifest = inspection.manifest.unwrap_or_default();
    let name = if manifest.name.is_empty() { "plugin" } else { &manifest.name };
    let spec = PluginSpec {
        settings: settings(call)?,
        grants: grants(call, &manifest),
        limits: Limits { component_bytes_max: 64 << 20, ..Limits::CONNECTOR },
        ..PluginSpec::new(name, Digest::of(bytes))
    };
    let nothing = Arc::new(Nothing);
    let egress = Arc::new(Respond::new(call.respond.as_deref())?);
    let runtime = assemble::hand_runtime(Outside { egress, state: nothing.clone(), secrets: nothing })?;
    runtime.stage(&spec, bytes).await.map_err(|error| match error {
        StageError::Refused(problems) => {
            let lines = problems.iter().map(|problem| {
                let remedy = problem.remedy.as_deref().map(|remedy| format!("\n    help: {remedy}")).unwrap_or_default();
                format!("  settings{}: {}{remedy}", problem.path, problem.message)
            });
            let text = lines.collect::<Vec<_>>().join("\n");
            Failure::wrong(format!("{} refuses its settings\n{text}", call.file.display())).with(json!(problems))
        }
        other => Failure::wrong(format!("{}: {other}", call.file.display())),
    })
}

fn settings(call: &Call) -> Done<Json> {
    let Some(path) = &call.settings else { return Ok(json!({})) };
    let text = std::fs::read_to_string(path).map_err(|error| Failure::new(Code::NotFound, format!("{}: {error}", path.display())))?;
    let read = if path.extension().is_some_and(|extension| extension == "toml") {
        toml::from_str(&text).map_err(|error| error.to_string())
    } else {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    };
    read.map_err(|error| Failure::wrong(format!("{}: {error}", path.display())))
}

fn grants(call: &Call, manifest: &PluginManifest) -> Grants {
    let asked = manifest.requests.fields.iter().map(|field| field.name.clone());
    let fields = if call.fields.is_empty() { asked.collect() } else { call.fields.iter().cloned().collect() };
    Grants { fields, ..Grants::default() }
}

struct Caller<'a> {
    plugin: Arc<dyn Plugin>,
    call: &'a Call,
    now: Timestamp,
}

impl Caller<'_> {
    async fn call(&self, role: Role, function: &str) -> Done {
        match (role, function) {
            (Role::Webhook, "receive") => self.refusable(only(self.plugin.receive(&[&input::delivery(self.call)?], self.now))),
            (Role::Connection, "opened") => self.plain(self.plugin.opened(self.cursor(), self.now)),
            (Role::Connection, "woken") => self.plain(self.plugin.woken(self.cursor(), self.now)),
            (Role::Connection, "received") => {
                let (frame, envelope) = input::frame(self.call)?;
                self.refusable(self.plugin.received(&frame, &envelope, self.cursor(), self.now))
            }
            (Role::Feed, "poll") => self.refusable(self.plugin.poll(self.cursor(), self.now).await),
            (Role::Feed, "hydrate") => self.refusable(self.plugin.hydrate(&stdin()?, self.now).await),
            (Role::Classifier, "classify") => self.classify(),
            _ => self.with_input(role, function).await,
        }
    }

    /// Functions that take JSON from stdin, one value a line.
    async fn with_input(&self, role: Role, function: &str) -> Done {
        for line in lines()? {
            let ask = Ask::read(&line, self.now)?;
            self.show(asked(&*self.plugin, role, function, &ask, self.now).await?)?;
        }
        Ok(())
    }

    /// One line of signals for each line in, in order.
    fn classify(&self) -> Done {
        let mut batch: Vec<Interaction> = Vec::with_capacity(BATCH_MAX);
        for line in std::io::stdin().lock().lines() {
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            batch.push(interaction(&line, self.now)?);
            if batch.len() == BATCH_MAX {
                self.classify_batch(&mut batch)?;
            }
        }
        self.classify_batch(&mut batch)
    }

    fn classify_batch(&self, batch: &mut Vec<Interaction>) -> Done {
        let situation = Situation { now: self.now, ..Situation::default() };
        let question = |interaction| Question { interaction, situation: &situation, priority: None };
        let questions: Vec<Question<'_>> = batch.iter().map(question).collect();
        for called in self.plugin.classify(&questions, Budget::WHOLE) {
            output::json(&self.outcome(called)?);
        }
        batch.clear();
        Ok(())
    }

    fn plain<T: Serialize>(&self, called: Called<T>) -> Done {
        self.show(Said::plain(called))
    }

    /// A function that may say no in its own words.
    fn refusable<T: Serialize, E: Serialize>(&self, called: Called<Result<T, E>>) -> Done {
        self.show(Said::refusable(called))
    }

    fn show(&self, said: Said) -> Done {
        match self.outcome(said.0)? {
            Ok(said) => {
                output::json(&said);
                Ok(())
            }
            Err(said) => Err(Failure::new(Code::Refused, format!("the plugin says no: {said}")).with(said)),
        }
    }

    fn outcome<T>(&self, called: Called<T>) -> Done<T> {
        for line in &called.cost.logs {
            output::diagnostic(&format!("plugin {}: {}", json!(line.level).as_str().unwrap_or_default(), line.message));
        }
        if self.call.cost {
            output::diagnostic(&json!(called.cost).to_string());
        }
        called.outcome.map_err(|fault| Failure::new(Code::Refused, format!("the plugin failed: it {fault}")).with(json!({"fault": fault})))
    }

    fn cursor(&self) -> Option<&[u8]> {
        self.call.cursor.as_deref().map(str::as_bytes)
    }
}

fn stdin<T: serde::de::DeserializeOwned>() -> Done<T> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    serde_json::from_str(&text).map_err(|error| Failure::wrong(format!("stdin: {error}")))
}
