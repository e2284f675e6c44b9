//! Interactions about which a plugin failed: listed with what failed and how, and decided again after a mend.

use serde_json::{Value, json};

use crate::desk::{Desk, HOOK, PATIENCE};

/// A router that traps when it is asked to, and a classifier whose faults are skipped. Mended, they do not.
fn body(mended: bool) -> String {
    let role = if mended { "" } else { "role = \"trap\"\n" };
    let plugin = |name: &str| {
        format!(
            "[[plugin]]\nname = \"{name}\"\nfile = \"DIST/fault.wasm\"\ngrant = {{ fields = [\"text\"] }}\nbreaker = {{ faults_max = 0 }}\n\
             [plugin.settings]\n{role}when = \"trap {name}\"\nqueue = \"front\"\n"
        )
    };
    format!(
        "{HOOK}{}{}[[chain]]\nname = \"main\"\nhold_queue = \"held\"\n\
         [[chain.step]]\nplugin = \"finder\"\nrole = \"classifier\"\non_fault = \"skip\"\n\
         [[chain.step]]\nplugin = \"router\"\nrole = \"router\"\non_fault = \"hold\"\n",
        plugin("finder"),
        plugin("router")
    )
}

/// Two that are held, one that is not, one about which nothing failed, and a delivery that nobody could read.
fn filled() -> Desk {
    let desk = Desk::open(&body(false));
    for (id, text) in [("1", "trap router"), ("2", "trap finder"), ("3", "all is well"), ("4", "trap router, once more")] {
        desk.say("hook", &json!({"id": id, "thread": id, "text": text}));
    }
    desk.decisions(4);
    assert_eq!(desk.post("hook", &[], b"no json").status, 202);
    desk
}

fn faulted(desk: &Desk, query: &str) -> Vec<Value> {
    desk.list(&format!("/quarantine/interactions{query}"))
}

fn routed(desk: &Desk, text: &str) -> Value {
    let stored = desk.decision_about(text);
    assert_eq!(stored["decision"]["trigger"], json!({"other": "redriven"}), "{stored}");
    stored["decision"]["routing"]["disposition"]["assign"]["targets"][0]["queue"].clone()
}

#[test]
fn they_are_listed_and_redriven_over_the_api() {
    let desk = filled();
    let held = faulted(&desk, "");
    let digest = desk.list("/plugins").iter().find(|plugin| plugin["name"] == "router").expect("the plugin")["digest"].clone();
    assert_eq!(held.len(), 2, "{held:?}");
    for row in &held {
        assert!(row["fault"]["trap"].is_string() && row["fault"]["plugin"] == "router", "{row}");
        assert_eq!((&row["digest"], &row["held"], &row["role"]), (&digest, &json!(true), &json!("router")), "{row}");
    }
    let count = |query: &str| faulted(&desk, query).len();
    assert_eq!([count("?all=true"), count("?plugin=finder"), count("?plugin=finder&all=true"), count("?limit=1")], [3, 0, 1, 1]);
    assert_eq!(desk.ask("/totals")["held_after_fault"], 2);
    assert_eq!(desk.metric("pointsman_interactions_held_after_fault"), 2.0);
    // Nothing is mended: it is decided again, and held again.
    let id = held[0]["interaction"].as_str().expect("an id").to_owned();
    assert_eq!(desk.tell(&format!("/quarantine/interactions/{id}/redrive")).status, 202);
    desk.decisions(5);
    assert_eq!((faulted(&desk, "").len(), desk.ask("/totals")["held_after_fault"].clone()), (2, json!(2)));
    assert_eq!(desk.tell("/quarantine/interactions/i-unknown/redrive").status, 404);
    let mended = desk.reopen(&body(true));
    let answer = mended.tell("/quarantine/interactions/redrive?plugin=router");
    assert_eq!((answer.status, answer.json().expect("JSON")), (202, json!({"redriven": 2, "more": false})));
    mended.decisions(7);
    assert_eq!([routed(&mended, "trap router"), routed(&mended, "trap router, once more")], ["front", "front"]);
    assert_eq!((faulted(&mended, ""), mended.ask("/totals")["held_after_fault"].clone()), (Vec::new(), json!(0)));
    // What was skipped stays to be seen, and is decided again only when it is named.
    assert_eq!(faulted(&mended, "?all=true").len(), 1);
    mended.still_serves();
}

#[test]
fn the_program_lists_both_kinds_and_redrives_without_a_host() {
    let desk = filled();
    let rows = desk.call(&["--json", "quarantine", "list"]).good().lines();
    let kinds: Vec<&str> = rows.iter().filter_map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, ["delivery", "interaction", "interaction"]);
    let router = desk.call(&["--json", "quarantine", "list", "--plugin", "finder", "--all"]).good().json();
    assert_eq!((&router["fault"]["plugin"], &router["held"]), (&json!("finder"), &json!(false)));
    let id = rows[1]["interaction"].as_str().expect("an id").to_owned();
    let digest = rows[1]["digest"].as_str().expect("a digest").get(..12).expect("its start").to_owned();
    let shown = |lang: &str, id: &str| {
        let told = desk.call(&["--lang", lang, "quarantine", "list"]).good().out;
        told.lines().find(|line| line.starts_with(id)).unwrap_or_else(|| panic!("{told}")).to_owned()
    };
    let (english, french) = (shown("en", &id), shown("fr", &id));
    assert!([digest.as_str(), "router", "held", "plugin `router` trapped"].iter().all(|part| english.contains(part)), "{english}");
    assert!(["retenu", "le module `router` s'est interrompu"].iter().all(|part| french.contains(part)), "{french}");
    let Desk { place, host } = desk;
    host.stop().expect("a graceful end");
    let config = place.configure(&crate::desk::configuration(&place, &body(true))).display().to_string();
    let redrive = |more: &[&str]| crate::program::call(&[&["--json", "quarantine", "redrive", "--config", &config], more].concat());
    assert_eq!(redrive(&[&id]).good().json(), json!({"id": id, "waits": true}));
    insta::assert_snapshot!(crate::program::call(&["quarantine", "redrive", "--config", &config, "x1"]).refusal(&place), @r"
    exit code 4
    error: `x1` is neither a delivery in quarantine nor an interaction about which a plugin failed
    ");
    // The one that waits already stays one.
    assert_eq!(redrive(&["--plugin", "router"]).good().lines().len(), 2);
    assert_eq!(redrive(&["--plugin", "json"]).good().json()["released"], false);
    let host = place.start(&crate::desk::configuration(&place, &body(true)));
    let desk = Desk { place, host };
    desk.host.wait_for_totals(PATIENCE, |totals| totals["decisions"] == 6 && totals["pending"] == 0).expect("decided again");
    assert_eq!([routed(&desk, "trap router"), routed(&desk, "trap router, once more")], ["front", "front"]);
    assert_eq!(desk.ask("/totals")["held_after_fault"], 0);
}
