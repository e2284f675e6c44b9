//! Plugins that keep failing, and interactions that take too long, in a running host: nobody waits for them again and again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desk::{Desk, HOOK, PATIENCE};

/// `shaky` classifies in two chains and traps when it is asked to; `calm` stands in for it and routes.
fn body(breaker: &str) -> String {
    let chain = |name: &str, when: &str| {
        format!(
            "[[chain]]\nname = \"{name}\"\nhold_queue = \"held\"\n{when}\
             [[chain.step]]\nplugin = \"shaky\"\nrole = \"classifier\"\non_fault = {{ fallback = \"calm\" }}\n\
             [[chain.step]]\nplugin = \"calm\"\nrole = \"router\"\non_fault = \"hold\"\n"
        )
    };
    format!(
        "{HOOK}[[plugin]]\nname = \"shaky\"\nfile = \"DIST/fault.wasm\"\ngrant = {{ fields = [\"text\"] }}\nbreaker = {{ {breaker} }}\n\
         [plugin.settings]\nrole = \"trap\"\nwhen = \"please trap\"\n\
         [[plugin]]\nname = \"calm\"\nfile = \"DIST/fault.wasm\"\ngrant = {{ fields = [\"text\"] }}\n[plugin.settings]\nqueue = \"front\"\n{}{}",
        chain("loud", "when = \"interaction.text.contains('loud')\"\n"),
        chain("quiet", "")
    )
}

fn say(desk: &Desk, number: u64, text: &str) -> Value {
    desk.say("hook", &json!({"id": format!("b{number}"), "thread": format!("t{number}"), "text": text}));
    desk.decisions(number);
    desk.decision_about(text)
}

/// The step of `shaky`, and what came after it.
fn steps(stored: &Value) -> (Value, Vec<Value>) {
    let steps = stored["trace"]["steps"].as_array().expect("steps");
    assert_eq!(steps[0]["plugin"], "shaky", "{stored}");
    (steps[0]["outcome"].clone(), steps[1..].to_vec())
}

fn breaker(desk: &Desk) -> Value {
    let plugins = desk.list("/plugins");
    plugins.iter().find(|plugin| plugin["name"] == "shaky").expect("the plugin")["breaker"].clone()
}

