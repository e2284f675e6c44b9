//! A restart is no way around approvals, and does not bring back what was left on purpose.

use serde_json::json;

use super::ground::{Ground, body, with_grant};
use crate::desk::Desk;

fn restarted(desk: Desk, body: &str) -> Desk {
    desk.reopen(body)
}

#[test]
fn a_restart_serves_what_served() {
    let desk = Desk::open(&body("front", ""));
    let first = desk.serving();
    let line = desk.wait_for("applied", "start");
    assert_eq!((&line["generation"], &line["why"]), (&json!(first), &json!("first start")));
    let desk = restarted(desk, &body("front", ""));
    assert_eq!((desk.serving(), desk.history().len()), (first.clone(), 1));
    // A file that has changed meanwhile is a candidate like any other.
    let desk = restarted(desk, &body("night", ""));
    let line = desk.wait_for("applied", "start");
    assert_eq!((&line["before"], desk.routed("changed")), (&json!(first), "night".to_owned()));
}

#[test]
fn what_was_rolled_back_does_not_come_back_by_a_restart() {
    let desk = Desk::open(&body("front", ""));
    desk.rewrite(&body("front", "role = \"trap\""));
    desk.op(&["apply"]).good();
    desk.op(&["rollback"]).good();
    let good = desk.serving();
    let desk = restarted(desk, &body("front", "role = \"trap\""));
    assert_eq!((desk.serving(), desk.routed("after")), (good, "front".to_owned()));
    assert!(desk.host.log().contains("was rolled back from"), "{}", desk.host.log());
    // Whoever wants it all the same says so.
    desk.op(&["apply", "--why", "It is mended."]).good();
    assert_eq!(desk.routed("again"), "held");
}

#[test]
fn what_is_held_or_broken_does_not_serve_after_a_restart() {
    let desk = Desk::open(&with_grant("front", "", "[]"));
    let good = desk.serving();
    let desk = restarted(desk, &with_grant("night", "", "[\"text\"]"));
    assert_eq!((desk.serving(), desk.routed("held")), (good.clone(), "front".to_owned()));
    assert_eq!(desk.wait_for("held", "start")["before"], json!(good));
    assert!(desk.host.log().contains("serves on"), "{}", desk.host.log());
    let desk = restarted(desk, &with_grant("night", "colour = \"red\"", "[]"));
    assert_eq!((desk.serving(), desk.routed("broken")), (good, "front".to_owned()));
    let line = desk.wait_for("refused", "start");
    assert!(line["why"].as_str().is_some_and(|why| why.contains("colour")), "{line}");
    desk.nothing_is_lost();
}
