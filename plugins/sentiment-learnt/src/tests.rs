use pointsman_plugin::Reason;
use pointsman_plugin::testing::configured;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

mod validation;

fn plugin() -> Sentiment {
    configured(json!({}))
}

fn classify(plugin: &Sentiment, text: &str, language: Option<&str>) -> Vec<Signal> {
    let interaction = Interaction { text: text.to_owned(), language: language.map(str::to_owned), ..Interaction::default() };
    plugin.classify(&[interaction]).remove(0)
}

fn label(plugin: &Sentiment, text: &str, language: Option<&str>) -> String {
    classify(plugin, text, language)[0].value.as_text().unwrap().to_owned()
}

fn codes(signal: &Signal) -> Vec<&str> {
    signal.reasons.iter().map(|reason: &Reason| reason.code.as_str()).collect()
}

#[test]
fn the_language_is_guessed() {
    let plugin = plugin();
    for (text, expected) in [
        ("I love it", "positive"),
        ("C'est vraiment nul, je suis déçu", "negative"),
        ("Génial, merci beaucoup !", "positive"),
        ("Awful, never again", "negative"),
        ("Où se trouve ma facture ?", "neutral"),
        ("😡😡", "negative"),
        ("Danke, das ist wunderbar 😍", "positive"),
        ("", "neutral"),
    ] {
        assert_eq!(label(&plugin, text, None), expected, "{text}");
    }
}

#[test]
fn an_earlier_step_knows_the_language_best() {
    let guesser = Guesser::of(&Model::read(MODEL).unwrap()).unwrap();
    let signals = vec![Signal::new("language", "fr-CA")];
    let interaction = Interaction { text: "The lamp".to_owned(), language: Some("de".to_owned()), signals, ..Interaction::default() };
    assert_eq!(read::language(&interaction, &guesser), "fr");
    let interaction = Interaction { signals: vec![Signal::new("language", "und")], ..interaction };
    assert_eq!(read::language(&interaction, &guesser), "de");
    let interaction = Interaction { signals: Vec::new(), language: Some("xx".to_owned()), ..interaction };
    assert_eq!(read::language(&interaction, &guesser), "en");
}

#[test]
fn limits_of_the_contract_are_kept() {
    let text = "terrible 😡 awful bad. ".repeat(500);
    for signal in classify(&plugin(), &text, Some("en")) {
        assert!(!signal.evidence.is_empty() && signal.evidence.len() <= 16 && signal.reasons.len() <= 8);
        for span in &signal.evidence {
            assert!(text.get(span.start as usize..span.end as usize).is_some());
        }
    }
}

#[test]
fn the_subject_counts_and_gives_no_evidence() {
    let interaction = Interaction { subject: Some("Terrible service".to_owned()), text: "See below.".to_owned(), ..Interaction::default() };
    let signals = plugin().classify(&[interaction]).remove(0);
    assert_eq!(signals[0].value.as_text(), Some("negative"));
    assert!(signals[0].evidence.iter().all(|span| span.end > span.start));
}

#[test]
fn the_words_that_moved_it_are_shown() {
    let text = "The lamp is wonderful";
    let signals = classify(&plugin(), text, Some("en"));
    let shown: Vec<&str> = signals[0].evidence.iter().map(|span| &text[span.start as usize..span.end as usize]).collect();
    assert!(shown.contains(&"wonderful"), "{shown:?}");
    assert_eq!(codes(&signals[0]), ["pleasing-words"]);
}

#[test]
fn own_words_and_thresholds_are_used() {
    let settings = json!({"lexicon": {"en": {"sick": 3, "great": 0, "bitter end": -4}}, "overrides": {"lumen prize": "neutral"}});
    let plugin: Sentiment = configured(settings);
    assert_eq!(label(&plugin, "that is sick", Some("en")), "positive");
    assert_eq!(label(&plugin, "the bitter end of the shop", Some("en")), "negative");
    let score = |plugin: &Sentiment, text: &str| classify(plugin, text, Some("en"))[1].value.as_number().unwrap();
    let learnt: Sentiment = configured(json!({}));
    assert!(score(&plugin, "a great lamp") < score(&learnt, "a great lamp") - 0.2);
    let decided = classify(&plugin, "I love to win the Lumen Prize!!!", Some("en"));
    assert_eq!((decided[0].value.as_text(), codes(&decided[0])), (Some("neutral"), vec!["decided"]));
    let strict: Sentiment = configured(json!({"thresholds": {"positive": 1.0, "negative": -1.0}}));
    assert_eq!(label(&strict, "I love it", Some("en")), "neutral");
    let biased: Sentiment = configured(json!({"bias": {"negative": 5.0, "positive": -5.0}}));
    assert_eq!(label(&biased, "The lamp is there", Some("en")), "negative");
    let careful: Sentiment = configured(json!({"confidence_min": 1.0}));
    let signals = classify(&careful, "I love it", Some("en"));
    assert_eq!((signals[0].value.as_text(), codes(&signals[0])[0]), (Some("neutral"), "not-sure"));
}

#[test]
fn long_and_strange_texts_have_an_answer() {
    let plugin = plugin();
    for text in ["😀".repeat(1_000_000), "a".repeat(100_000), "no ".repeat(33_000), "\u{301}".repeat(50_000), "'".repeat(100_000)] {
        check_sane(&classify(&plugin, &text, None));
    }
}

#[test]
fn naughty_strings_have_an_answer() {
    let Some(folder) = std::env::var_os("POINTSMAN_SHARED") else { return eprintln!("POINTSMAN_SHARED is not set: skipped") };
    let file = std::path::PathBuf::from(folder).join("suites/naughty-strings/blns.json");
    let strings: Vec<String> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let plugin = plugin();
    strings.iter().for_each(|text| check_sane(&classify(&plugin, text, None)));
}

fn check_sane(signals: &[Signal]) {
    assert!((0.0..=1.0).contains(&signals[0].confidence.unwrap()));
    assert!((-1.0..=1.0).contains(&signals[1].value.as_number().unwrap()));
}

#[test]
fn cases_come_out_as_written() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: Sentiment = configured(settings.clone());
        let mut findings = settings::Findings::default();
        let batch: Vec<Interaction> = input.as_array().unwrap().iter().map(|one| settings::interaction(one, "", &mut findings)).collect();
        assert!(findings.is_empty(), "{findings:?}");
        plugin.classify(&batch).iter().map(|signals| cases::signals(signals)).collect::<Json>()
    });
}

#[test]
fn every_reason_speaks_french_too() {
    cases::check_catalogue(env!("CARGO_MANIFEST_DIR"), &report::CODES);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_has_an_answer(texts in proptest::collection::vec(".{0,120}|(good|bad|very|not|but|!|\\?|😡|[a-z]{1,6}| ){0,60}", 1..4)) {
        let plugin = plugin();
        let batch: Vec<Interaction> = texts.into_iter().map(|text| Interaction { text, ..Interaction::default() }).collect();
        let together = plugin.classify(&batch);
        for (interaction, signals) in batch.iter().zip(&together) {
            prop_assert_eq!(&plugin.classify(std::slice::from_ref(interaction)), std::slice::from_ref(signals));
            check_sane(signals);
            for span in &signals[0].evidence {
                prop_assert!(interaction.text.get(span.start as usize..span.end as usize).is_some());
            }
        }
    }
}
