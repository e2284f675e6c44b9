use std::time::{Duration, Instant};

use pointsman_plugin::testing::{configured, problems};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

fn band(value: f64) -> &'static str {
    match value {
        value if value < 0.2 => "none",
        value if value < 0.5 => "low",
        value if value < 0.75 => "medium",
        value if value < 0.9 => "high",
        _ => "top",
    }
}

/// Each line: language, text, the bands that fit, and a reason that has to be among those given.
fn check_lines(lines: &str) {
    let plugin: Urgency = configured(json!({}));
    let mut wrong = Vec::new();
    for line in lines.lines().filter(|line| !(line.is_empty() || line.starts_with("//"))) {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [language, text, bands, code] = parts.as_slice() else { panic!("{line}") };
        let language = Some((*language).to_owned());
        let interaction = Interaction { text: (*text).to_owned(), language, ..Interaction::default() };
        let signal = plugin.classify(&[interaction]).remove(0).remove(0);
        let value = signal.value.as_number().unwrap();
        let codes: Vec<&str> = signal.reasons.iter().map(|reason| reason.code.as_str()).collect();
        if !bands.split(' ').any(|fits| fits == band(value)) || !codes.contains(code) {
            wrong.push(format!("{text}: should be {bands} by {code}, is {value} by {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn english_messages() {
    check_lines(include_str!("../cases/english.txt"));
}

#[test]
fn french_messages() {
    check_lines(include_str!("../cases/french.txt"));
}

#[test]
fn cases_come_out_as_written() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: Urgency = configured(settings.clone());
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

#[test]
fn what_is_withheld_is_not_judged() {
    let plugin: Urgency = configured(json!({}));
    let interaction = Interaction { withheld: vec!["text".to_owned()], ..Interaction::default() };
    assert_eq!(plugin.classify(&[interaction]), [[]]);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"weights": {"safety": 2}}), "/weights/safety"),
        (json!({"weights": {"safty": 1}}), "/weights/safty"),
        (json!({"words": {"fire": "hot"}}), "/words/fire"),
        (json!({"words": {"fire": -1}}), "/words/fire"),
        (json!({"words": {"?!": 1}}), "/words/?!"),
        (json!({"calm_words": ["later", "--"]}), "/calm_words/1"),
        (json!({"settled_words": 7}), "/settled_words"),
        (json!({"word": {}}), "/word"),
        (json!(7), ""),
    ] {
        let found = problems::<Urgency>(settings.clone());
        assert_eq!(found.first().map(|problem| problem.path.as_str()), Some(path), "{settings}: {found:?}");
    }
}

#[test]
fn limits_of_the_contract_are_kept_and_time_is_linear() {
    let plugin: Urgency = configured(json!({}));
    let pieces =
        ["urgent fire asap lawyer third time ", "not ", "if ", "😀", "in 2 ", "depuis ", "!", "1/1/2026 ", "avant le ", "\u{301}", "a"];
    for piece in pieces {
        let text = piece.repeat(1_000_000 / piece.len());
        let interaction = Interaction { text: text.clone(), occurred_at: 1_795_305_600_000, ..Interaction::default() };
        let start = Instant::now();
        let signals = plugin.classify(&[interaction]).remove(0);
        assert!(start.elapsed() < Duration::from_secs(2), "{piece}");
        check_sane(&signals, &text);
    }
}

#[test]
fn naughty_strings_have_an_answer() {
    let Some(folder) = std::env::var_os("POINTSMAN_SHARED") else { return eprintln!("POINTSMAN_SHARED is not set: skipped") };
    let file = std::path::PathBuf::from(folder).join("suites/naughty-strings/blns.json");
    let strings: Vec<String> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let plugin: Urgency = configured(json!({}));
    for text in strings {
        check_sane(&plugin.classify(&[Interaction { text: text.clone(), ..Interaction::default() }]).remove(0), &text);
    }
}

fn check_sane(signals: &[Signal], text: &str) {
    let signal = &signals[0];
    assert!((0.0..=1.0).contains(&signal.value.as_number().unwrap()) && (0.0..=1.0).contains(&signal.confidence.unwrap()));
    assert!(signal.evidence.len() <= 16 && (1..=8).contains(&signal.reasons.len()));
    assert!(signal.evidence.iter().all(|span| text.get(span.start as usize..span.end as usize).is_some_and(|part| !part.is_empty())));
}

proptest! {
    #[test]
    fn any_text_has_an_answer(
        texts in proptest::collection::vec("(\\PC|not |pas |urgent |if |in 2 hours |avant |12/03/2026 |third time |!!!|lost my card |, ){0,40}", 1..4)
    ) {
        let plugin: Urgency = configured(json!({}));
        let one = |text| Interaction { text, occurred_at: 1_795_305_600_000, ..Interaction::default() };
        let batch: Vec<Interaction> = texts.into_iter().map(one).collect();
        let together = plugin.classify(&batch);
        for (interaction, signals) in batch.iter().zip(&together) {
            prop_assert_eq!(&plugin.classify(std::slice::from_ref(interaction)), std::slice::from_ref(signals));
            check_sane(signals, &interaction.text);
        }
    }
}
