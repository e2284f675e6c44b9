//! A host with an API that can be asked, behind whatever plugins a test puts into its configuration.

use std::time::Duration;

use harness::{Answer, Host, HostOptions, plugins_dir, request};
use serde_json::{Value, json};

use crate::program::{Told, call};
use crate::setup::Place;

/// Longest wait for something that has to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Items with `id`, `thread`, `text`, `author` and `event`, at `/hooks/hook`.
pub(crate) const HOOK: &str = r#"
[[plugin]]
name = "json"
file = "DIST/json.wasm"
[plugin.settings]
signature = { scheme = "none" }
event = { pointer = "/event", map = { new = "said", changed = "edited", gone = "removed" }, default = "said" }
[plugin.settings.item]
source_id = "/id"
conversation = "/thread"
text = "/text"
occurred_at = "/at"
author = { id = "/author/id", handle = "/author/handle", display_name = "/author/name" }
[[connector]]
name = "hook"
plugin = "json"
channel = "hook"
"#;

/// Everything goes to the queue `front`.
pub(crate) const CHAIN: &str = r#"
[[plugin]]
name = "calm"
file = "DIST/fault.wasm"
grant = { fields = ["text"] }
[plugin.settings]
queue = "front"
[[chain]]
name = "main"
hold_queue = "held"
[[chain.step]]
plugin = "calm"
role = "router"
on_fault = "hold"
"#;

/// A whole configuration. `DIST` in `body` stands for the folder of the plugins. What was compiled is kept between tests: what is tested
/// here begins behind that.
pub(crate) fn configuration(place: &Place, body: &str) -> String {
    let cache = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins");
    format!(
        "[server]\nlisten = \"127.0.0.1:0\"\nopen_api_on_loopback = true\n\
         requests_per_minute = 10000000\naddress_requests_per_minute = 10000000\n\
         [store]\npath = \"{}\"\n[runtime]\ncache_dir = \"{}\"\n[[queue]]\nname = \"front\"\n[[queue]]\nname = \"held\"\n{}",
        place.path("pointsman.db").display(),
        cache.display(),
        body.replace("DIST", &plugins_dir().display().to_string())
    )
}

/// A place with a configuration, and the host that serves it.
pub(crate) struct Desk {
    pub(crate) place: Place,
    pub(crate) host: Host,
}

impl Desk {
    /// Starts a host with these plugins, connectors and chains.
    pub(crate) fn open(body: &str) -> Self {
        Self::with_env(body, &[])
    }

    /// The same with secrets in its environment.
    pub(crate) fn with_env(body: &str, env: &[(&str, &str)]) -> Self {
        let place = Place::new();
        let config = place.configure(&configuration(&place, body));
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let host = Host::start(&config, &HostOptions { env, loud: false }).expect("the host starts");
        Self { place, host }
    }

    /// Ends the host and starts another on the same store with another configuration.
    pub(crate) fn reopen(self, body: &str) -> Self {
        let Self { place, host } = self;
        host.stop().expect("a graceful end");
        let host = place.start(&configuration(&place, body));
        Self { place, host }
    }

    /// Delivers to a connector.
    pub(crate) fn post(&self, connector: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        request("POST", &format!("{}/hooks/{connector}", self.host.url()), &headers, body).expect("an answer")
    }

    /// Delivers one item, which has to be taken.
    pub(crate) fn say(&self, connector: &str, item: &Value) {
        let answer = self.post(connector, &[("content-type", "application/json")], item.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// What the API answers to GET.
    pub(crate) fn ask(&self, path: &str) -> Value {
        let answer = self.host.api(path).expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json().expect("JSON")
    }

    /// Posts to the API.
    pub(crate) fn tell(&self, path: &str) -> Answer {
        request("POST", &format!("{}/api/v1{path}", self.host.url()), &[], b"").expect("an answer")
    }

    /// The rows of a list of the API.
    pub(crate) fn list(&self, path: &str) -> Vec<Value> {
        self.ask(path)["items"].as_array().expect("items").clone()
    }

    /// Waits for so many decisions and for nothing that waits; all of them, oldest first.
    pub(crate) fn decisions(&self, count: u64) -> Vec<Value> {
        let done = |totals: &Value| totals["decisions"].as_u64() >= Some(count) && totals["pending"] == 0;
        let totals = self.host.wait_for_totals(PATIENCE, done).expect("all is decided");
        assert_eq!(totals["decisions"], count, "{totals}");
        self.list("/decisions?after=0&limit=499")
    }

    /// The stored decision about what was said with this text.
    pub(crate) fn decision_about(&self, text: &str) -> Value {
        let rows = self.list("/decisions?after=0&limit=499");
        let row = rows.iter().rfind(|row| row["excerpt"] == text).unwrap_or_else(|| panic!("no decision about {text}: {rows:?}"));
        self.ask(&format!("/decisions/{}", row["decision"]["id"].as_str().expect("an id")))
    }

    /// Calls the program on this configuration.
    pub(crate) fn call(&self, args: &[&str]) -> Told {
        let config = self.config();
        call(&[args, &["--config", &config]].concat())
    }

    /// The configuration's path.
    pub(crate) fn config(&self) -> String {
        self.place.path("pointsman.toml").display().to_string()
    }

    /// The figure of one line of the metrics.
    pub(crate) fn metric(&self, series: &str) -> f64 {
        let text = harness::get(&format!("{}/metrics", self.host.url())).expect("an answer").body;
        let found = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        found.map_or(0.0, |figure| figure.parse().expect("a number"))
    }

    /// It still serves: one more item is taken and decided, and nothing else changed.
    pub(crate) fn still_serves(&self) {
        let before = self.ask("/totals");
        self.say("hook", &json!({"id": "still-serves", "text": "still there?"}));
        let number = |totals: &Value, name: &str| totals[name].as_u64().unwrap_or_default();
        self.decisions(number(&before, "decisions") + 1);
        let after = self.ask("/totals");
        for (name, more) in [("deliveries", 1), ("quarantined", 0), ("interactions", 1)] {
            assert_eq!(number(&after, name), number(&before, name) + more, "{name}: {before} {after}");
        }
    }
}
