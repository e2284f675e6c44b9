//! Going back: at once, whatever the candidate does, and what it decided is decided again.

use serde_json::json;

use super::ground::{Ground, body, queue};
use crate::desk::{Desk, PATIENCE};

#[test]
fn while_the_candidate_traps_on_every_call_the_next_interaction_is_served_by_the_old_one() {
    let desk = Desk::open(&body("front", ""));
    let good = desk.serving();
    assert_eq!(desk.routed("before"), "front");
    desk.rewrite(&body("front", "role = \"trap\""));
    desk.op(&["apply"]).good();
    let bad = desk.serving();
    for text in ["trapped 1", "trapped 2", "trapped 3"] {
        assert_eq!(desk.routed(text), "held");
    }
    let told = desk.op(&["rollback", "--why", "It traps."]).good().out;
    assert!(told.contains("serves again instead of"), "{told}");
    assert_eq!((desk.serving(), desk.routed("after")), (good.clone(), "front".to_owned()));
    let line = desk.wait_for("rolled_back", "api");
    assert_eq!((&line["generation"], &line["before"], &line["why"]), (&json!(good), &json!(bad), &json!("It traps.")), "{line}");
    // What it decided is decided again; a few digits name it.
    let wrong = desk.op(&["redecide", "--generation", &good, "--open"]);
    assert!(wrong.code == 5 && wrong.err.contains("roll back first"), "{}", wrong.err);
    let reopened = desk.op(&["--json", "redecide", "--generation", &bad[..12], "--open"]).good().json();
    assert_eq!((&reopened["interactions"], &reopened["generation"]), (&json!(3), &json!(bad)), "{reopened}");
    desk.host.wait_for_totals(PATIENCE, |totals| totals["decisions"] == 8 && totals["pending"] == 0).expect("decided again");
    for text in ["trapped 1", "trapped 2", "trapped 3"] {
        let stored = desk.decision_about(text);
        assert_eq!((queue(&stored), &stored["decision"]["decided_by"]), ("front".to_owned(), &json!(good)), "{stored}");
    }
    assert_eq!(desk.op(&["--json", "redecide", "--generation", &bad, "--open"]).good().json()["interactions"], 0);
    // There is nothing further back, and the withdrawn one is no way back.
    assert_eq!(desk.op(&["rollback"]).code, 4);
    assert_eq!(desk.op(&["rollback", "beef"]).code, 4);
    desk.nothing_is_lost();
}

#[test]
fn a_generation_that_is_not_kept_compiled_is_built_from_the_store() {
    let kept = |queue: &str| format!("[swap]\nkept_generations_max = 0\n{}", body(queue, ""));
    let desk = Desk::open(&kept("front"));
    let first = desk.serving();
    for queue in ["night", "held"] {
        desk.rewrite(&kept(queue));
        desk.op(&["apply"]).good();
    }
    // The file of the component is not needed for it.
    assert_eq!(desk.op(&["rollback"]).code, 0);
    assert_eq!(desk.routed("one back"), "night");
    assert_eq!(desk.op(&["rollback"]).code, 0);
    assert_eq!((desk.routed("two back"), desk.serving()), ("front".to_owned(), first.clone()));
    assert_eq!(desk.op(&["--json", "rollback", &first[..8]]).good().json()["changed"], false);
    let history = desk.call(&["history"]).good().out;
    assert!(history.contains("rolled back") && history.contains("serves"), "{history}");
    desk.nothing_is_lost();
}
