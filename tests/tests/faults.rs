//! Plugins that misbehave, in a running host: whatever they do, every interaction ends in a decision that says what happened.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::desk::{Desk, HOOK};

/// What it does, in which role, and the fault that must come of it (either of them, where speed decides).
const MISDEEDS: [(&str, &str, &[&str]); 12] = [
    ("trap", "classifier", &["trap"]),
    ("panic", "classifier", &["trap"]),
    ("loop", "classifier", &["fuel", "deadline"]),
    ("memory", "classifier", &["memory"]),
    // A guest's own stack lies in its memory: it ends there, or at the host's bound.
    ("stack", "classifier", &["stack", "trap"]),
    ("output", "classifier", &["output"]),
    ("many", "classifier", &["contract"]),
    ("names", "classifier", &["contract"]),
    ("length", "classifier", &["contract"]),
    ("nan", "prioritizer", &["contract"]),
    ("length", "router", &["contract"]),
    ("loop", "router", &["fuel", "deadline"]),
];

/// The configured name of a misdeed in a role.
fn name((misdeed, role, _): &(&str, &str, &[&str])) -> String {
    format!("{misdeed}-{role}")
}

/// Every misdeed is a plugin of its own, which misbehaves only when it is asked to by its name.
fn plugins() -> String {
    let plugin = |one: &(&str, &str, &[&str])| {
        let (name, misdeed) = (name(one), one.0);
        format!(
            "[[plugin]]\nname = \"{name}\"\nfile = \"DIST/fault.wasm\"\ngrant = {{ fields = [\"text\"] }}\n\
             [plugin.settings]\nrole = \"{misdeed}\"\nwhen = \"please {name}\"\nqueue = \"front\"\n"
        )
    };
    let calm =
        "[[plugin]]\nname = \"calm\"\nfile = \"DIST/fault.wasm\"\ngrant = { fields = [\"text\"] }\n[plugin.settings]\nqueue = \"front\"\n";
    MISDEEDS.iter().map(plugin).collect::<String>() + calm
}

/// A chain in which each of them has a step, and then `calm` routes.
fn chain(on_fault: &str) -> String {
    let mut steps: Vec<(String, &str)> = MISDEEDS.iter().map(|one| (name(one), one.1)).collect();
    steps.push(("calm".to_owned(), "router"));
    let step = |(plugin, role): &(String, &str)| {
        // Classifiers come first, and routers last: the table above is in that order.
        let on_fault = if plugin == "calm" { "\"hold\"" } else { on_fault };
        // One router after another needs a condition: the first that is asked decides.
        let when = if *role == "router" && plugin != "calm" {
            format!("when = \"interaction.text == 'please {plugin}'\"\n")
        } else {
            String::new()
        };
        format!("[[chain.step]]\nplugin = \"{plugin}\"\nrole = \"{role}\"\non_fault = {on_fault}\n{when}")
    };
    format!("[[chain]]\nname = \"main\"\nhold_queue = \"held\"\n{}", steps.iter().map(step).collect::<String>())
}

fn open(on_fault: &str) -> Desk {
    let desk = Desk::open(&[HOOK, &plugins(), &chain(on_fault)].concat());
    for (number, one) in MISDEEDS.iter().enumerate() {
        desk.say("hook", &json!({"id": format!("m{number}"), "text": format!("please {}", name(one))}));
    }
    desk.say("hook", &json!({"id": "calm", "text": "nothing at all"}));
    desk
}

/// Kind of the fault of this plugin in a trace; the steps that came after it.
fn fault_of(stored: &Value, plugin: &str) -> (String, Vec<Value>) {
    let steps = stored["trace"]["steps"].as_array().expect("steps");
    let place = steps.iter().position(|step| step["plugin"] == plugin).unwrap_or_else(|| panic!("no step of {plugin}: {stored}"));
    let fault = &steps[place]["outcome"]["faulted"];
    assert_eq!(fault["plugin"], plugin, "{}", steps[place]);
    let kind = fault.as_object().expect("a fault").keys().find(|key| *key != "plugin").expect("a kind").clone();
    (kind, steps.get(place + 1..).unwrap_or_default().to_vec())
}

