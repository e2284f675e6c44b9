//! A host with an honest chain, and hostile plugins each behind a chain or connector of its own.

use std::path::Path;

use harness::hostile::{Entry, Peer};
use serde_json::{Value, json};
use toml::{Table, Value as Toml};

use crate::desk::{Desk, HOOK, PATIENCE};
use crate::hostile::bytes;
use crate::setup::Place;

/// What everybody's interactions run through: it ends in the queue `front` or `care`.
const HONEST: &str = r#"
[[queue]]
name = "care"
[[plugin]]
name = "sentiment"
file = "DIST/sentiment.wasm"
grant = { fields = ["text"] }
[[plugin]]
name = "four-factors"
file = "DIST/four-factors.wasm"
grant = { fields = ["text"] }
[[plugin]]
name = "rules"
file = "DIST/rules.wasm"
grant = { fields = ["text"] }
[plugin.settings]
rules = [
  { name = "unhappy", when = { sentiment = ["negative"] }, then = { queue = "care" } },
  { name = "rest", then = { queue = "front" } },
]
[[plugin]]
name = "calm"
file = "DIST/fault.wasm"
grant = { fields = ["text"] }
settings = { queue = "front" }
"#;

/// The default chain comes last.
const HONEST_CHAIN: &str = r#"
[[chain]]
name = "honest"
hold_queue = "held"
[[chain.step]]
plugin = "sentiment"
on_fault = "hold"
[[chain.step]]
plugin = "four-factors"
on_fault = "hold"
[[chain.step]]
plugin = "rules"
on_fault = "hold"
"#;

/// The value of the secret that a hostile plugin may send but never see.
pub(crate) const SECRET: &str = "swordfish-of-the-hostile-tests";

/// A desk with hostile plugins, and the peer that some of them ask.
pub(crate) struct House {
    pub(crate) desk: Desk,
    pub(crate) peer: Peer,
}

impl House {
    /// Starts a host with these plugins. Breakers only trip when asked to.
    pub(crate) fn open(entries: &[&Entry], trips: bool) -> Self {
        let peer = Peer::start().expect("a peer");
        let place = Place::new();
        let body = configuration(place.dir.path(), entries, &peer, trips);
        let text = crate::desk::configuration(&place, &body);
        let config = place.configure(&text);
        let env = vec![("HOSTILE_TOKEN".to_owned(), SECRET.to_owned())];
        let host = harness::Host::start(&config, &harness::HostOptions { env, loud: false }).expect("the host starts");
        Self { desk: Desk { place, host }, peer }
    }

    /// Has a plugin misbehave about an interaction of its own.
    pub(crate) fn provoke(&self, entry: &Entry, number: usize) {
        let id = format!("{}-{number}", entry.id);
        self.desk.say("hook", &json!({"id": id, "thread": id, "text": provocation(entry, number)}));
    }

    /// The same, and what was decided.
    pub(crate) fn provoked(&self, entry: &Entry, number: usize) -> Value {
        self.provoke(entry, number);
        self.decided(&provocation(entry, number))
    }

    /// Waits for the decision about this text.
    pub(crate) fn decided(&self, text: &str) -> Value {
        let until = std::time::Instant::now() + PATIENCE;
        loop {
            let rows = self.desk.list("/decisions?limit=50");
            if let Some(row) = rows.iter().find(|row| row["excerpt"] == text) {
                return self.desk.ask(&format!("/decisions/{}", row["decision"]["id"].as_str().expect("an id")));
            }
            assert!(std::time::Instant::now() < until, "nobody decided about {text}\n{}", self.desk.host.log());
            std::thread::yield_now();
        }
    }

    /// Bytes of memory that the host's process has, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.desk.host.pid())).expect("the process is there");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }
}

/// What its chain waits for.
pub(crate) fn provocation(entry: &Entry, number: usize) -> String {
    format!("please {}: {number}", entry.id)
}

