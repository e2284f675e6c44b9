use pointsman_plugin::testing::configured;
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

fn label(text: &str) -> String {
    classify(&plugin(), text, None)[0].value.as_text().unwrap().to_owned()
}

#[test]
fn the_language_is_guessed() {
    for (text, expected) in [
        ("I love it", "positive"),
        ("C'est nul", "negative"),
        ("Génial", "positive"),
        ("Awful", "negative"),
        ("Where do I find my invoice?", "neutral"),
        ("Où se trouve ma facture ?", "neutral"),
        ("😡😡", "negative"),
        ("", "neutral"),
    ] {
        assert_eq!(label(text), expected, "{text}");
    }
}

#[test]
fn other_languages_are_read_by_their_signs_only() {
    let signals = classify(&plugin(), "terrible, schlimm", Some("de"));
    assert_eq!(signals[0].value.as_text(), Some("neutral"));
    assert!(signals[0].confidence < Some(0.4));
    assert_eq!(signals[0].reasons[0].code, "language-without-lexicon");
    assert_eq!(classify(&plugin(), "Danke 😍", Some("de"))[0].value.as_text(), Some("positive"));
}

#[test]
fn limits_of_the_contract_are_kept() {
    let text = "terrible 😡 awful bad. ".repeat(500);
    for signal in classify(&plugin(), &text, Some("en")) {
        assert!(signal.evidence.len() <= 16 && signal.reasons.len() <= 8);
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
    assert!(signals[0].evidence.is_empty());
}

#[test]
fn a_batch_is_as_good_as_one_by_one() {
    let plugin = plugin();
    let batch: Vec<Interaction> =
        ["Great", "Nul", "😡", "table"].into_iter().map(|text| Interaction { text: text.to_owned(), ..Interaction::default() }).collect();
    let together = plugin.classify(&batch);
    let alone: Vec<_> = batch.iter().map(|one| plugin.classify(std::slice::from_ref(one)).remove(0)).collect();
    assert_eq!(together, alone);
}

#[test]
fn own_words_and_thresholds_are_used() {
    let plugin: Sentiment = configured(json!({"lexicon": {"en": {"sick": 3, "great": 0}}, "thresholds": {"positive": 0.1}}));
    assert_eq!(classify(&plugin, "that is sick", Some("en"))[0].value.as_text(), Some("positive"));
    assert_eq!(classify(&plugin, "great", Some("en"))[0].value.as_text(), Some("neutral"));
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