/// Waits until the host's clock says that the plugin is tried again.
fn wait_for_retry(desk: &Desk) {
    let until = Instant::now() + PATIENCE;
    let retry_at = breaker(desk)["retry_at"].as_u64().expect("a time");
    while desk.ask("/costs")["at"].as_u64() <= Some(retry_at) {
        assert!(Instant::now() < until, "the clock stands still");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_plugin_of_two_chains_trips_once_and_comes_back() {
    let desk = Desk::open(&body("faults_max = 3, fault_percent_min = 10, open_ms = 5_000"));
    for (number, text) in [(1, "please trap, loud"), (2, "please trap, softly"), (3, "please trap again, loud")] {
        let (outcome, after) = steps(&say(&desk, number, text));
        assert!(outcome["faulted"]["trap"].is_string(), "{outcome}");
        assert_eq!((&after[0]["plugin"], &after[0]["fallback_for"]), (&json!("calm"), &json!("shaky")), "{after:?}");
    }
    assert_eq!((&breaker(&desk)["state"], &breaker(&desk)["opened"]), (&json!("open"), &json!(1)), "{}", breaker(&desk));
    // Whoever asks finds it out of service, in either chain, and its fallback speaks.
    for (number, text) in [(4, "all is well, loud"), (5, "all is well, softly")] {
        let stored = say(&desk, number, text);
        let (outcome, after) = steps(&stored);
        assert_eq!(outcome["faulted"]["tripped"], json!({"faults_max": 3, "window_ms": 60_000}), "{outcome}");
        assert_eq!((&after[0]["fallback_for"], &after[0]["outcome"]["said"].is_array()), (&json!("shaky"), &true), "{after:?}");
        assert_eq!(stored["decision"]["routing"]["disposition"]["assign"]["targets"][0]["queue"], "front", "{stored}");
    }
    let metric = |name: &str| desk.metric(&format!("pointsman_plugin_breaker_{name}{{plugin=\"shaky\"}}"));
    assert_eq!((metric("state"), metric("opened_total")), (2.0, 1.0));
    told(&desk);
    wait_for_retry(&desk);
    let (outcome, _) = steps(&say(&desk, 6, "all is well again"));
    assert!(outcome["said"].is_array(), "{outcome}");
    assert_eq!((&breaker(&desk)["state"], &breaker(&desk)["opened"]), (&json!("closed"), &json!(1)), "{}", breaker(&desk));
    assert_eq!((metric("state"), metric("opened_total")), (0.0, 1.0));
}

/// What a person is told about a step that was not asked.
fn told(desk: &Desk) {
    let stored = desk.decision_about("all is well, loud");
    let id = stored["decision"]["id"].as_str().expect("an id");
    let line = |lang: &str| {
        let told = desk.call(&["--lang", lang, "explain", id]).good().out;
        told.lines().find(|line| line.contains('✗')).unwrap_or_else(|| panic!("{told}")).trim().to_owned()
    };
    insta::assert_snapshot!([line("en"), line("fr")].join("\n"), @r"
    ✗ plugin `shaky` was not asked: it is out of service after 3 faults within 60000 ms
    ✗ le module `shaky` n'a pas été consulté : il est hors service après 3 pannes en 60000 ms
    ");
}

#[test]
fn a_fault_on_trial_doubles_the_time() {
    let desk = Desk::open(&body("faults_max = 1, open_ms = 2_000, open_ms_max = 60_000"));
    // Two clocks, each cut to milliseconds, may differ by one.
    let wait_ms = |row: &Value| row["retry_at"].as_u64().zip(row["since"].as_u64()).map(|(retry, since)| retry - since + 1);
    say(&desk, 1, "please trap");
    let first = breaker(&desk);
    assert!(first["opened"] == 1 && (Some(2_000)..Some(4_000)).contains(&wait_ms(&first)), "{first}");
    wait_for_retry(&desk);
    let (outcome, _) = steps(&say(&desk, 2, "please trap again"));
    assert!(outcome["faulted"]["trap"].is_string(), "{outcome}");
    let second = breaker(&desk);
    assert!(second["opened"] == 2 && wait_ms(&second) >= Some(4_000), "{second}");
}

/// `slow` computes longer than the whole chain has.
const SLOW: &str = r#"
[[plugin]]
name = "slow"
file = "DIST/fault.wasm"
grant = { fields = ["text"] }
limits = { deadline_ms = 20_000, fuel_max = 1_000_000_000_000 }
[plugin.settings]
role = "loop"
when = "please loop"
[[plugin]]
name = "calm"
file = "DIST/fault.wasm"
grant = { fields = ["text"] }
[plugin.settings]
queue = "front"
[[chain]]
name = "main"
hold_queue = "held"
deadline_ms = 300
[[chain.step]]
plugin = "slow"
role = "classifier"
on_fault = "skip"
[[chain.step]]
plugin = "calm"
role = "router"
on_fault = "hold"
"#;

#[test]
fn an_interaction_has_a_budget_that_its_steps_share() {
    let desk = Desk::open(&[HOOK, SLOW].concat());
    let stored = say(&desk, 1, "please loop");
    let steps = stored["trace"]["steps"].as_array().expect("steps");
    let given = steps[0]["outcome"]["faulted"]["deadline"]["deadline_ms"].as_u64().unwrap_or_else(|| panic!("{stored}"));
    assert!(given <= 300, "{given}");
    assert_eq!(steps[1]["outcome"]["faulted"], json!({"plugin": "calm", "budget": {"deadline_ms": 300}}), "{stored}");
    assert_eq!(stored["decision"]["routing"]["disposition"]["hold"], "held", "{stored}");
    let explained = desk.call(&["explain", stored["decision"]["id"].as_str().expect("an id")]).good().out;
    assert!(explained.contains("✗ plugin `calm` was not asked: the interaction's 300 ms were used up"), "{explained}");
    // Who was not asked did nothing wrong.
    let plugins = desk.list("/plugins");
    let calm = plugins.iter().find(|plugin| plugin["name"] == "calm").expect("the plugin");
    assert!(calm["breaker"].is_null() || calm["breaker"]["faults"] == 0, "{calm}");
    assert_eq!(say(&desk, 2, "nothing to compute")["decision"]["routing"]["disposition"]["assign"]["targets"][0]["queue"], "front");
}
