//! Correctness on real payloads, as a score: every labelled payload of every channel through its connector, in the sandbox.
//!
//! The payloads are not in the repository; the test is skipped where they are not there, and fails there under `CI`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use harness::{binary, repository, shared};
use serde_json::Value;

/// Least share of labelled fields that must come out right, over all channels.
const SHARE_MIN: f64 = 0.97;
/// The same in each channel.
const CHANNEL_SHARE_MIN: f64 = 0.90;

#[test]
fn the_labelled_payloads_of_every_channel() {
    let Some(shared) = shared() else {
        assert!(std::env::var_os("CI").is_none(), "POINTSMAN_SHARED is not set");
        eprintln!("skipped: POINTSMAN_SHARED is not set");
        return;
    };
    let figures = figures(&shared);
    let labelled = channels(&shared.join("fixtures/labels"));
    let missing: Vec<&String> = labelled.iter().filter(|channel| files(&figures[channel.as_str()]) == 0.0).collect();
    assert!(missing.is_empty(), "no connector reads {missing:?}");

    let mut wrong: Vec<String> =
        labelled.iter().flat_map(|channel| shortfalls(channel, &figures[channel.as_str()], CHANNEL_SHARE_MIN)).collect();
    wrong.extend(shortfalls("all channels", &figures["TOTAL"], SHARE_MIN));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the score says of every channel.
fn figures(shared: &Path) -> Value {
    let out = tempfile::tempdir().expect("a temporary folder");
    let binary = binary().expect("the binary");
    let fixtures = shared.join("fixtures");
    let mut score = Command::new(binary.with_file_name("xtask"));
    score.current_dir(repository()).env("POINTSMAN_BIN", &binary).arg("score");
    score.arg("--payloads").arg(fixtures.join("payloads")).arg("--labels").arg(fixtures.join("labels")).arg("--out").arg(out.path());
    let done = score.status().expect("cargo xtask score");
    assert!(done.success(), "{done}");

    let figures = out.path().join("figures.json");
    let mut compare = Command::new("python3");
    compare.arg(shared.join("tools/score_fixtures.py")).arg(out.path()).args(["--split", "open", "--show", "5", "--json"]).arg(&figures);
    let done = compare.status().expect("python3");
    assert!(done.success(), "{done}");
    serde_json::from_slice(&std::fs::read(&figures).expect("the figures")).expect("JSON")
}

/// Folders that hold labels.
fn channels(labels: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(labels).expect("the labels").flatten().filter(|entry| entry.path().join("open").is_dir());
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn files(figures: &Value) -> f64 {
    number(figures, "files") - number(figures, "missing")
}

fn number(figures: &Value, name: &str) -> f64 {
    figures[name].as_f64().unwrap_or_default()
}

/// What is not as it must be, in sentences.
fn shortfalls(channel: &str, figures: &Value, share_min: f64) -> Vec<String> {
    let (points, possible) = (number(figures, "pts"), number(figures, "max"));
    let mut wrong = Vec::new();
    if points < share_min * possible {
        wrong.push(format!("{channel}: {points} of {possible} points, {:.0} % is the least", share_min * 100.0));
    }
    for counter in ["false_open", "missed_open", "echo_in"] {
        if number(figures, counter) != 0.0 {
            wrong.push(format!("{channel}: {counter} is {}", figures[counter]));
        }
    }
    if number(figures, "missing") != 0.0 {
        wrong.push(format!("{channel}: {} payloads were not read", figures["missing"]));
    }
    wrong
}
