//! The figures, for people and for programs.

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::Bench;
use crate::rounds::{Figure, Rounds};
use crate::sample::Sample;
use crate::sandboxed::Sandboxed;

/// Steps and their words in the table.
const STEPS: [(&str, &str); 5] = [
    ("receive", "json: receive"),
    ("classify", "sentiment: classify"),
    ("prioritize", "four-factors: prioritize"),
    ("route", "rules: route"),
    ("chain", "chain of four"),
];
/// What is measured beyond the steps.
const WHOLES: [(&str, &str); 6] = [
    ("host decides", "the host decides: three steps, grants, trace"),
    ("store accepts", "store alone: a delivery accepted"),
    ("store reads", "store alone: what a chain needs, read"),
    ("store decides", "store alone: a decision committed"),
    ("http accepts", "over HTTP: accepted durably"),
    ("http decides", "over HTTP: accepted durably and decided"),
];

/// Everything that was measured.
#[derive(Serialize)]
pub(crate) struct Report {
    rounds: usize,
    connections: usize,
    posts: usize,
    texts: usize,
    cores: usize,
    runtime: runtime::Report,
    steps: Vec<Step>,
    wholes: Vec<Whole>,
}

#[derive(Serialize)]
struct Step {
    name: &'static str,
    #[serde(skip)]
    words: &'static str,
    native_us: f64,
    native_least_us: f64,
    sandboxed_us: f64,
    sandboxed_least_us: f64,
    ratio: f64,
}

#[derive(Serialize)]
struct Whole {
    name: &'static str,
    #[serde(skip)]
    words: &'static str,
    us: f64,
    least_us: f64,
    per_s: f64,
    /// To the native chain.
    ratio: f64,
}

impl Report {
    /// Of these rounds.
    pub(crate) fn new(bench: &Bench, sample: &Sample, sandboxed: &Sandboxed, rounds: &Rounds) -> Self {
        let chain = rounds.figure("native chain");
        Self {
            rounds: bench.rounds,
            connections: bench.connections,
            posts: bench.posts,
            texts: sample.forms.len(),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            runtime: sandboxed.report.clone(),
            steps: STEPS.iter().filter_map(|(name, words)| Step::of(rounds, name, words)).collect(),
            wholes: WHOLES.iter().filter_map(|(name, words)| Whole::of(rounds, name, words, chain?)).collect(),
        }
    }

    /// Tables, or one JSON object, on stdout.
    pub(crate) fn print(&self, as_json: bool) -> Result<()> {
        if as_json {
            println!("{}", serde_json::to_string(self)?);
            return Ok(());
        }
        println!("µs for each interaction, median of {} rounds (quickest in brackets); {} texts of the sample", self.rounds, self.texts);
        println!("{} cores; {:?}\n", self.cores, self.runtime.reset);
        println!("{}\n", self.step_table());
        println!("{}", self.whole_table());
        println!("store and HTTP: {} deliveries a round from {} callers, each waits for a sync to the disk", self.posts, self.connections);
        Ok(())
    }

    fn step_table(&self) -> Table {
        let mut table = table(["one thread", "native", "sandboxed, fresh instance", "ratio"]);
        for step in &self.steps {
            let native = both(step.native_us, step.native_least_us);
            let sandboxed = both(step.sandboxed_us, step.sandboxed_least_us);
            table.add_row([step.words.to_owned(), native, sandboxed, format!("{:.1} ×", step.ratio)]);
        }
        table
    }

    fn whole_table(&self) -> Table {
        let mut table = table(["whole", "µs", "a second", "to native chain"]);
        for whole in &self.wholes {
            let (us, per_s) = (both(whole.us, whole.least_us), format!("{:.0}", whole.per_s));
            table.add_row([whole.words.to_owned(), us, per_s, format!("{:.1} ×", whole.ratio)]);
        }
        table
    }
}

impl Step {
    fn of(rounds: &Rounds, name: &'static str, words: &'static str) -> Option<Self> {
        let (native, sandboxed) = (rounds.figure(&format!("native {name}"))?, rounds.figure(&format!("sandboxed {name}"))?);
        Some(Self {
            name,
            words,
            native_us: native.median_us,
            native_least_us: native.least_us,
            sandboxed_us: sandboxed.median_us,
            sandboxed_least_us: sandboxed.least_us,
            ratio: sandboxed.median_us / native.median_us,
        })
    }
}

impl Whole {
    fn of(rounds: &Rounds, name: &'static str, words: &'static str, chain: Figure) -> Option<Self> {
        let Figure { median_us, least_us } = rounds.figure(name)?;
        Some(Self { name, words, us: median_us, least_us, per_s: 1e6 / median_us, ratio: median_us / chain.median_us })
    }
}

fn table(heads: [&str; 4]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(heads);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn both(median: f64, least: f64) -> String {
    format!("{median:.1} ({least:.1})")
}
