//! The figures, for people (tables), for programs (JSON) and at a glance (a chart), in one folder.

use std::path::Path;

use anyhow::{Context as _, Result};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::Bench;
use crate::chart;
use crate::goal::{self, Goal};
use crate::machine::Machine;
use crate::peers::About;
use crate::rounds::Rounds;

const PARTS: [(&str, &str); 5] = [
    ("receive", "json: receive"),
    ("classify", "sentiment: classify"),
    ("prioritize", "four-factors: prioritize"),
    ("route", "rules: route"),
    ("chain", "the chain of four"),
];
const MODES: [(&str, &str); 3] = [("interaction", "fresh for each"), ("batch", "batch of 32"), ("warm", "warm")];
const HTTP: [(&str, &str); 6] = [
    ("http/store-only", "axum, only stores the body durably"),
    ("http/sample", "Pointsman, the sample's chain, fresh instances: durable and decided"),
    ("http/sample-batch", "Pointsman, the sample's chain, batches: durable and decided"),
    ("http/policy", "Pointsman, the peers' policy, fresh instances: durable and decided"),
    ("http/policy-batch", "Pointsman, the peers' policy, batches: durable and decided"),
    ("http/node-red", "Node-RED, the peers' policy: neither durable nor deduplicated, isolated or in order"),
];
const STORE: [(&str, &str); 3] =
    [("store/accepts", "a delivery accepted"), ("store/reads", "what a chain needs, read"), ("store/decides", "a decision committed")];

/// Everything that was measured.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    /// Of the JSON's shape.
    version: u32,
    machine: &'a Machine,
    runtime: &'a runtime::Report,
    rounds: usize,
    texts: usize,
    peers: &'a [About],
    versions: Vec<(String, String)>,
    goals: Vec<Goal>,
    /// `name:unit`, one figure for each round.
    figures: &'a Rounds,
}

