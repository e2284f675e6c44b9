//! Configurations for hosts under test.

use std::path::{Path, PathBuf};

use harness::{Host, HostOptions, plugins_dir};

/// A temporary folder with a configuration in it.
pub(crate) struct Place {
    pub(crate) dir: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes the configuration and gives its path.
    pub(crate) fn configure(&self, text: &str) -> PathBuf {
        let path = self.path("pointsman.toml");
        std::fs::write(&path, text).expect("writing the configuration");
        path
    }

    pub(crate) fn start(&self, text: &str) -> Host {
        Host::start(&self.configure(text), &HostOptions::default()).expect("the host starts")
    }
}

/// A chain of real plugins behind one unsigned webhook; the store lies in `store`.
pub(crate) fn load_configuration(store: &Path, cache: &Path) -> String {
    let dist = plugins_dir();
    let dist = dist.display();
    format!(
        r#"
[server]
listen = "127.0.0.1:0"
open_api_on_loopback = true
requests_per_minute = 10000000
address_requests_per_minute = 10000000

[store]
path = "{store}"

[runtime]
cache_dir = "{cache}"

[[queue]]
name = "front"
[[queue]]
name = "care"

[[plugin]]
name = "json"
file = "{dist}/json.wasm"
[plugin.settings]
signature = {{ scheme = "none" }}
[plugin.settings.item]
source_id = "/id"
conversation = "/thread"
text = "/text"
author = {{ id = "/author" }}

[[plugin]]
name = "sentiment"
file = "{dist}/sentiment.wasm"
grant = {{ fields = ["text"] }}

[[plugin]]
name = "four-factors"
file = "{dist}/four-factors.wasm"
grant = {{ fields = ["text", "author", "customer", "engagement"] }}

[[plugin]]
name = "rules"
file = "{dist}/rules.wasm"
grant = {{ fields = ["text"] }}
[plugin.settings]
rules = [
  {{ name = "unhappy", when = {{ sentiment = ["negative"] }}, then = {{ queue = "care" }} }},
  {{ name = "rest", then = {{ queue = "front" }} }},
]

[[connector]]
name = "load"
plugin = "json"
channel = "load"

[[chain]]
name = "main"
hold_queue = "front"
[[chain.step]]
plugin = "sentiment"
on_fault = "skip"
[[chain.step]]
plugin = "four-factors"
on_fault = "skip"
[[chain.step]]
plugin = "rules"
on_fault = "hold"
"#,
        store = store.display(),
        cache = cache.display()
    )
}

/// A delivery of the load: one of a hundred conversations, one of four texts.
pub(crate) fn load_body(number: u64) -> String {
    let texts = ["Where is my order?", "Thank you, great service!", "This is broken and nobody answers.", "Bonjour, une question."];
    let text = texts.get(usize::try_from(number % 4).unwrap_or_default()).copied().unwrap_or_default();
    format!(r#"{{"id":"{}","thread":"t-{}","author":"a-{}","text":"{text}"}}"#, harness::item_id(number), number % 100, number % 100)
}
