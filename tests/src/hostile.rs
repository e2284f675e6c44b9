//! The hostile corpus: plugins that misbehave, one way each, with the outcome that each must end in.
//!
//! `plugins/fault/hostile/corpus.toml` lists them. Most are core modules in text form with the canonical ABI written out by hand; what text
//! cannot say is made here. The same corpus always gives the same bytes, but where a peer's address stands in a configuration.

mod carry;
mod code;
mod core;
mod nest;
mod peer;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use wasm_encoder::{ComponentSection as _, CustomSection};

pub use peer::Peer;

/// The section that holds a plugin's manifest.
const MANIFEST: &str = "pointsman:manifest";

/// All hostile plugins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corpus {
    /// In the order of the list.
    pub component: Vec<Entry>,
}

/// Where a hostile plugin must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Looking at its bytes refuses it: nothing of it is compiled or run.
    Inspect,
    /// Staging refuses it: `configure` and the compiler run within bounds.
    Stage,
    /// A call ends in a fault.
    Run,
    /// The host goes on: what it did has no effect, and no fault is due.
    Host,
}

impl End {
    /// As the corpus writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inspect => "inspect",
            Self::Stage => "stage",
            Self::Run => "run",
            Self::Host => "host",
        }
    }
}

/// One hostile plugin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Kebab-case; the configured name.
    pub id: String,
    /// The behaviours that it stands for, such as `P09`.
    pub rows: Vec<String>,
    /// What it does, one sentence.
    pub what: String,
    /// In which file it stands, when not in `<id>.wat`.
    #[serde(default)]
    file: Option<String>,
    /// What makes it, when it is no file.
    #[serde(default)]
    make: Option<String>,
    /// What fills the places of the file, or what its maker needs to know.
    #[serde(default)]
    with: BTreeMap<String, toml::Value>,
    /// The role that it exports.
    #[serde(default = "classifier")]
    pub role: String,
    /// How its texts are encoded: `utf8`, `utf16` or `latin1`.
    #[serde(default)]
    encoding: Option<String>,
    /// Where it must end.
    pub ends: End,
    /// In what: names of faults, or of the host's refusals; any of them.
    #[serde(default)]
    pub expected: Vec<String>,
    /// The limit that ends it, for people.
    pub limit: String,
    /// How long that may take, from the question to the outcome.
    #[serde(default = "quickly")]
    pub within_ms: u64,
    /// The value of its signal `hostile`, or what a text of it must contain.
    #[serde(default)]
    pub tells: Option<toml::Value>,
    /// Its limits, where the defaults do not do.
    #[serde(default)]
    pub limits: toml::Table,
    /// What the operator gives it. `PEER` stands for the address of a local server.
    #[serde(default)]
    pub grant: toml::Table,
    /// Its settings, with the same `PEER`.
    #[serde(default)]
    pub settings: toml::Table,
    /// What its manifest says, beside name, version and what the plugins of this corpus ask for.
    #[serde(default)]
    manifest: toml::Table,
}

fn classifier() -> String {
    "classifier".to_owned()
}

/// Most of them end within some milliseconds; the rest is slack for a machine that does something else.
fn quickly() -> u64 {
    1_000
}

/// The folder of the corpus.
fn folder() -> PathBuf {
    crate::repository().join("plugins/fault/hostile")
}

impl Corpus {
    /// Reads the list.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load() -> Result<Self> {
        let path = folder().join("corpus.toml");
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("in {}", path.display()))
    }

    /// The plugins that end at one of these.
    pub fn ending(&self, ends: &[End]) -> impl Iterator<Item = &Entry> {
        self.component.iter().filter(move |entry| ends.contains(&entry.ends))
    }

    /// One plugin by its name.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn get(&self, id: &str) -> Result<&Entry> {
        self.component.iter().find(|entry| entry.id == id).with_context(|| format!("there is no hostile plugin `{id}`"))
    }

    /// The table for people.
    #[must_use]
    pub fn table(&self) -> String {
        let row = |entry: &Entry| {
            let expected = if entry.expected.is_empty() { "goes on".to_owned() } else { entry.expected.join(", ") };
            let (rows, what, ends) = (entry.rows.join(" "), &entry.what, entry.ends.name());
            format!("| `{}` | {rows} | {what} | {ends} | {expected} | {} |\n", entry.id, entry.limit)
        };
        let heading = "| plugin | rows | what it does | ends at | in | by |\n|---|---|---|---|---|---|\n";
        heading.to_owned() + &self.component.iter().map(row).collect::<String>()
    }
}

