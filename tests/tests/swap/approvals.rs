//! Grants that are asked anew wait for a person, and armed chains for a proof.

use std::process::Command;

use serde_json::json;

use super::ground::{Ground, with_grant};
use crate::desk::Desk;

#[test]
fn a_grant_asked_anew_is_held_until_somebody_approves_it() {
    let desk = Desk::open(&with_grant("front", "", "[]"));
    let serving = desk.serving();
    desk.rewrite(&with_grant("night", "", "[\"text\"]"));
    let plan = desk.call(&["plan"]);
    assert_eq!(plan.code, 7, "{}", plan.err);
    assert!(
        plan.out.contains("! calm: field text  (not approved for Pointsman/fault)  Only misbehaves for texts that contain a word."),
        "{}",
        plan.out
    );
    assert!(plan.out.contains("pointsman apply --approve"), "{}", plan.out);
    assert!(plan.err.contains("nobody has approved `field text` for the plugin `calm`"), "{}", plan.err);
    let held = desk.op(&["apply"]);
    assert_eq!((held.code, desk.serving()), (7, serving), "{}", held.err);
    assert!(held.err.contains("(not approved for Pointsman/fault)"), "{}", held.err);
    let line = desk.wait_for("held", "api");
    assert_eq!(line["why"], "nobody has approved `field text` for the plugin `calm`", "{line}");
    assert_eq!(desk.routed("held"), "front");
    let told = desk.op(&["apply", "--approve", "--why", "Reads words."]).good();
    assert!(told.err.contains("`field text` approved for `calm`"), "{}", told.err);
    assert_eq!(desk.routed("approved"), "night");
    let approvals = std::fs::read_to_string(desk.place.path("pointsman.approvals.toml")).expect("the approvals");
    assert!(
        approvals.contains("[[approval]]\nplugin = \"calm\"\nof = \"Pointsman/fault\"\ngrant = \"field text\"\nby = \""),
        "{approvals}"
    );
    desk.nothing_is_lost();
}

#[test]
fn an_approvals_file_lets_it_pass_unattended() {
    let desk = Desk::open(&with_grant("front", "", "[]"));
    desk.rewrite(&with_grant("night", "", "[\"text\"]"));
    let approvals = desk.place.path("pointsman.approvals.toml");
    let hangup = || assert!(Command::new("kill").args(["-HUP", &desk.host.pid().to_string()]).status().expect("kill").success());
    // One that cannot be read approves nothing.
    std::fs::write(&approvals, "[[approval]]\nplugin = \"calm\"\ngrants = \"field text\"\n").expect("writing");
    hangup();
    let line = desk.wait_for("refused", "signal");
    assert!(line["why"].as_str().is_some_and(|why| why.contains("nothing is approved until it is mended")), "{line}");
    let agreed = "[[approval]]\nplugin = \"calm\"\ngrant = \"field text\"\nby = \"review\"\nat = 2026-11-22\n";
    // Nor does one for a plugin that it does not name.
    std::fs::write(&approvals, agreed).expect("writing");
    hangup();
    desk.wait_for("held", "signal");
    std::fs::write(&approvals, format!("{agreed}of = \"Pointsman/fault\"\n")).expect("writing");
    hangup();
    desk.wait_for("applied", "signal");
    assert_eq!(desk.routed("unattended"), "night");
}

#[test]
fn an_armed_chain_is_held_until_it_has_proven_itself() {
    let armed = |queue: &str| with_grant(queue, "", "[]").replace("hold_queue = \"held\"", "hold_queue = \"held\"\narm = \"backtest\"");
    let desk = Desk::open(&armed("front"));
    desk.rewrite(&armed("night"));
    let held = desk.send("/apply", &json!({}));
    assert_eq!(held.status, 409, "{}", held.body);
    let problem = held.json().expect("JSON");
    assert_eq!(problem["details"]["held"], json!(["the chain `main` is armed, and there is no backtest of this candidate"]), "{problem}");
    let candidate = problem["details"]["candidate"].as_str().expect("an id").to_owned();
    let proofs = desk.place.path("pointsman.db.proofs");
    std::fs::create_dir_all(&proofs).expect("a folder");
    let prove = |passed: bool| {
        let proof = json!({"kind": "backtest", "generation": candidate, "at": 1, "passed": passed, "summary": {"judged": 12, "flips": 1}});
        std::fs::write(proofs.join(format!("{candidate}.json")), proof.to_string()).expect("writing");
    };
    prove(false);
    assert_eq!(desk.send("/apply", &json!({})).status, 409);
    prove(true);
    let plan = desk.call(&["plan"]).good().out;
    assert!(plan.contains("backtest passed: flips 1, judged 12"), "{plan}");
    assert_eq!(desk.send("/apply", &json!({})).status, 200);
    assert_eq!(desk.routed("proven"), "night");
}
