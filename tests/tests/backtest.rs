//! What a candidate would have decided about history, and gates over that.

use serde_json::{Value, json};

use crate::past::Past;

/// Everything that is unhappy goes to the front.
fn unhappy_to_front(text: &str) -> String {
    text.replace(r#"then = { queue = "care" }"#, r#"then = { queue = "front" }"#)
}

#[test]
fn a_changed_rule_flips_what_it_was_for() {
    let past = Past::labelled(200, |text| text, &[(0, None), (2, Some("front")), (6, None)]);
    let unhappy = past.in_queue("care");
    assert_eq!(unhappy, 50, "a quarter of the texts");
    let candidate = past.candidate(unhappy_to_front);
    let report = past.call(&["backtest", "--candidate", &candidate, "--since", "7d", "--measure", "--json"]).good().json();
    let summary = &report["summary"];
    assert_eq!((&summary["judged"], &summary["flips"]["count"]), (&200.into(), &unhappy.into()));
    let way = &summary["flips"]["queue"]["groups"][0];
    assert_eq!((&way["from"], &way["to"], &way["count"]), (&"care".into(), &"front".into(), &unhappy.into()));
    assert_eq!(way["examples"].as_array().map(Vec::len), Some(5));
    assert_eq!(summary["queues"]["care"], json!({"recorded": unhappy, "candidate": 0}));
    // Three labels: one that care is right, one that care is wrong, one that the front is right.
    assert_eq!(
        (&summary["labels"]["labelled"], &summary["labels"]["recorded"], &summary["labels"]["candidate"]),
        (&3.into(), &2.into(), &2.into())
    );
    for figure in ["elapsed_ms", "cores", "decisions_per_second_per_core"] {
        assert!(report["speed"][figure].as_f64() > Some(0.0), "{figure}: {}", report["speed"]);
    }
    assert!(report["speed_ratio"].as_f64() > Some(0.0), "{report}");

    let people = past.call(&["backtest", "--candidate", &candidate, "--lang", "fr"]).good().out;
    assert!(people.contains("50 (25.0 %) aboutiraient ailleurs"), "{people}");
}

#[test]
fn gates_fail_pass_and_are_refused() {
    let past = Past::of(80, |text| text);
    let candidate = past.candidate(unhappy_to_front);
    let gate = |sources: &[&str]| {
        let gates: Vec<&str> = sources.iter().flat_map(|source| ["--fail-if", source]).collect();
        past.call(&[&["backtest", "--candidate", &candidate, "--json"], gates.as_slice()].concat())
    };
    let passed = gate(&["summary.flips.queue.share > 0.5", "summary.faults.candidate.count > 0"]).good().json();
    assert_eq!((&passed["passed"], &passed["gates"][0]["failed"]), (&true.into(), &false.into()));
    let failed = gate(&["summary.flips.queue.share > 0.05", "summary.faults.candidate.count > 0"]);
    assert_eq!((failed.code, failed.json()["passed"].clone()), (1, json!(false)));
    assert!(failed.err.contains("1 of 2 gates") && failed.err.contains("summary.flips.queue.share > 0.05"), "{}", failed.err);
    let unknown = gate(&["summary.labels.candidate_share < 0.9"]);
    assert_eq!((unknown.code, unknown.err.contains("there is no `candidate_share`")), (1, true), "{}", unknown.err);
    let misspelt = gate(&["summary.flips.queues.share > 0.05", "summary.queues.cares.candidate > 1"]);
    assert_eq!((misspelt.code, misspelt.out.as_str()), (3, ""), "{}", misspelt.err);
    for remedy in ["did you mean `summary.flips.queue`?", "did you mean `summary.queues.care`?"] {
        assert!(misspelt.err.contains(remedy), "{}", misspelt.err);
    }
}

#[test]
fn what_serves_flips_nothing_and_is_proven() {
    let past = Past::of(80, |text| text);
    let report = past.call(&["backtest", "--json", "--fail-if", "summary.flips.count > 0"]).good().json();
    assert_eq!((&report["summary"]["judged"], &report["passed"]), (&80.into(), &true.into()));
    let path = report["proof"].as_str().expect("a proof");
    let proofs: Value = serde_json::from_slice(&std::fs::read(path).expect("the proof")).expect("JSON");
    let proof = &proofs[0];
    assert_eq!((&proof["kind"], &proof["passed"], &proof["generation"]), (&"backtest".into(), &true.into(), &report["candidate"]));
    assert_eq!(proof["summary"]["chains"], json!({"main": 80}));
    assert_eq!(report["summary"]["cost"]["recorded"]["fuel"], report["summary"]["cost"]["candidate"]["fuel"], "fuel is replayable");
}

#[test]
fn stretches_of_history() {
    let past = Past::of(40, |text| text);
    let decisions = |args: &[&str]| {
        let report = past.call(&[&["backtest", "--json"], args].concat()).good().json();
        report["summary"]["decisions"].as_u64().expect("a count")
    };
    assert_eq!(decisions(&["--limit", "7"]), 7);
    assert_eq!(decisions(&["--since", "1h"]), 40);
    assert_eq!(decisions(&["--until", "2020-01-01"]), 0);
    assert_eq!(decisions(&["--chain", "main"]), 40);
    assert_eq!(past.call(&["backtest", "--chain", "mian"]).code, 4);
    assert_eq!(past.call(&["backtest", "--since", "yesterday"]).code, 3);
    let nothing = past.call(&["backtest", "--until", "2020-01-01", "--fail-if", "summary.flips.count > 0"]);
    assert_eq!((nothing.code, nothing.err.contains("nothing could be judged")), (1, true), "{}", nothing.err);
}

#[test]
fn a_page_to_read() {
    let past = Past::of(20, |text| text);
    let candidate = past.candidate(unhappy_to_front);
    let page = past.path("report.html");
    past.call(&["backtest", "--candidate", &candidate, "--html", &page, "--fail-if", "summary.flips.count > 0"]);
    let html = std::fs::read_to_string(&page).expect("the page");
    assert!(html.starts_with("<!DOCTYPE html>") && !html.contains("<script") && !html.contains("http://") && !html.contains("https://"));
    assert!(html.contains("<td>care</td><td>front</td>") && html.contains("summary.flips.count &gt; 0"), "{html}");
}

#[test]
fn a_dry_run_is_a_proof() {
    let past = Past::of(4, |text| text);
    let payload = past.path("payload.json");
    std::fs::write(&payload, crate::setup::load_body(1)).expect("a payload");
    past.call(&["run", "--connector", "load", &payload, "--prove"]).good();
    let folder = std::fs::read_dir(past.path("pointsman.db.proofs")).expect("proofs");
    let paths: Vec<_> = folder.flatten().map(|entry| entry.path()).collect();
    assert_eq!(paths.len(), 1, "{paths:?}");
    let proofs: Value = serde_json::from_slice(&std::fs::read(&paths[0]).expect("a proof")).expect("JSON");
    let summary = &proofs[0]["summary"];
    assert_eq!((&proofs[0]["kind"], &proofs[0]["passed"], &summary["chains"]), (&"dry-run".into(), &true.into(), &json!({"main": 1})));
}