impl Entry {
    /// The bytes that are offered to the host.
    ///
    /// # Errors
    /// When the corpus is wrong.
    pub fn build(&self) -> Result<Vec<u8>> {
        let bytes = match self.make.as_deref() {
            None => self.with_manifest(self.encoded()?),
            Some("carried") => self.with_manifest(carry::module(self.calm()?, &wat::parse_str(self.text("core")?)?)),
            Some("nested") => self.with_manifest(carry::component(self.calm()?, &wat::parse_str(self.text("component")?)?)),
            Some("functions") => {
                self.with_manifest(carry::module(self.calm()?, &code::functions(self.count("count")?, self.count("bytes")?)))
            }
            Some("blocks") => self.with_manifest(carry::module(self.calm()?, &code::blocks(self.count("count")?))),
            Some("branches") => self.with_manifest(carry::module(self.calm()?, &code::branches(self.count("count")?))),
            Some("locals") => {
                self.with_manifest(carry::module(self.calm()?, &code::locals(self.count("count")?, self.count("functions")?)))
            }
            Some("straight") => self.with_manifest(carry::module(self.calm()?, &code::straight(self.count("bytes")?))),
            Some("core-instances") => self.with_manifest(nest::core_instances(self.calm()?, self.count("count")?)?),
            Some("instances") => self.with_manifest(nest::instances(self.calm()?, self.count("count")?)?),
            Some("deep") => self.with_manifest(nest::deep(self.calm()?, self.count("count")?)),
            Some("types") => self.with_manifest(nest::types(self.calm()?, self.count("count")?)),
            Some("custom") => self.with_manifest(carry::custom(self.calm()?, self.text("name")?, self.count("bytes")?)),
            Some("flipped") => carry::flipped(self.with_manifest(self.calm()?), self.count("seed")?),
            Some("cut") => carry::cut(self.with_manifest(self.calm()?), self.count("percent")?),
            Some("grown-section") => carry::grown_section(&self.with_manifest(self.calm()?)),
            Some("raw") => self.text("bytes")?.bytes().chain(std::iter::repeat_n(0, self.count("zeros").unwrap_or_default())).collect(),
            Some("core-module") => wat::parse_str("(module)")?,
            Some("no-manifest") => self.calm()?,
            Some("raw-manifest") => carry::manifest(self.calm()?, self.text("before")?, self.count("depth")?),
            Some(other) => bail!("`{}`: nothing makes `{other}`", self.id),
        };
        Ok(bytes)
    }

    /// The component of its file.
    fn encoded(&self) -> Result<Vec<u8>> {
        let name = self.file.clone().unwrap_or_else(|| format!("{}.wat", self.id));
        self.encode(&name).with_context(|| format!("hostile plugin `{}`", self.id))
    }

    fn encode(&self, file: &str) -> Result<Vec<u8>> {
        let path = folder().join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let text = core::expand(&text, &std::fs::read_to_string(folder().join("prelude.wat"))?, &self.with)?;
        core::component(&text, &self.role, self.encoding.as_deref())
    }

    /// A component that does nothing wrong, for what is wrong with it otherwise.
    fn calm(&self) -> Result<Vec<u8>> {
        self.encode("calm.wat")
    }

    fn with_manifest(&self, mut component: Vec<u8>) -> Vec<u8> {
        let data = self.manifest().to_string().into_bytes();
        CustomSection { name: MANIFEST.into(), data: data.into() }.append_to_component(&mut component);
        component
    }

    /// What it says of itself: it asks for everything that the corpus knows.
    fn manifest(&self) -> Json {
        let host = if self.settings.contains_key("url") { "{/url}" } else { "api.example.com" };
        let mut manifest = json!({
            "manifest": 1,
            "name": self.id,
            "version": "0.1.0",
            "signature": { "scheme": "none" },
            "requests": {
                "fields": [{ "name": "text", "reason": "tests" }],
                "hosts": [{ "host": host, "reason": "tests" }],
                "secrets": [{ "name": "token", "reason": "tests", "credential": { "header": { "name": "authorization" } } }],
                "state": { "bytes_max": 10_000, "reason": "tests" },
            },
        });
        for (key, value) in &self.manifest {
            if let (Some(manifest), Ok(value)) = (manifest.as_object_mut(), serde_json::to_value(value)) {
                manifest.insert(key.clone(), value);
            }
        }
        manifest
    }

    fn text(&self, key: &str) -> Result<&str> {
        self.with.get(key).and_then(toml::Value::as_str).with_context(|| format!("`{}` lacks the text `with.{key}`", self.id))
    }

    fn count(&self, key: &str) -> Result<usize> {
        let count = self.with.get(key).and_then(toml::Value::as_integer).and_then(|count| usize::try_from(count).ok());
        count.with_context(|| format!("`{}` lacks the count `with.{key}`", self.id))
    }
}
