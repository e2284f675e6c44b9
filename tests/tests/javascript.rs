//! A guest in another language, heavy to start: the same answers on fresh instances and on warm ones.

use harness::plugins_dir;
use serde_json::{Value, json};

use crate::desk::{Desk, HOOK};

/// What is said, and whether it is shouted.
const SAID: [(&str, bool); 4] =
    [("WHERE IS MY ORDER", true), ("Where is my order?", false), ("OK", false), ("JE SUIS TRÈS DÉÇUE, VRAIMENT", true)];

fn configuration(isolation: &str) -> String {
    format!(
        "{HOOK}\n[[plugin]]\nname = \"shouting\"\nfile = \"DIST/shouting-js.wasm\"\ngrant = {{ fields = [\"text\"] }}\nisolation = {isolation}\n\
         [plugin.limits]\ncompile_ms_max = 60_000\ndeadline_ms = 5_000\n\
         [[plugin]]\nname = \"calm\"\nfile = \"DIST/fault.wasm\"\n[plugin.settings]\nqueue = \"front\"\n\
         [[chain]]\nname = \"main\"\nhold_queue = \"held\"\n\
         [[chain.step]]\nplugin = \"shouting\"\non_fault = \"hold\"\n\
         [[chain.step]]\nplugin = \"calm\"\nrole = \"router\"\non_fault = \"hold\"\n"
    )
}

/// What was found out about each text, after each was said five times.
fn found(isolation: &str) -> Vec<(String, Value)> {
    let desk = Desk::open(&configuration(isolation));
    for round in 0..5 {
        for (number, (text, _)) in SAID.iter().enumerate() {
            desk.say("hook", &json!({"id": format!("{round}-{number}"), "text": text}));
        }
    }
    let decided = desk.decisions(5 * SAID.len() as u64);
    let mut found: Vec<(String, Value)> =
        decided.iter().map(|row| (row["excerpt"].as_str().unwrap_or_default().to_owned(), row["signals"].clone())).collect();
    found.sort_by_key(|(text, signals)| (text.clone(), signals.to_string()));
    found
}

#[test]
fn a_javascript_plugin_says_the_same_fresh_and_warm() {
    if !plugins_dir().join("shouting-js.wasm").is_file() {
        assert!(std::env::var_os("CI").is_none(), "plugins/dist/shouting-js.wasm is missing: npm builds it");
        eprintln!("skipped: npm is needed to build plugins/shouting-js");
        return;
    }
    let fresh = found("\"interaction\"");
    for (text, signals) in &fresh {
        let shouted = SAID.iter().any(|(said, shouted)| said == text && *shouted);
        let expected = if shouted { json!([["shouting", true]]) } else { json!([]) };
        let shown: Vec<Value> = signals.as_array().into_iter().flatten().map(|one| json!([one["name"], one["value"]])).collect();
        assert_eq!(json!(shown), expected, "{text}: {signals}");
    }
    assert_eq!(found("{ warm = 3 }"), fresh);
}

#[test]
fn its_settings_are_refused_with_places() {
    if !plugins_dir().join("shouting-js.wasm").is_file() {
        return;
    }
    let place = crate::setup::Place::new();
    let body = configuration("\"interaction\"")
        .replace("[[plugin]]\nname = \"calm\"", "[plugin.settings]\nshare = 7\nloud = true\n[[plugin]]\nname = \"calm\"");
    let config = place.configure(&crate::desk::configuration(&place, &body));
    let told = crate::program::call(&["check", "--config", &config.display().to_string()]);
    assert_eq!(told.code, 3, "{}", told.err);
    for words in ["`share` is not a number between 0 and 1.", "There is no setting `loud`."] {
        assert!(told.err.contains(words), "{}", told.err);
    }
}
