//! The process in which the peers live: it measures what it is asked for, line by line, so that its rounds are ours.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::native::NOW;
use crate::rounds::{Rounds, Took};
use crate::sample::{CONNECTOR, Sample};
use crate::sandboxed;

/// A running process.
pub(crate) struct Peers {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// What it has said of itself.
    pub(crate) hello: Hello,
}

/// What the peers say first.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Hello {
    /// Who decides about the policy.
    pub(crate) contenders: Vec<About>,
    /// What can be measured of the sample's components in plain wasmtime.
    raw: Vec<String>,
    /// About so many inputs all were asked.
    pub(crate) inputs: usize,
    /// Where somebody decided otherwise than native code.
    mismatches: Vec<String>,
    /// What the sample's components said about each body.
    answers: Vec<Answer>,
    /// Its version there.
    pub(crate) wasmtime: String,
}

/// How a peer is used.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct About {
    /// By which it is asked for.
    pub(crate) name: String,
    /// What it is.
    pub(crate) title: String,
    /// Of which version.
    pub(crate) version: String,
    /// Which bounds it runs under.
    pub(crate) limits: String,
    /// What of one call the next one finds.
    pub(crate) state: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Answer {
    score: f32,
    reasons: Vec<String>,
}

impl Peers {
    /// Starts it with what it needs; `native` is what native code says about each of the sample's forms.
    pub(crate) async fn start(
        program: &Path,
        extism: &Path,
        sample: &Sample,
        folder: &Path,
        native: &[(f32, Vec<String>)],
    ) -> Result<Self> {
        let given = json!({
            "extism": extism, "compiled": compiled(sample, folder).await?, "now": NOW,
            "bodies": sample.forms.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        let file = folder.join("given.json");
        std::fs::write(&file, given.to_string())?;
        let mut command = Command::new(program);
        let mut child = command.args(["measure", "--given"]).arg(&file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let ask = child.stdin.take().context("no stdin")?;
        let mut answers = BufReader::new(child.stdout.take().context("no stdout")?);
        let hello: Hello = read(&mut answers)?;
        if !hello.mismatches.is_empty() {
            bail!("peers decide otherwise than native code:\n{}", hello.mismatches.join("\n"));
        }
        let said: Vec<_> = hello.answers.iter().map(|answer| (answer.score, answer.reasons.clone())).collect();
        if said != native {
            bail!("plain wasmtime and native code disagree: {said:?}, {native:?}");
        }
        Ok(Self { child, ask, answers, hello })
    }

    /// One round of all that is raw: the sample's components in plain wasmtime.
    pub(crate) fn round_raw(&mut self, calls: usize, rounds: &mut Rounds) -> Result<()> {
        for name in self.hello.raw.clone() {
            let took = self.measure(&name, calls)?;
            rounds.took(&name, took);
        }
        Ok(())
    }

    /// One round of the policy.
    pub(crate) fn round_policy(&mut self, calls: usize, rounds: &mut Rounds) -> Result<()> {
        for name in self.hello.contenders.iter().map(|about| about.name.clone()).collect::<Vec<_>>() {
            // Fresh machines take long.
            let calls = if name.ends_with("-fresh") { calls.div_ceil(8) } else { calls };
            let took = self.measure(&name, calls)?;
            rounds.took(&format!("policy/{name}"), took);
        }
        Ok(())
    }

    fn measure(&mut self, name: &str, calls: usize) -> Result<Took> {
        writeln!(self.ask, "{}", json!({"measure": name, "calls": calls}))?;
        self.ask.flush()?;
        read(&mut self.answers).with_context(|| format!("measuring {name}"))
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read<T: serde::de::DeserializeOwned>(answers: &mut BufReader<ChildStdout>) -> Result<T> {
    let mut line = String::new();
    if answers.read_line(&mut line)? == 0 {
        bail!("the peers' process ended");
    }
    Ok(serde_json::from_str(&line)?)
}

/// The sample's plugins, compiled by our runtime into a cache of their own: which file is whose follows from which is new.
async fn compiled(sample: &Sample, folder: &Path) -> Result<BTreeMap<&'static str, PathBuf>> {
    let cache = folder.join("compiled");
    let runtime = sandboxed::runtime_with_cache(cache.clone(), true)?;
    let mut compiled: BTreeMap<&'static str, PathBuf> = BTreeMap::new();
    for (role, plugin) in [("receive", CONNECTOR), ("classify", "sentiment"), ("prioritize", "four-factors"), ("route", "rules")] {
        sandboxed::staged(sample, &runtime, plugin, model::Isolation::Interaction).await?;
        let files = std::fs::read_dir(&cache)?.flatten().map(|entry| entry.path());
        let new = files.filter(|file| file.extension().is_some_and(|suffix| suffix == "staged"));
        let new = new.into_iter().find(|file| !compiled.values().any(|known| known == file)).context("nothing was compiled")?;
        compiled.insert(role, new);
    }
    Ok(compiled)
}
