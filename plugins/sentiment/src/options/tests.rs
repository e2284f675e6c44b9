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
    check(r#"{"thresholds":{"positive":0.4,"negative":-0.2},"off":["sarcasm"],"lexicon":{"fr":{"bête noire":-2},"any":{"🚀":2}}}"#, &[]);
}

#[test]
fn finds_everything_that_is_wrong() {
    check("[]", &[("", "A table is expected, this is a list.")]);
    check(
        r#"{"thresholds":{"positive":2,"negativ":-1},"off":["emojis"],"lexicon":{"en":{"good":9,"!!":1,"x":"y"},"de":{}},"speed":1}"#,
        &[
            ("/thresholds/positive", "2 is outside 0.01 to 1."),
            ("/thresholds/negativ", "`negativ` is no setting."),
            ("/off/0", "`emojis` is no kind of cue."),
            ("/lexicon/en/!!", "`!!` has no word in it."),
            ("/lexicon/en/good", "9 is outside -4 to 4."),
            ("/lexicon/en/x", "A weight is expected."),
            ("/lexicon/de", "`de` is no setting."),
            ("/speed", "`speed` is no setting."),
        ],
    );
}

#[test]
fn languages_are_found_by_their_primary_tag() {
    for (named, expected) in [(Some("fr-CA"), Some("fr")), (Some("EN"), Some("en")), (Some("de"), None), (Some(""), None), (None, None)] {
        assert_eq!(Options::language(named), expected, "{named:?}");
    }
}
