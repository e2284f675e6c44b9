//! Candidates that are tried out over the API: beside what serves, and on a share of the conversations.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::ground::{Ground, body};
use crate::desk::{Desk, PATIENCE, configuration};

/// Writes a candidate beside the configuration.
fn candidate(desk: &Desk, name: &str, body: &str) {
    std::fs::write(desk.place.path(name), configuration(&desk.place, body)).expect("writing");
}

fn say(desk: &Desk, from: u32, to: u32) {
    let decided = desk.ask("/totals")["decisions"].as_u64().expect("a number");
    for number in from..to {
        desk.say("hook", &json!({"id": format!("{number}"), "thread": format!("{number}"), "text": format!("number {number}")}));
    }
    desk.decisions(decided + u64::from(to - from));
}

/// Asks until it is so.
fn until(desk: &Desk, path: &str, done: impl Fn(&Value) -> bool) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        let report = desk.ask(path);
        if done(&report) {
            return report;
        }
        assert!(Instant::now() < until, "{report}\n{}", desk.host.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_shadow_tells_what_it_would_have_done() {
    let desk = Desk::open(&body("front", ""));
    candidate(&desk, "next.toml", &body("night", ""));
    assert_eq!(desk.op(&["shadow", "report"]).code, 4);
    desk.op(&["shadow", "start", "next.toml", "--sample-percent", "50"]).good();
    say(&desk, 0, 20);
    let report = until(&desk, "/shadow", |report| report["judged"] == 10);
    assert_eq!((&report["flipped"], &report["sampled"]), (&json!(10), &json!(10)), "{report}");
    let table = desk.op(&["shadow", "report"]).good().out;
    assert!(table.contains("front") && table.contains("night") && table.contains("100.00 %"), "{table}");
    assert_eq!(desk.op(&["--json", "shadow", "stop"]).good().json()["judged"], 10);
    assert_eq!((desk.op(&["shadow", "stop"]).code, desk.routed("unchanged")), (4, "front".to_owned()));
    // Nobody reads other files of the machine by it.
    for name in ["../next.toml", "/etc/passwd", "", "none.toml"] {
        assert_eq!(desk.send("/shadow", &json!({"candidate": name})).status, 422, "{name}");
    }
    std::os::unix::fs::symlink("/etc/passwd", desk.place.path("link.toml")).expect("a link");
    assert!(desk.send("/shadow", &json!({"candidate": "link.toml"})).body.contains("leads out"));
    std::fs::write(desk.place.path("shop-token"), "a-token-of-the-shop").expect("a secret");
    std::os::unix::fs::symlink(desk.place.path("shop-token"), desk.place.path("token.toml")).expect("a link");
    for name in ["shop-token", "token.toml"] {
        for (path, order) in [("/shadow", json!({"candidate": name})), ("/canary", json!({"candidate": name, "steps_percent": [50]}))] {
            let answer = desk.send(path, &order);
            assert!(answer.status == 422 && answer.body.contains("a candidate is a `.toml` file"), "{path} {name}: {}", answer.body);
            assert!(!answer.body.contains("a-token-of"), "{path} {name}: {}", answer.body);
        }
    }
    assert!(!json!(desk.history()).to_string().contains("a-token-of"));
}

#[test]
fn a_canary_that_fails_is_withdrawn_by_itself() {
    let desk = Desk::open(&body("front", ""));
    candidate(&desk, "next.toml", &body("front", "role = \"trap\""));
    let start = ["canary", "start", "next.toml", "--steps", "50", "--fault-rate-max", "0.1", "--judged-min", "10"];
    desk.op(&start).good();
    assert_eq!(desk.wait_for("canary_began", "api")["share_ppm"], 500_000);
    assert_eq!(desk.op(&start).code, 5);
    desk.rewrite(&body("night", ""));
    assert_eq!(desk.send("/apply", &json!({})).status, 409);
    say(&desk, 0, 100);
    let line = desk.wait_for("canary_withdrawn", "canary");
    assert!(line["why"].as_str().is_some_and(|why| !why.is_empty()), "{line}");
    let report = desk.ask("/canary");
    assert_eq!(report["end"], "withdrawn", "{report}");
    assert_eq!(desk.routed("after"), "front");
    // Not many were hit before that.
    let held = desk
        .list("/decisions?after=0&limit=499")
        .iter()
        .filter(|row| row["decision"]["routing"]["disposition"]["hold"].is_string())
        .count();
    assert!((1..60).contains(&held), "{held}");
    assert_eq!(desk.send("/apply", &json!({})).status, 200);
    desk.nothing_is_lost();
}

#[test]
fn a_canary_is_promoted_or_withdrawn_by_hand() {
    let desk = Desk::open(&body("front", ""));
    let first = desk.serving();
    candidate(&desk, "next.toml", &body("night", ""));
    let start = ["canary", "start", "next.toml", "--steps", "10,100", "--disagreement-max", "1", "--decisions-min", "1000000"];
    desk.op(&start).good();
    // What was done last is the canary: that is taken back.
    let told = desk.op(&["rollback", "--why", "Not yet."]).good().out;
    assert!(told.contains("the canary") && told.contains("is withdrawn"), "{told}");
    assert_eq!(desk.wait_for("canary_withdrawn", "api")["why"], "Not yet.");
    desk.op(&start).good();
    desk.op(&["canary", "withdraw"]).good();
    assert_eq!((desk.op(&["canary", "withdraw"]).code, desk.serving()), (4, first.clone()));
    desk.op(&start).good();
    desk.op(&["canary", "promote"]).good();
    assert_eq!(desk.wait_for("canary_widened", "api")["share_ppm"], 1_000_000);
    assert_eq!((desk.routed("all of them"), desk.serving()), ("night".to_owned(), first.clone()));
    let report = desk.op(&["--json", "canary", "promote", "--whole", "--why", "It does well."]).good().json();
    assert_eq!(report["end"], "promoted", "{report}");
    let line = desk.wait_for("applied", "api");
    assert_eq!((&line["before"], &line["generation"]), (&json!(first), &json!(desk.serving())), "{line}");
    assert_eq!(desk.op(&["canary", "promote"]).code, 4);
    desk.op(&["rollback"]).good();
    assert_eq!((desk.serving(), desk.routed("back")), (first, "front".to_owned()));
    desk.nothing_is_lost();
}