#[test]
fn skipped_faults_are_recorded_and_the_chain_goes_on() {
    let desk = open("\"skip\"");
    let decided = desk.decisions(MISDEEDS.len() as u64 + 1);
    for row in &decided {
        assert_eq!(row["decision"]["routing"]["disposition"]["assign"]["targets"][0]["queue"], "front", "{row}");
        assert_eq!(row["faulted"], row["excerpt"] != "nothing at all", "{row}");
    }
    for one in &MISDEEDS {
        let stored = desk.decision_about(&format!("please {}", name(one)));
        let (kind, after) = fault_of(&stored, &name(one));
        assert!(one.2.contains(&kind.as_str()), "{}: {kind}", name(one));
        assert!(after.iter().all(|step| step["outcome"]["faulted"].is_null()) && !after.is_empty(), "{stored}");
        let series = format!("pointsman_plugin_faults_total{{kind=\"{kind}\",plugin=\"{}\"}}", name(one));
        let other = format!("pointsman_plugin_faults_total{{plugin=\"{}\",kind=\"{kind}\"}}", name(one));
        assert_eq!(desk.metric(&series) + desk.metric(&other), 1.0, "{series}");
        let explained = desk.call(&["explain", stored["decision"]["id"].as_str().expect("an id")]).good().out;
        assert!(explained.contains(&format!("✗ plugin `{}`", name(one))), "{explained}");
    }
    let plugins = desk.list("/plugins");
    let trap = plugins.iter().find(|plugin| plugin["name"] == "trap-classifier").expect("the plugin");
    assert_eq!(trap["counters"]["faults"], json!({"trap": 1}), "{trap}");
    desk.still_serves();
}