impl<'a> Report<'a> {
    /// Of these rounds.
    pub(crate) fn new(
        bench: &Bench,
        (machine, runtime, texts): (&'a Machine, &'a runtime::Report, usize),
        (peers, versions): (&'a [About], Vec<(String, String)>),
        figures: &'a Rounds,
    ) -> Self {
        let rivals: Vec<(String, String)> =
            peers.iter().filter(|peer| peer.name != "native").map(|peer| (peer.name.clone(), title(peer))).collect();
        Self { version: 1, machine, runtime, rounds: bench.rounds, texts, peers, versions, goals: goal::goals(figures, &rivals), figures }
    }

    /// Writes `table.md`, `figures.json` and `chart.svg`; what was written first is printed.
    pub(crate) fn write(&self, folder: &Path, as_json: bool) -> Result<()> {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let (table, json) = (self.text(), serde_json::to_string_pretty(self)?);
        std::fs::write(folder.join("table.md"), &table)?;
        std::fs::write(folder.join("figures.json"), &json)?;
        chart::draw(&folder.join("chart.svg"), &self.bars())?;
        println!("{}", if as_json { &json } else { &table });
        Ok(())
    }

    fn text(&self) -> String {
        let reset = if self.runtime.reset.pagemap_scan { "pagemap scan" } else { "no pagemap scan" };
        let keep = self.runtime.reset.keep_resident_bytes >> 10;
        let mut text = format!("# What an interaction costs\n\n{}; {reset}, {keep} KiB stay resident. ", self.machine.line());
        text += &format!("{} rounds, everything in each; {} texts of the sample.\n", self.rounds, self.texts);
        text += "CPU time in µs unless a heading says otherwise: median (least). Trust ratios and least figures.\n";
        for (heading, table) in [
            ("Goals", self.goal_table()),
            ("The sample's chain, one thread", self.chain_table()),
            ("Around the plugins", self.host_table()),
            ("Two cores", self.two_table()),
            ("The same policy: 40 rules that score, 14 that route", self.policy_table()),
            ("Over HTTP", self.http_table()),
            ("The store alone, µs by the clock, with a sync before each answer", self.store_table()),
        ] {
            if table.row_count() > 0 {
                text += &format!("\n## {heading}\n\n{table}\n");
            }
        }
        let versions: Vec<String> = self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        text + &format!("\n{}\n", versions.join(" · "))
    }

    fn goal_table(&self) -> Table {
        let mut table = table(["goal", "measured", "bound", ""]);
        for goal in &self.goals {
            let figure = goal.figure.map_or_else(String::new, |figure| format!("{figure:.2}"));
            table.add_row([goal.what.clone(), figure, goal.bound.clone(), goal.word().to_owned()]);
        }
        table
    }

    fn chain_table(&self) -> Table {
        let mut table = table(["step", "native", "isolation", "plain wasmtime", "Pointsman", "÷ wasmtime", "÷ native"]);
        for (part, words) in PARTS {
            for (mode, mode_words) in MODES {
                let (native, ours) = (format!("native/{part}"), format!("pointsman/{mode}/{part}"));
                let raw = format!("raw/{mode}/{part}");
                if self.figures.figure(&ours, "cpu_us").is_some() {
                    let [by_raw, by_native] = [&raw, &native].map(|base| times(self.figures.paired(&ours, base, "cpu_us")));
                    let [native, raw, ours] = [&native, &raw, &ours].map(|name| self.us(name));
                    table.add_row([words.to_owned(), native, mode_words.to_owned(), raw, ours, by_raw, by_native]);
                }
            }
        }
        table
    }

    fn host_table(&self) -> Table {
        let mut table = table([
            "isolation",
            "chain",
            "without accounting",
            "accounting costs",
            "judging, through the port",
            "the host decides, 64 at a time",
            "one at a time",
        ]);
        for (mode, words) in MODES {
            let [with, without, decider, alone] =
                ["pointsman/?/chain", "unaccounted/?/chain", "decider/?", "decider/?-alone"].map(|name| name.replace('?', mode));
            if self.figures.figure(&with, "cpu_us").is_some() {
                let part = |part: &str| Some(self.figures.figure(&format!("pointsman/{mode}/{part}"), "cpu_us")?.median);
                let judging: Option<f64> = ["classify", "prioritize", "route"].into_iter().map(part).sum();
                let judging = judging.map_or_else(String::new, |us| format!("{us:.1}"));
                let costs = times(self.figures.paired(&with, &without, "cpu_us"));
                table.add_row([words.to_owned(), self.us(&with), self.us(&without), costs, judging, self.us(&decider), self.us(&alone)]);
            }
        }
        table
    }

    fn two_table(&self) -> Table {
        let mut table = table(["chain on", "one, a second", "two, a second", "gain"]);
        for (name, words) in [
            ("threads/native", "threads, native"),
            ("threads/interaction", "threads, fresh for each"),
            ("threads/batch", "threads, batch of 32"),
            ("threads/warm", "threads, warm"),
            ("processes/interaction", "processes, fresh for each"),
        ] {
            let figure = |unit: &str| self.figures.figure(name, unit).map(|figure| figure.median);
            if let (Some(one), Some(two), Some(gain)) = (figure("one_per_s"), figure("two_per_s"), figure("gain")) {
                table.add_row([words.to_owned(), format!("{one:.0}"), format!("{two:.0}"), format!("{gain:.2} ×")]);
            }
        }
        table
    }

    fn policy_table(&self) -> Table {
        let mut table = table(["who", "limits", "state", "µs for a decision", "to Pointsman's safest mode"]);
        let mut rows = vec![
            ("pointsman".to_owned(), "Pointsman, the whole host, 64 at a time".to_owned(), "all, grants, trace", "fresh"),
            ("pointsman-alone".to_owned(), "Pointsman, the whole host, one at a time".to_owned(), "all, grants, trace", "fresh"),
            ("pointsman-call".to_owned(), "Pointsman, the plugin's call alone".to_owned(), "all, grants", "fresh"),
            ("pointsman-batch".to_owned(), "Pointsman, the plugin's call alone".to_owned(), "all", "fresh for a batch of 32"),
        ];
        rows.extend(self.peers.iter().map(|peer| (peer.name.clone(), title(peer), peer.limits.as_str(), peer.state.as_str())));
        for (name, title, limits, state) in rows {
            let name = format!("policy/{name}");
            if self.figures.figure(&name, "cpu_us").is_some() {
                let to_ours = times(self.figures.paired(&name, "policy/pointsman", "cpu_us"));
                table.add_row([title, limits.to_owned(), state.to_owned(), self.us(&name), to_ours]);
            }
        }
        table
    }

    fn http_table(&self) -> Table {
        let mut table = table(["server", "CPU µs a request", "requests a second", "p50 ms", "p99 ms"]);
        for (name, words) in HTTP {
            let figure = |unit: &str, digits: usize| {
                self.figures.figure(name, unit).map_or_else(String::new, |figure| format!("{:.digits$}", figure.median))
            };
            if self.figures.figure(name, "cpu_us").is_some() {
                table.add_row([words.to_owned(), self.us(name), figure("per_s", 0), figure("p50_ms", 2), figure("p99_ms", 2)]);
            }
        }
        table
    }

    fn store_table(&self) -> Table {
        let mut table = table(["what", "µs"]);
        for (name, words) in STORE {
            if let Some(figure) = self.figures.figure(name, "wall_us") {
                table.add_row([words.to_owned(), format!("{:.1} ({:.1})", figure.median, figure.least)]);
            }
        }
        table
    }

    /// What the chart shows: the chain, and the policy.
    fn bars(&self) -> Vec<chart::Group> {
        let bar = |name: String, words: String| Some((words, self.figures.figure(&name, "cpu_us")?.median));
        let mut chain = vec![bar("native/chain".to_owned(), "native".to_owned())];
        for (mode, words) in MODES {
            chain.push(bar(format!("raw/{mode}/chain"), format!("plain wasmtime, {words}")));
            chain.push(bar(format!("pointsman/{mode}/chain"), format!("Pointsman, {words}")));
        }
        let mut policy = vec![
            bar("policy/pointsman".to_owned(), "Pointsman, the whole host, fresh".to_owned()),
            bar("policy/pointsman-call".to_owned(), "Pointsman, the call, fresh".to_owned()),
            bar("policy/pointsman-batch".to_owned(), "Pointsman, the call, batch of 32".to_owned()),
        ];
        policy.extend(self.peers.iter().map(|peer| bar(format!("policy/{}", peer.name), format!("{}, {}", peer.title, peer.state))));
        let http = HTTP.iter().map(|(name, words)| bar((*name).to_owned(), words.split(':').next().unwrap_or(words).to_owned()));
        let group = |title: &str, bars: Vec<Option<(String, f64)>>| chart::Group {
            title: title.to_owned(),
            bars: bars.into_iter().flatten().collect(),
        };
        vec![
            group("The sample's chain: CPU µs for an interaction", chain),
            group("The same policy: CPU µs for a decision", policy),
            group("Over HTTP: CPU µs of the server for a request", http.collect()),
        ]
    }

    fn us(&self, name: &str) -> String {
        self.figures.figure(name, "cpu_us").map_or_else(String::new, |figure| format!("{:.1} ({:.1})", figure.median, figure.least))
    }
}

fn title(peer: &About) -> String {
    format!("{} {}, {}", peer.title, peer.version, peer.state)
}

fn times(ratio: Option<f64>) -> String {
    ratio.map_or_else(String::new, |ratio| format!("{ratio:.2} ×"))
}

fn table<const N: usize>(heads: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(heads);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
