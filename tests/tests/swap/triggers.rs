//! The file, the signal and the API: three triggers of one function.

use std::process::Command;

use serde_json::json;

use super::ground::{Ground, body};
use crate::desk::Desk;

#[test]
fn all_three_triggers_apply_the_file() {
    let watched = |queue: &str| format!("[swap]\nwatch = true\n{}", body(queue, ""));
    let desk = Desk::open(&watched("front"));
    assert_eq!(desk.routed("before"), "front");
    let first = desk.serving();
    // The file.
    desk.rewrite(&watched("night"));
    let line = desk.wait_for("applied", "watch");
    assert_eq!((&line["before"], &line["by"]), (&json!(first), &json!("host")), "{line}");
    assert_eq!(desk.routed("by the file"), "night");
    drop(desk);
    // The signal, and the API over the program.
    let desk = Desk::open(&body("front", ""));
    desk.rewrite(&body("night", ""));
    let pid = desk.host.pid().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().expect("kill").success());
    desk.wait_for("applied", "signal");
    assert_eq!(desk.routed("by the signal"), "night");
    desk.rewrite(&body("front", ""));
    let told = desk.op(&["apply", "--why", "The night is over."]).good().out;
    assert!(told.contains("serves instead of") && told.contains("published in"), "{told}");
    let line = desk.wait_for("applied", "api");
    assert_eq!((&line["why"], &line["by"]), (&json!("The night is over."), &json!("loopback")), "{line}");
    assert!(line["staging_ms"].as_u64() > Some(0) && line["publishing_ns"].as_u64() < Some(1_000_000), "{line}");
    assert_eq!(desk.routed("by the API"), "front");
    // What serves already is not applied again.
    let lines = desk.history().len();
    assert_eq!(desk.op(&["--json", "apply"]).good().json()["changed"], false);
    assert_eq!(desk.history().len(), lines);
    assert_eq!(desk.metric("pointsman_swaps_total{kind=\"applied\",trigger=\"api\"}"), 1.0);
    assert_eq!(desk.metric("pointsman_swaps_total{kind=\"applied\",trigger=\"signal\"}"), 1.0);
    assert_eq!(desk.metric("pointsman_swap_publishing_seconds_count"), 2.0);
    assert_eq!(desk.metric(&format!("pointsman_generation_decisions_total{{generation=\"{}\"}}", desk.serving())), 1.0);
    desk.nothing_is_lost();
}

#[test]
fn a_plan_needs_no_host_and_says_what_a_restart_is_needed_for() {
    let desk = Desk::open(&body("front", ""));
    desk.rewrite(&body("night", "").replace("[[queue]]\nname = \"night\"", "[[token]]\nname = \"ann\"\nrole = \"viewer\"\nsha256 = \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"\n[[queue]]\nname = \"night\""));
    let plan = desk.call(&["plan"]).good().out;
    assert!(plan.contains("~ plugin calm: settings /queue \"front\" → \"night\""), "{plan}");
    assert!(plan.contains("! `[[token]]` has changed since the host started"), "{plan}");
    assert!(plan.contains("all plugins were built against this host's own"), "{plan}");
    assert!(plan.lines().count() < 25, "{plan}");
    let asked = desk.send("/plan", &json!({})).json().expect("JSON");
    assert_eq!(asked["text"].as_str().map(str::trim_end), Some(plan.trim_end()));
    assert_eq!(desk.call(&["--json", "plan"]).good().json(), asked);
    let applied = desk.send("/apply", &json!({})).json().expect("JSON");
    assert_eq!(applied["needs_restart"], json!(["`[[token]]` has changed since the host started"]), "{applied}");
    let place = desk.place.dir.path().join("pointsman.toml");
    let config = place.display().to_string();
    drop(desk.host);
    let nothing = crate::program::call(&["plan", "--config", &config]).good().out;
    assert!(nothing.starts_with("Nothing changes: generation"), "{nothing}");
}