#[test]
fn held_faults_end_in_the_hold_queue_with_the_reason() {
    let desk = open("\"hold\"");
    let decided = desk.decisions(MISDEEDS.len() as u64 + 1);
    let held: BTreeSet<&str> = decided
        .iter()
        .filter(|row| row["decision"]["routing"]["disposition"]["hold"] == "held")
        .filter_map(|row| row["excerpt"].as_str())
        .collect();
    assert_eq!(held.len(), MISDEEDS.len(), "{held:?}");
    for one in &MISDEEDS {
        let stored = desk.decision_about(&format!("please {}", name(one)));
        let (kind, after) = fault_of(&stored, &name(one));
        assert!(one.2.contains(&kind.as_str()), "{}: {kind}", name(one));
        assert_eq!(after, Vec::<Value>::new(), "nothing runs after a fault that holds");
        let reason = &stored["decision"]["routing"]["reasons"][0];
        assert_eq!((&reason["code"], &reason["params"]["plugin"]), (&json!("held-after-fault"), &json!(name(one))), "{reason}");
        assert_eq!(reason["params"]["fault"], kind.as_str(), "{reason}");
    }
    let stored = desk.decision_about("please trap-classifier");
    let id = stored["decision"]["id"].as_str().expect("an id");
    let arrows = |lang: &str| {
        let told = desk.call(&["--lang", lang, "explain", id]).good().out;
        told.lines().skip_while(|line| !line.starts_with('→')).take(2).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!([arrows("en"), arrows("fr")].join("\n"), @r#"
    → hold held
       Plugin trap-classifier trapped, so a person decides.
    → hold held
       Le module trap-classifier s'est interrompu : une personne décide.
    "#);
    let queues = desk.list("/queues");
    let held = queues.iter().find(|queue| queue["name"] == "held").expect("the queue");
    assert_eq!(held["waiting"], MISDEEDS.len(), "{held}");
    desk.still_serves();
}

#[test]
fn a_fallback_speaks_for_the_one_that_failed() {
    let desk = open("{ fallback = \"calm\" }");
    let decided = desk.decisions(MISDEEDS.len() as u64 + 1);
    assert!(decided.iter().all(|row| row["decision"]["routing"]["disposition"]["assign"]["targets"][0]["queue"] == "front"));
    for one in &MISDEEDS {
        let stored = desk.decision_about(&format!("please {}", name(one)));
        let (_, after) = fault_of(&stored, &name(one));
        assert_eq!((&after[0]["plugin"], &after[0]["fallback_for"]), (&json!("calm"), &json!(name(one))), "{stored}");
        assert!(after[0]["outcome"]["said"].is_array() || after[0]["outcome"]["said"].is_object(), "{stored}");
    }
    desk.still_serves();
}

#[test]
fn an_unknown_queue_is_replaced_and_said() {
    let chain = crate::desk::CHAIN.replace("queue = \"front\"\n[[chain]]", "role = \"queue\"\n[[chain]]");
    let desk = Desk::open(&[HOOK, &chain].concat());
    desk.say("hook", &json!({"id": "1", "text": "where to?"}));
    desk.decisions(1);
    let routing = desk.decision_about("where to?")["decision"]["routing"].clone();
    assert_eq!(routing["disposition"]["assign"]["targets"][0]["queue"], "held", "{routing}");
    let said = routing["reasons"].as_array().expect("reasons").iter().find(|reason| reason["code"] == "unknown-queue").expect("the reason");
    insta::assert_snapshot!(said["text"].as_str().unwrap_or_default(), @"There is no queue no-such-queue; held is used instead.");
}

#[test]
fn a_pure_role_reaches_nothing_and_remembers_nothing() {
    let plugin = |misdeed: &str| {
        format!(
            "[[plugin]]\nname = \"{misdeed}\"\nfile = \"DIST/fault.wasm\"\ngrant = {{ fields = [\"text\"] }}\n[plugin.settings]\nrole = \"{misdeed}\"\n"
        )
    };
    let steps = ["host", "remember", "residue", "log"]
        .map(|name| format!("[[chain.step]]\nplugin = \"{name}\"\nrole = \"classifier\"\non_fault = \"hold\"\n"));
    let chain = crate::desk::CHAIN.replace("[[chain.step]]", &format!("{}[[chain.step]]", steps.concat()));
    let desk = Desk::open(&[HOOK, &["host", "remember", "residue", "log"].map(plugin).concat(), &chain].concat());
    for number in 0..20 {
        desk.say("hook", &json!({"id": format!("{number}"), "thread": "t", "text": format!("secret number {number}")}));
    }
    for row in desk.decisions(20) {
        let signal = |name: &str| {
            let found = row["signals"].as_array().expect("signals").iter().find(|signal| signal["name"] == name);
            found.unwrap_or_else(|| panic!("no {name}: {row}"))["value"].clone()
        };
        for name in ["fault-http", "fault-state", "fault-keys"] {
            assert!(signal(name).as_str().expect("a text").starts_with("NotGranted"), "{row}");
        }
        assert_eq!((signal("fault-calls"), signal("fault-last"), signal("fault-residue")), (json!(0.0), json!(""), json!(0.0)), "{row}");
    }
    let stored = desk.decision_about("secret number 3");
    let log = stored["trace"]["steps"].as_array().expect("steps").iter().find(|step| step["plugin"] == "log").expect("its step");
    // Lines beyond the limit are dropped; so many of them that they pass the limit on bytes end the call.
    assert!(log["cost"]["logs_dropped"].as_u64() > Some(1_000), "{}", log["cost"]["logs_dropped"]);
    assert!(log["outcome"]["faulted"]["host_bytes"].is_object(), "{}", log["outcome"]);
    assert!(!desk.host.log().contains("secret number"), "what people say is in no log");
}
