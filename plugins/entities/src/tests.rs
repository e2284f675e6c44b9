use std::time::{Duration, Instant};

use detector::{Calendar, Kind, entities};
use pointsman_plugin::testing::{configured, problems};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

/// 22 November 2026.
const SAID_AT: u64 = 1_795_305_600_000;

/// What is found in `text`: kind, words, normal spelling.
fn found(text: &str, language: &str) -> Vec<(String, String, String)> {
    let calendar = Calendar { month_first: language == "en-US", said_at: Some(SAID_AT) };
    let all = entities(text, &Options::default(), calendar, language);
    all.iter().map(|entity| (entity.kind.name().to_owned(), entity.shown(text), entity.normal.clone())).collect()
}

/// Each line: language, text, and what is found as `kind said → normal`, the parts divided by `|`.
fn check_lines(lines: &str) {
    let mut wrong = Vec::new();
    for line in lines.lines().filter(|line| !(line.is_empty() || line.starts_with("//"))) {
        let mut parts = line.split('|').map(str::trim);
        let (language, text) = (parts.next().unwrap(), parts.next().unwrap());
        let expected: Vec<&str> = parts.collect();
        let shown: Vec<String> =
            found(text, language).into_iter().map(|(kind, said, normal)| format!("{kind} {said} → {normal}")).collect();
        if shown != expected {
            wrong.push(format!("{text}\n   should be {expected:?}\n          is {shown:?}"));
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
fn what_only_looks_like_it_is_not_found() {
    check_lines(include_str!("../cases/nothing.txt"));
}

#[test]
fn cases_come_out_as_written() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: Entities = configured(settings.clone());
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
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"kinds": ["order", "ordr"]}), "/kinds/1"),
        (json!({"kinds": []}), "/kinds"),
        (json!({"orders": {"patterns": ["CMD-####", "CMD"]}}), "/orders/patterns/1"),
        (json!({"orders": {"words": ["two words"]}}), "/orders/words/0"),
        (json!({"orders": {"forms": []}}), "/orders/forms"),
        (json!({"phone_regions": ["FR", "XX"]}), "/phone_regions/1"),
        (json!({"month_first": "yes"}), "/month_first"),
        (json!({"products": ["!?"]}), "/products/0"),
        (json!({"products": [{"also": ["x"]}]}), "/products/0/name"),
        (json!({"products": [{"name": "Lamp", "also": ["--"]}]}), "/products/0/also/0"),
        (json!({"product": []}), "/product"),
        (json!([]), ""),
    ] {
        let found = problems::<Entities>(settings.clone());
        assert_eq!(found.first().map(|problem| problem.path.as_str()), Some(path), "{settings}: {found:?}");
    }
}

#[test]
fn an_account_and_a_card_never_leave_whole() {
    let text = "FR76 3000 6000 0112 3456 7890 189 / 4111-1111-1111-1111";
    let plugin: Entities = configured(json!({}));
    let signals = plugin.classify(&[Interaction { text: text.to_owned(), ..Interaction::default() }]).remove(0);
    let said = format!("{signals:?}");
    assert!(said.contains("***********************0189") && said.contains("************1111"), "{said}");
    assert!(!said.contains("3456") && !said.contains("41111"), "{said}");
}

#[test]
fn limits_of_the_contract_are_kept() {
    let numbers: String = (0..500).map(|number| format!("order {} on 12/03/2026 for {number} euros, ", 10_000 + number)).collect();
    let plugin: Entities = configured(json!({}));
    for signal in &plugin.classify(&[Interaction { text: numbers, ..Interaction::default() }])[0] {
        assert!(signal.evidence.len() <= 16 && signal.reasons.len() == 1, "{}", signal.name);
        let pointsman_plugin::Value::Texts(texts) = &signal.value else { panic!("{}: texts", signal.name) };
        assert!((1..=16).contains(&texts.len()));
    }
}

#[test]
fn time_is_linear_in_any_text() {
    let pieces = [
        "1",
        "1 ",
        "1-",
        "a-",
        "a1-",
        "@",
        "a@",
        "a@b.",
        "(at)",
        "://",
        "a://b@",
        "order 12 ",
        "order ",
        "#",
        "n° ",
        "+",
        "(",
        "tel ",
        "FR76 ",
        "12 34 ",
        "1.",
        "\u{200b}",
        "é",
        "1/1/",
        "06 12 34 56 78 ",
        "a1",
        "1,",
        "12:30:",
        "1 000 ",
        "€",
        "1€",
        "mars ",
        "1 mars ",
        "FR7630006000011234567890189",
        "4111 ",
        "😀",
        "lumen ",
        "CMD-",
        "commande ",
    ];
    let settings = json!({"orders": {"patterns": ["CMD-#+", "?+/##"]}, "products": ["lumen lumen lumen lamp"]});
    let options = Options::read(&settings).unwrap();
    let mut slowest = (Duration::ZERO, "");
    for piece in pieces {
        let text = piece.repeat((64 << 10) / piece.len());
        let start = Instant::now();
        let _ = entities(&text, &options, Calendar::default(), "fr");
        slowest = slowest.max((start.elapsed(), piece));
    }
    // A quadratic pass over 64 KiB takes minutes.
    assert!(slowest.0 < Duration::from_secs(5), "{slowest:?}");
}

#[test]
fn long_texts_have_an_answer() {
    let plugin: Entities = configured(json!({}));
    for text in ["😀".repeat(1_000_000), "1".repeat(100_000), "a@b.io ".repeat(15_000), "\u{301}".repeat(50_000)] {
        plugin.classify(&[Interaction { text, ..Interaction::default() }]);
    }
}

#[test]
fn naughty_strings_have_an_answer() {
    let Some(folder) = std::env::var_os("POINTSMAN_SHARED") else { return eprintln!("POINTSMAN_SHARED is not set: skipped") };
    let file = std::path::PathBuf::from(folder).join("suites/naughty-strings/blns.json");
    let strings: Vec<String> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let plugin: Entities = configured(json!({}));
    for text in strings {
        for signal in &plugin.classify(&[Interaction { text: text.clone(), ..Interaction::default() }])[0] {
            assert!(signal.evidence.iter().all(|span| text.get(span.start as usize..span.end as usize).is_some()));
        }
    }
}

proptest! {
    #[test]
    fn any_text_has_an_answer(
        texts in proptest::collection::vec("(\\PC|[0-9@#+. €$/-]|order |FR76|n° |1er mars |\\$1,|06 12 34 56 |4111 ){0,40}", 1..4)
    ) {
        let plugin: Entities = configured(json!({"products": ["order 66"], "orders": {"patterns": ["?+-##"]}}));
        let batch: Vec<Interaction> = texts.into_iter().map(|text| Interaction { text, ..Interaction::default() }).collect();
        let together = plugin.classify(&batch);
        for (interaction, signals) in batch.iter().zip(&together) {
            prop_assert_eq!(&plugin.classify(std::slice::from_ref(interaction)), std::slice::from_ref(signals));
            let all = entities(&interaction.text, &Options::default(), Calendar::default(), "");
            for two in all.windows(2) {
                prop_assert!(two[0].end <= two[1].start, "{:?}", two);
            }
            for entity in &all {
                prop_assert!(interaction.text.get(entity.start..entity.end).is_some_and(|said| !said.is_empty()));
                if entity.kind == Kind::Date {
                    prop_assert!(!entity.normal.is_empty());
                }
            }
        }
    }
}
