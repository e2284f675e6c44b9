//! The labelled payloads outside the repository, each read by its channel's connector in the sandbox.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dispatch::port::{Nothing, Plugin, only};
use harness::{repository, shared};
use model::{Attributes, Delivery, Fact, FaultKind, Grants, Role, Timestamp};
use runtime::Runtime;
use serde_json::{Value, json};

use super::sandbox::{Same, component, entries, json, runtime, staged};

/// The time of receipt of all payloads.
pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// What a channel sent once.
pub(crate) struct Payload {
    /// `channel/file`
    pub(crate) shown: String,
    pub(crate) bytes: Vec<u8>,
    /// What must come out; null when nothing is said of it.
    pub(crate) label: Value,
}

/// A channel whose payloads are labelled, and the connector that reads them.
pub(crate) struct Channel {
    pub(crate) name: String,
    pub(crate) payloads: Vec<Payload>,
    plugin: Arc<dyn Plugin>,
    network: Arc<Same>,
    /// Keeps the compiled code.
    _runtime: Runtime,
}

/// The channels that have payloads; none, with a word about it, where the payloads are not.
pub(crate) fn channels() -> Vec<(String, Vec<Payload>)> {
    let Some(shared) = shared() else {
        assert!(std::env::var_os("CI").is_none(), "POINTSMAN_SHARED is not set");
        eprintln!("skipped: POINTSMAN_SHARED is not set");
        return Vec::new();
    };
    let fixtures = shared.join("fixtures");
    let folders = entries(&fixtures.join("payloads")).into_iter().filter(|path| path.join("open").is_dir());
    folders.map(|folder| (name(&folder), payloads(&folder, &fixtures.join("labels")))).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn payloads(folder: &Path, labels: &Path) -> Vec<Payload> {
    let read = |path: PathBuf| {
        let label = labels.join(name(folder)).join("open").join(format!("{}.expected.json", name(&path)));
        Payload {
            shown: format!("{}/{}", name(folder), name(&path)),
            bytes: std::fs::read(&path).expect("a payload"),
            label: if label.exists() { json(&label) } else { Value::Null },
        }
    };
    entries(&folder.join("open")).into_iter().map(read).collect()
}

impl Channel {
    /// The connector of a channel, in the sandbox.
    pub(crate) async fn open(name: String, payloads: Vec<Payload>) -> Self {
        let folder = name.replace('_', "-");
        let network = Arc::new(Same::default());
        let runtime = runtime(Arc::clone(&network) as _, Arc::new(Nothing));
        let settings = repository().join("plugins").join(&folder).join("score.json");
        let settings = if settings.exists() { json(&settings) } else { json!({}) };
        let plugin = staged(&runtime, &folder, &component(&folder), settings, Grants::default()).await.expect("a connector");
        Self { name, payloads, plugin, network, _runtime: runtime }
    }

    /// What the connector makes of some bytes in the role that takes what this transport brings; refusals and failures bring nothing.
    ///
    /// # Errors
    /// When the plugin fails.
    pub(crate) async fn read(&self, label: &Value, bytes: &[u8]) -> Result<Vec<Fact>, FaultKind> {
        match self.role(label["transport"].as_str().unwrap_or("webhook")) {
            Role::Feed => {
                self.network.answer(bytes);
                let called = self.plugin.poll(None, NOW).await;
                called.outcome.map(|said| said.map(|page| page.facts).unwrap_or_default())
            }
            Role::Connection => {
                let called = self.plugin.received(bytes, &Attributes::new(), None, NOW);
                called.outcome.map(|said| said.map(|step| step.facts).unwrap_or_default())
            }
            _ => {
                let delivery = delivery(bytes);
                let called = only(self.plugin.receive(&[&delivery], NOW));
                called.outcome.map(|said| said.map(|reception| reception.facts).unwrap_or_default())
            }
        }
    }

    fn role(&self, transport: &str) -> Role {
        let order = match transport {
            "poll" | "feed" => [Role::Feed, Role::Webhook, Role::Connection],
            "stream" | "mail" => [Role::Connection, Role::Webhook, Role::Feed],
            _ => [Role::Webhook, Role::Feed, Role::Connection],
        };
        order.into_iter().find(|role| self.plugin.info().roles.contains(role)).expect("a role that reads")
    }
}

/// Some bytes as they are posted.
pub(crate) fn delivery(bytes: &[u8]) -> Delivery {
    let url = "https://localhost/hooks/test".to_owned();
    Delivery { method: "POST".to_owned(), url, headers: Vec::new(), body: bytes.to_vec(), attributes: Attributes::new() }
}
