//! A history to look back on: a desk with real plugins that has decided some hundred interactions and has ended.

use harness::request;
use serde_json::{Value, json};

use crate::desk::PATIENCE;
use crate::program::{Told, call};
use crate::setup::{Place, load_body, load_configuration};

/// A place whose host has ended.
pub(crate) struct Past {
    pub(crate) place: Place,
    /// As it was configured.
    pub(crate) configuration: String,
    /// Its decisions as the API lists them, oldest first, at most 499.
    pub(crate) decisions: Vec<Value>,
}

impl Past {
    /// Takes in and decides so many, each a quarter of four texts; `change` changes the configuration.
    pub(crate) fn of(count: u64, change: impl Fn(String) -> String) -> Self {
        Self::labelled(count, change, &[])
    }

    /// The same, and people say where some of them belong: by position and queue.
    pub(crate) fn labelled(count: u64, change: impl Fn(String) -> String, labels: &[(usize, Option<&str>)]) -> Self {
        let place = Place::new();
        let cache = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins");
        let configuration = change(load_configuration(&place.path("pointsman.db"), &cache));
        let host = place.start(&configuration);
        for number in 0..count {
            let body = load_body(number);
            let json = [("content-type".to_owned(), "application/json".to_owned())];
            let answer = request("POST", &format!("{}/hooks/load", host.url()), &json, body.as_bytes()).expect("an answer");
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        let done = |totals: &Value| totals["decisions"].as_u64() >= Some(count) && totals["pending"] == 0;
        host.wait_for_totals(PATIENCE, done).expect("all is decided");
        let list = host.api("/decisions?after=0&limit=499").expect("an answer").json().expect("JSON");
        let decisions = list["items"].as_array().expect("items").clone();
        for (at, queue) in labels {
            let id = decisions[*at]["decision"]["interaction"].as_str().expect("an id");
            let url = format!("{}/api/v1/interactions/{id}/label", host.url());
            let given = queue.map_or_else(|| json!({}), |queue| json!({"queue": queue}));
            let answer = request("POST", &url, &[("content-type".to_owned(), "application/json".to_owned())], given.to_string().as_bytes());
            let answer = answer.expect("an answer");
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        host.stop().expect("a graceful end");
        Self { place, configuration, decisions }
    }

    /// Calls the program on its configuration.
    pub(crate) fn call(&self, args: &[&str]) -> Told {
        let config = self.path("pointsman.toml");
        call(&[args, &["--config", &config]].concat())
    }

    /// Writes a candidate beside the configuration.
    pub(crate) fn candidate(&self, change: impl Fn(&str) -> String) -> String {
        let text = change(&self.configuration);
        assert_ne!(text, self.configuration, "the candidate is another one");
        let path = self.path("candidate.toml");
        std::fs::write(&path, text).expect("writing the candidate");
        path
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.place.path(name).display().to_string()
    }

    /// How many of the decisions listed went to this queue.
    pub(crate) fn in_queue(&self, queue: &str) -> u64 {
        let is = |row: &&Value| row["decision"]["routing"]["disposition"]["assign"]["targets"][0]["queue"] == queue;
        self.decisions.iter().filter(is).count() as u64
    }
}
