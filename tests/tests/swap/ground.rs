//! What the tests of swaps stand on: a desk whose configuration changes under it.

use std::time::{Duration, Instant};

use harness::{Answer, request};
use serde_json::{Value, json};

use crate::desk::{Desk, HOOK, PATIENCE, configuration};
use crate::program::{Told, call};

/// One router that sends everything to this queue, and says so with more settings if there are any.
pub(crate) fn body(queue: &str, more: &str) -> String {
    with_grant(queue, more, "[\"text\"]")
}

/// The same with these fields granted.
pub(crate) fn with_grant(queue: &str, more: &str, fields: &str) -> String {
    let night = "[[queue]]\nname = \"night\"\n";
    let plugin = format!(
        "[[plugin]]\nname = \"calm\"\nfile = \"DIST/fault.wasm\"\nbreaker = {{ faults_max = 0 }}\ngrant = {{ fields = {fields} }}\n\
         [plugin.settings]\nqueue = \"{queue}\"\n{more}\n"
    );
    let chain =
        "[[chain]]\nname = \"main\"\nhold_queue = \"held\"\n[[chain.step]]\nplugin = \"calm\"\nrole = \"router\"\non_fault = \"hold\"\n";
    [night, HOOK, &plugin, chain].concat()
}

/// Operations on a desk.
pub(crate) trait Ground {
    /// Writes another configuration; nothing is applied.
    fn rewrite(&self, body: &str);
    /// Calls an operation of the program on the running host.
    fn op(&self, args: &[&str]) -> Told;
    /// Posts JSON to the API.
    fn send(&self, path: &str, body: &Value) -> Answer;
    /// The generation that serves.
    fn serving(&self) -> String;
    /// Lines of the history, newest first.
    fn history(&self) -> Vec<Value>;
    /// Waits until the newest line of the history is of this kind and trigger.
    fn wait_for(&self, kind: &str, trigger: &str) -> Value;
    /// Says something and gives the queue where it ends.
    fn routed(&self, text: &str) -> String;
    /// The books are right.
    fn nothing_is_lost(&self);
}

impl Ground for Desk {
    fn rewrite(&self, body: &str) {
        // As editors do it: a new file in the place of the old one.
        let path = self.place.path("pointsman.toml");
        std::fs::write(path.with_extension("new"), configuration(&self.place, body)).expect("writing");
        std::fs::rename(path.with_extension("new"), path).expect("renaming");
    }

    fn op(&self, args: &[&str]) -> Told {
        let (url, config) = (self.host.url(), self.config());
        call(&[args, &["--url", &url, "--config", &config]].concat())
    }

    fn send(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type".to_owned(), "application/json".to_owned())];
        request("POST", &format!("{}/api/v1{path}", self.host.url()), &headers, body.to_string().as_bytes()).expect("an answer")
    }

    fn serving(&self) -> String {
        self.ask("/generation")["id"].as_str().expect("an id").to_owned()
    }

    fn history(&self) -> Vec<Value> {
        self.list("/history?limit=499")
    }

    fn wait_for(&self, kind: &str, trigger: &str) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let newest = self.history().into_iter().next().expect("a line");
            if newest["kind"] == kind && newest["trigger"] == trigger {
                return newest;
            }
            assert!(Instant::now() < until, "no {kind} by {trigger}, but {newest}\n{}", self.host.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn routed(&self, text: &str) -> String {
        let decided = self.ask("/totals")["decisions"].as_u64().expect("a number");
        self.say("hook", &json!({"id": text, "thread": text, "text": text}));
        self.decisions(decided + 1);
        queue(&self.decision_about(text))
    }

    fn nothing_is_lost(&self) {
        for series in ["pointsman_interactions_lost_total", "pointsman_decisions_duplicated_total", "pointsman_decisions_mixed_total"] {
            assert_eq!(self.metric(series), 0.0, "{series}");
        }
        self.still_serves();
    }
}

/// Where a decision sends.
pub(crate) fn queue(stored: &Value) -> String {
    let disposition = &stored["decision"]["routing"]["disposition"];
    let queue = disposition["assign"]["targets"][0]["queue"].as_str().or_else(|| disposition["hold"].as_str());
    queue.unwrap_or_else(|| panic!("no queue: {stored}")).to_owned()
}

/// A component with another manifest in the place of its own.
pub(crate) fn with_manifest(component: &[u8], manifest: Option<&Value>) -> Vec<u8> {
    let mut out = component.get(..8).expect("a header").to_vec();
    let mut at = 8;
    while at < component.len() {
        let (size, digits) = number(&component[at + 1..]);
        let end = at + 1 + digits + size;
        let content = &component[at + 1 + digits..end];
        let named = component[at] == 0 && content.windows(18).next() == Some(&b"\x12pointsman:manifest"[..18]);
        if !named {
            out.extend_from_slice(&component[at..end]);
        }
        at = end;
    }
    if let Some(manifest) = manifest {
        let mut section = b"\x12pointsman:manifest".to_vec();
        section.extend(manifest.to_string().as_bytes());
        out.push(0);
        out.extend(leb(section.len()));
        out.extend(section);
    }
    out
}

fn number(bytes: &[u8]) -> (usize, usize) {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return (value, index + 1);
        }
    }
    panic!("no end of a number");
}

fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let digit = u8::try_from(value & 0x7f).expect("seven bits");
        value >>= 7;
        bytes.push(if value == 0 { digit } else { digit | 0x80 });
        if value == 0 {
            return bytes;
        }
    }
}
