use pointsman_plugin::testing::{configured, problems};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

const CODES: [&str; 6] = ["channel-says", "no-words", "not-sure", "another-language", "not-allowed", "looks-like"];

fn interaction(json: &Json) -> Interaction {
    let text = |field: &str| json.get(field).and_then(Json::as_str).map(str::to_owned);
    Interaction { text: text("text").unwrap_or_default(), subject: text("subject"), language: text("language"), ..Interaction::default() }
}

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: Language = configured(settings.clone());
        let batch: Vec<Interaction> = input.as_array().unwrap().iter().map(interaction).collect();
        plugin.classify(&batch).iter().map(|signals| cases::signals(signals)).collect()
    });
    cases::check_catalogue(env!("CARGO_MANIFEST_DIR"), &CODES);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"languages": ["en", "klingon"]}), "/languages/1"),
        (json!({"confidence_min": 2}), "/confidence_min"),
        (json!({"lang": []}), "/lang"),
    ] {
        let found = problems::<Language>(settings.clone());
        assert_eq!(found.first().map(|problem| problem.path.as_str()), Some(path), "{settings}: {found:?}");
    }
}

#[test]
fn the_rest_of_a_long_text_costs_nothing() {
    let plugin: Language = configured(json!({}));
    let start = "Where is my parcel? ".repeat(languages::features::WORDS_MAX);
    let long = Interaction { text: start.clone() + &"zzz ".repeat(100_000), ..Interaction::default() };
    let short = Interaction { text: start, ..Interaction::default() };
    assert_eq!(plugin.classify(&[long]), plugin.classify(&[short]));
}

#[test]
fn naughty_strings_have_an_answer() {
    let Some(folder) = std::env::var_os("POINTSMAN_SHARED") else { return eprintln!("POINTSMAN_SHARED is not set: skipped") };
    let file = std::path::PathBuf::from(folder).join("suites/naughty-strings/blns.json");
    let strings: Vec<String> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let plugin: Language = configured(json!({}));
    for text in strings {
        let signals = plugin.classify(&[Interaction { text: text.clone(), ..Interaction::default() }]).remove(0);
        assert!(signals[0].confidence.unwrap().is_finite(), "{text}");
    }
}

#[test]
fn long_and_strange_texts_have_an_answer() {
    let plugin: Language = configured(json!({}));
    for text in ["😀".repeat(1_000_000), "a".repeat(100_000), "' ".repeat(50_000), "\u{301}".repeat(50_000), "à".repeat(100_000)] {
        let signals = plugin.classify(&[Interaction { text, ..Interaction::default() }]).remove(0);
        assert!(signals[0].confidence.unwrap().is_finite());
    }
}

proptest! {
    #[test]
    fn any_text_has_an_answer(texts in proptest::collection::vec(".{0,200}", 1..4)) {
        let plugin: Language = configured(json!({}));
        let batch: Vec<Interaction> = texts.into_iter().map(|text| Interaction { text, ..Interaction::default() }).collect();
        let together = plugin.classify(&batch);
        for (interaction, signals) in batch.iter().zip(&together) {
            prop_assert_eq!(&plugin.classify(std::slice::from_ref(interaction)), std::slice::from_ref(signals));
            let confidence = signals[0].confidence.unwrap();
            prop_assert!((0.0..=1.0).contains(&confidence));
        }
    }
}
