//! What the figures must be, and whether they are.

use serde::Serialize;

use crate::rounds::Rounds;

/// A goal, and the figure that was measured.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Goal {
    /// In words.
    pub(crate) what: String,
    /// The bound in words, with the figure to hope for beyond it.
    pub(crate) bound: String,
    /// Measured; absent when it was left out.
    pub(crate) figure: Option<f64>,
    /// Whether it was reached; absent when it was not measured.
    pub(crate) met: Option<bool>,
}

impl Goal {
    fn at_most(what: &str, figure: Option<f64>, bound: f64, stretch: &str) -> Self {
        Self { what: what.to_owned(), bound: format!("at most {bound}{stretch}"), figure, met: figure.map(|figure| figure <= bound) }
    }

    fn at_least(what: &str, figure: Option<f64>, bound: f64) -> Self {
        Self { what: what.to_owned(), bound: format!("at least {bound}"), figure, met: figure.map(|figure| figure >= bound) }
    }

    /// In a word.
    pub(crate) fn word(&self) -> &'static str {
        match self.met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "not measured",
        }
    }
}

/// All goals.
pub(crate) fn goals(rounds: &Rounds, peers: &[(String, String)]) -> Vec<Goal> {
    let cpu = |name: &str, base: &str| rounds.paired(name, base, "cpu_us");
    let mut goals = vec![
        Goal::at_most(
            "chain, fresh instance for each interaction ÷ native",
            cpu("pointsman/interaction/chain", "native/chain"),
            15.0,
            " (hoped for: 10)",
        ),
        Goal::at_most("chain, batch of 32 ÷ native", cpu("pointsman/batch/chain", "native/chain"), 5.0, " (hoped for: 3)"),
    ];
    for (mode, words) in [("interaction", "fresh"), ("batch", "batch of 32"), ("warm", "warm")] {
        let (ours, raw) = (format!("pointsman/{mode}/chain"), format!("raw/{mode}/chain"));
        goals.push(Goal::at_most(&format!("chain, {words} ÷ plain wasmtime"), cpu(&ours, &raw), 1.3, ""));
    }
    let gain = |name: &str| rounds.figure(name, "gain").map(|figure| figure.median);
    let best = ["threads/batch", "processes/interaction"].into_iter().filter_map(gain).reduce(f64::max);
    goals.push(Goal::at_least("two cores ÷ one, the better of batches and processes", best, 1.7));
    for (name, title) in peers {
        let ratio = cpu("policy/pointsman-call", &format!("policy/{name}"));
        goals.push(Goal::at_most(&format!("policy, a call in the safest mode ÷ {title}"), ratio, 1.0, ""));
    }
    for (mode, words) in [("", "fresh"), ("-batch", "batches")] {
        let (sample, policy) = (format!("http/sample{mode}"), format!("http/policy{mode}"));
        let rate = rounds.paired(&sample, "http/store-only", "per_s");
        goals.push(Goal::at_least(&format!("HTTP, {words}: durable and decided ÷ only stored, requests a second"), rate, 0.5));
        let same = cpu(&policy, "http/node-red");
        goals.push(Goal::at_most(&format!("HTTP, {words}: CPU for a request, same policy ÷ Node-RED"), same, 1.0, ""));
        let chain = cpu(&sample, "http/node-red");
        goals.push(Goal::at_most(&format!("HTTP, {words}: CPU for a request, the sample's chain ÷ Node-RED"), chain, 1.0, ""));
    }
    goals
}
