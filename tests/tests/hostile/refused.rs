//! What must be refused before it serves: by its bytes, or by staging it within bounds.

use std::time::{Duration, Instant};

use harness::hostile::{End, Entry, Peer};

use super::house::configuration;
use super::{bytes, corpus};
use crate::program::{Told, call};
use crate::setup::Place;

/// What starting a program and reading a file may take on a machine that does something else.
pub(super) const SLACK: Duration = Duration::from_millis(4_000);

/// How the host words a refusal of this name.
fn words(name: &str) -> &'static str {
    match name {
        "too-large" => "the file is larger than",
        "not-a-component" => "not a WebAssembly component",
        "invalid" => "the component is not valid",
        "too-complex" => "the component has ",
        "no-manifest" => "carries no manifest",
        "manifest" => "manifest is wrong",
        "import" => "which this host does not lend",
        "no-role" => "has no role of the contract",
        "world" => "does not fit the contract",
        "limits" => "this host",
        "configure" => "`configure` ",
        "compile-budget" => "was given up",
        "compile" => "cannot be compiled",
        other => panic!("`{other}` is no refusal"),
    }
}

/// Refused, in the right words, in time; the words of a stranger's file stay on one line and turn no terminal red.
fn check(entry: &Entry, told: &Told, took: Duration) -> Option<String> {
    let fits = entry.expected.iter().any(|name| told.err.contains(words(name)));
    let within = took <= Duration::from_millis(entry.within_ms) + SLACK;
    let plain = !told.err.chars().any(|character| character.is_control() && character != '\n');
    let right = told.code == 3 && fits && within && plain;
    (!right).then(|| format!("{}: exit code {} after {took:?}, expected {:?}: {}", entry.id, told.code, entry.expected, told.err.trim()))
}

#[test]
fn looking_at_the_bytes_refuses() {
    let (place, corpus) = (Place::new(), corpus());
    let mut wrong = Vec::new();
    for entry in corpus.ending(&[End::Inspect]) {
        let file = place.path("plugin.wasm");
        std::fs::write(&file, bytes(entry)).expect("writing");
        let started = Instant::now();
        let told = call(&["plugin", "inspect", &file.display().to_string()]);
        wrong.extend(check(entry, &told, started.elapsed()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn staging_refuses() {
    let (corpus, peer) = (corpus(), Peer::start().expect("a peer"));
    let mut wrong = Vec::new();
    for entry in corpus.ending(&[End::Stage, End::Inspect]) {
        let (took, told) = staged(entry, &peer);
        eprintln!("{}: {took:?}: {}", entry.id, told.err.lines().find(|line| line.contains(&entry.id)).unwrap_or(told.err.trim()));
        wrong.extend(check(entry, &told, took));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What `pointsman check` says about a configuration with this plugin in it.
pub(super) fn staged(entry: &Entry, peer: &Peer) -> (Duration, Told) {
    let place = Place::new();
    let text = crate::desk::configuration(&place, &configuration(place.dir.path(), &[entry], peer, true));
    let config = place.configure(&text);
    let started = Instant::now();
    let told = call(&["check", "--config", &config.display().to_string()]);
    (started.elapsed(), told)
}
