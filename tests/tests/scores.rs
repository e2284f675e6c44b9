//! Correctness on real payloads, as a score: every labelled payload of a channel through its connector, in the sandbox.
//!
//! The payloads are not in the repository; the test is skipped where they are not there, and fails there under `CI`.

use std::process::Command;

use harness::{binary, repository, shared};
use serde_json::Value;

/// Least share of labelled fields that must come out right.
const SHARE_MIN: f64 = 0.95;

fn check(channel: &str) {
    let Some(shared) = shared() else {
        assert!(std::env::var_os("CI").is_none(), "POINTSMAN_SHARED is not set");
        eprintln!("skipped: POINTSMAN_SHARED is not set");
        return;
    };
    let out = tempfile::tempdir().expect("a temporary folder");
    let binary = binary().expect("the binary");
    let fixtures = shared.join("fixtures");
    let mut score = Command::new(binary.with_file_name("xtask"));
    score.current_dir(repository()).env("POINTSMAN_BIN", &binary).args(["score", "--channel", channel]);
    score.arg("--payloads").arg(fixtures.join("payloads")).arg("--labels").arg(fixtures.join("labels")).arg("--out").arg(out.path());
    let done = score.status().expect("cargo xtask score");
    assert!(done.success(), "{done}");

    let figures = out.path().join("figures.json");
    let mut compare = Command::new("python3");
    compare
        .arg(shared.join("tools/score_fixtures.py"))
        .arg(out.path())
        .args(["--split", "open", "--channel", channel, "--json"])
        .arg(&figures);
    let done = compare.status().expect("python3");
    assert!(done.success(), "{done}");
    let figures: Value = serde_json::from_slice(&std::fs::read(&figures).expect("the figures")).expect("JSON");
    let figure = |name: &str| figures[channel][name].as_f64().unwrap_or_else(|| panic!("no {name} in {figures}"));
    let share = figure("pts") / figure("max");
    assert!(share >= SHARE_MIN, "{channel}: {share:.3} of the labelled fields");
    for counter in ["false_open", "missed_open", "echo_in"] {
        assert!(figure(counter) == 0.0, "{channel}: {counter} is {}", figure(counter));
    }
}

#[test]
fn score_of_mastodon() {
    check("mastodon");
}

#[test]
fn score_of_email() {
    check("email");
}
