use super::*;

fn problems(settings: &str) -> Vec<(String, String)> {
    match Options::read(&serde_json::from_str(settings).unwrap()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|problem| (problem.path, problem.message)).collect(),
    }
}

fn check(settings: &str, expected: &[(&str, &str)]) {
    let found = problems(settings);
    let found: Vec<(&str, &str)> = found.iter().map(|(path, message)| (path.as_str(), message.as_str())).collect();
    assert_eq!(found, expected, "{settings}");
}

#[test]
fn accepts_what_is_right() {
    check("{}", &[]);
    check(
        r#"{"thresholds":{"positive":0.4},"bias":{"negative":0.5},"confidence_min":0.5,
            "lexicon":{"fr":{"bête noire":-2},"any":{"🚀":2}},"overrides":{"just do it":"neutral"}}"#,
        &[],
    );
}

#[test]
fn finds_everything_that_is_wrong() {
    check("[]", &[("", "A table is expected, this is a list.")]);
    check(
        r#"{"thresholds":{"positive":2,"negativ":-1},"bias":{"neutral":9},"confidence_min":7,
            "lexicon":{"en":{"good":9,"!!":1,"x":"y"},"pl":{}},"overrides":{"lamp":"good","?":"neutral"},"speed":1}"#,
        &[
            ("/thresholds/positive", "2 is outside 0.01 to 1."),
            ("/thresholds/negativ", "`negativ` is no setting."),
            ("/bias/neutral", "9 is outside -5 to 5."),
            ("/confidence_min", "7 is outside 0 to 1."),
            ("/lexicon/en/!!", "`!!` has no word in it."),
            ("/lexicon/en/good", "9 is outside -4 to 4."),
            ("/lexicon/en/x", "A weight is expected."),
            ("/lexicon/pl", "`pl` is no setting."),
            ("/overrides/?", "`?` has no word in it."),
            ("/overrides/lamp", "A sentiment is expected."),
            ("/speed", "`speed` is no setting."),
        ],
    );
}

#[test]
fn own_words_hold_in_their_language() {
    let options = Options::read(&serde_json::json!({"lexicon": {"any": {"🚀": 2}, "en": {"sick": 3}}})).unwrap();
    let weighs = |language: &str, text: &str| options.own(language).longest(&words::tokens(text), 0).is_some();
    assert!(weighs("en", "sick") && weighs("en", "🚀") && weighs("fr", "🚀") && weighs("und", "🚀"));
    assert!(!weighs("fr", "sick"));
}