/// What a plugin did in its step: the kind of its fault, or nothing, and what the step cost.
pub(crate) fn fault(stored: &Value, plugin: &str) -> (Option<String>, Value) {
    let steps = stored["trace"]["steps"].as_array().expect("steps");
    let step = steps.iter().find(|step| step["plugin"] == plugin).unwrap_or_else(|| panic!("no step of {plugin}: {stored}"));
    (kind(&step["outcome"]["faulted"]), step["cost"].clone())
}

/// The kind of a recorded fault: the key beside the plugin's name, or the only text.
fn kind(fault: &Value) -> Option<String> {
    let kinds = fault.as_object()?.keys().find(|key| *key != "plugin");
    kinds.cloned()
}

/// All of it as text: files are written beside the configuration.
pub(crate) fn configuration(folder: &Path, entries: &[&Entry], peer: &Peer, trips: bool) -> String {
    let plugins: Vec<Toml> = entries.iter().map(|entry| plugin(folder, entry, peer, trips)).collect();
    let chains: String = entries.iter().filter(|entry| entry.role != "webhook").map(|entry| chain(entry)).collect();
    let connector = |entry: &&&Entry| entry.role == "webhook";
    let connectors = entries.iter().filter(connector).map(|entry| {
        let id = &entry.id;
        format!("[[connector]]\nname = \"{id}\"\nplugin = \"{id}\"\nchannel = \"hostile\"\n")
    });
    let mut root = Table::new();
    if !plugins.is_empty() {
        root.insert("plugin".to_owned(), Toml::Array(plugins));
    }
    let plugins = toml::to_string(&root).expect("a configuration");
    let secret = entries.iter().any(|entry| entry.grant.contains_key("secrets"));
    let secrets = if secret { "[secrets]\nhostile-token = { env = \"HOSTILE_TOKEN\" }\n" } else { "" };
    [secrets, HOOK, HONEST, &plugins, &connectors.collect::<String>(), &chains, HONEST_CHAIN].concat()
}

fn plugin(folder: &Path, entry: &Entry, peer: &Peer, trips: bool) -> Toml {
    let file = folder.join(format!("{}.wasm", entry.id));
    std::fs::write(&file, bytes(entry)).expect("writing a component");
    let mut plugin = Table::new();
    plugin.insert("name".to_owned(), entry.id.clone().into());
    plugin.insert("file".to_owned(), file.display().to_string().into());
    if !trips {
        plugin.insert("breaker".to_owned(), Toml::Table(Table::from_iter([("faults_max".to_owned(), Toml::Integer(0))])));
    }
    let mut grant = entry.grant.clone();
    grant.insert("fields".to_owned(), vec!["text"].into());
    for (name, table) in [("grant", &grant), ("limits", &entry.limits), ("settings", &entry.settings)] {
        if !table.is_empty() {
            plugin.insert(name.to_owned(), with_peer(&Toml::Table(table.clone()), &peer.address()));
        }
    }
    Toml::Table(plugin)
}

fn with_peer(value: &Toml, address: &str) -> Toml {
    match value {
        Toml::String(text) => text.replace("PEER", address).into(),
        Toml::Array(list) => list.iter().map(|one| with_peer(one, address)).collect::<Vec<_>>().into(),
        Toml::Table(table) => Toml::Table(table.iter().map(|(key, one)| (key.clone(), with_peer(one, address))).collect()),
        other => other.clone(),
    }
}

fn chain(entry: &Entry) -> String {
    let (id, role) = (&entry.id, &entry.role);
    let calm = if role == "router" { "" } else { "[[chain.step]]\nplugin = \"calm\"\nrole = \"router\"\non_fault = \"hold\"\n" };
    format!(
        "[[chain]]\nname = \"{id}\"\nwhen = \"interaction.text.startsWith('please {id}:')\"\nhold_queue = \"held\"\n\
         [[chain.step]]\nplugin = \"{id}\"\nrole = \"{role}\"\non_fault = \"hold\"\n{calm}"
    )
}
