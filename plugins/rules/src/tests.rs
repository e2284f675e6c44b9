use pointsman_plugin::testing::{configured, problems};
use pointsman_plugin::{Author, Customer, Disposition, Effect, Signal, Trigger, Value};
use serde_json::{Value as Json, json};

use super::*;

mod refusals;

/// A table with one rule on these conditions, and a rest.
fn one(when: &Json) -> Rules {
    configured(json!({"rules": [
        {"name": "one", "when": when, "then": {"queue": "hit"}},
        {"name": "rest", "then": {"queue": "rest"}},
    ]}))
}

/// The conditions in words when the first rule decides, else nothing.
fn held(when: &Json, interaction: &Interaction, situation: &Situation, priority: Option<f32>) -> Option<String> {
    let priority = priority.map(|score| Priority { score, factors: Vec::new() });
    let decided = one(when).table.route(interaction, situation, priority.as_ref());
    (decided.rule == "one").then(|| match Value::as_text(&decided.routing.reasons[0].params[1].value) {
        Some(words) => words.to_owned(),
        None => String::new(),
    })
}

fn text(text: &str) -> Interaction {
    Interaction { text: text.to_owned(), ..Interaction::default() }
}

fn check_text(when: &Json, words: &str, expected: Option<&str>) {
    assert_eq!(held(when, &text(words), &Situation::default(), None).as_deref(), expected, "{when} on `{words}`");
}

#[test]
fn texts_are_found_at_word_boundaries_without_case_and_accents() {
    check_text(&json!({"text_any": "colis abîmé"}), "Mon COLIS ABIME !", Some("text_any: colis abîmé"));
    check_text(&json!({"text_any": ["art", "fee"]}), "party coffee", None);
    check_text(&json!({"text_any": ["refund", "fee"]}), "a fee?", Some("text_any: fee"));
    check_text(&json!({"text_any": "rembours*"}), "remboursez-moi", Some("text_any: rembours*"));
    check_text(&json!({"text_all": ["card", "stolen"]}), "stolen: my card", Some("text_all: card + stolen"));
    check_text(&json!({"text_all": ["card", "stolen"]}), "my card", None);
    check_text(&json!({"text_none": "thanks"}), "hello", Some("text_none"));
    check_text(&json!({"text_none": "thanks"}), "thanks", None);
    check_text(&json!({"text_any": "😡"}), "ah 😡", Some("text_any: 😡"));
}

#[test]
fn the_subject_is_read_too() {
    let mail = Interaction { subject: Some("Devis".to_owned()), ..text("Bonjour") };
    assert!(held(&json!({"text_any": "devis"}), &mail, &Situation::default(), None).is_some());
}

#[test]
fn every_condition_fits_and_does_not() {
    let yes = Interaction {
        connector: "shop-mails".to_owned(),
        channel: "email".to_owned(),
        account: Some("care".to_owned()),
        language: Some("fr-CA".to_owned()),
        author: Some(Author { followers: Some(5000), verified: true, ..Author::default() }),
        customer: Some(Customer { lifecycle: Some("vip".to_owned()), worth: Some(0.8), ..Customer::default() }),
        rating: Some(0.2),
        signals: vec![
            Signal::new("sentiment", "negative"),
            Signal::new("urgency", 0.7),
            Signal::new("type", "problem"),
            Signal::new("spam", false),
            Signal::new("topics", vec!["delivery".to_owned(), "price".to_owned()]),
        ],
        ..text("x")
    };
    let open = Situation { trigger: Trigger::Timer("chase".to_owned()), unanswered_count: 3, case_open: true, ..Situation::default() };
    let no = Interaction { kind: pointsman_plugin::Kind::Review, visibility: pointsman_plugin::Visibility::Public, ..text("x") };
    for (when, words) in [
        (json!({"channel": "Email"}), "channel: Email"),
        (json!({"connector": ["x", "shop-mails"]}), "connector: shop-mails"),
        (json!({"account": "care"}), "account: care"),
        (json!({"kind": ["message", "comment"]}), "kind: message"),
        (json!({"visibility": "private"}), "visibility: private"),
        (json!({"language": "fr"}), "language: fr"),
        (json!({"sentiment": "negative"}), "sentiment: negative"),
        (json!({"signals": {"urgency": {"min": 0.7}}}), "urgency: 0.70"),
        (json!({"signals": {"type": ["spam", "problem"]}}), "type: problem"),
        (json!({"signals": {"spam": false}}), "spam: false"),
        (json!({"signals": {"topics": "price"}}), "topics: price"),
        (json!({"priority": {"min": 70}}), "priority: 72"),
        (
            json!({"customer": {"known": true, "lifecycle": "VIP", "worth": {"min": 0.8}}}),
            "customer known: true; lifecycle: VIP; worth: 0.80",
        ),
        (json!({"author": {"followers_min": 5000, "bot": false, "verified": true}}), "followers: 5000; bot: false; verified: true"),
        (json!({"rating_max": 0.2}), "rating: 0.20"),
        (json!({"situation": {"trigger": "timer:chase"}}), "trigger: timer:chase"),
        (json!({"situation": {"trigger": ["reopened", "timer"]}}), "trigger: timer"),
        (json!({"situation": {"unanswered_min": 3, "case_open": true}}), "unanswered: 3; case_open: true"),
    ] {
        assert_eq!(held(&when, &yes, &open, Some(72.0)).as_deref(), Some(words), "{when}");
        assert_eq!(held(&when, &no, &Situation::default(), None), None, "{when}");
    }
}

#[test]
fn what_is_withheld_never_fits() {
    let blind = Interaction { withheld: vec!["text".to_owned(), "customer".to_owned()], ..Interaction::default() };
    for when in [json!({"text_none": "x"}), json!({"text_any": "x"}), json!({"customer": {"known": false}})] {
        assert_eq!(held(&when, &blind, &Situation::default(), None), None, "{when}");
    }
}

#[test]
fn the_first_rule_that_fits_decides() {
    let rules: Rules = configured(json!({"rules": [
        {"name": "a", "when": {"text_any": "card"}, "then": {"queue": "a"}},
        {"name": "b", "when": {"text_any": ["card", "cash"]}, "then": {"hold": "b"}},
        {"name": "c", "when": {"text_any": "spam"}, "then": {"file": true}},
        {"name": "rest", "then": {"queue": "rest"}},
    ]}));
    let by = |words: &str| rules.table.route(&text(words), &Situation::default(), None).rule;
    assert_eq!([by("card"), by("cash"), by("spam"), by("x")], ["a", "b", "c", "rest"]);
    let routing = rules.route(&text("spam"), &Situation::default(), None);
    assert!(matches!(routing.disposition, Disposition::File));
    assert!(matches!(rules.route(&text("cash"), &Situation::default(), None).disposition, Disposition::Hold(queue) if queue == "b"));
}

#[test]
fn the_previous_agent_is_put_in() {
    let rules: Rules = configured(json!({"rules": [{"name": "rest", "then": {"targets": [
        {"queue": "care", "preferred_agent": "previous", "timeout_ms": 60000}, {"queue": "care", "preferred_agent": "lea"},
    ]}}]}));
    let agents = |previous: Option<&str>| {
        let situation = Situation { previous_agent: previous.map(str::to_owned), ..Situation::default() };
        match rules.route(&text("x"), &situation, None).disposition {
            Disposition::Assign(assignment) => assignment.targets.into_iter().map(|target| target.preferred_agent).collect(),
            _ => Vec::new(),
        }
    };
    assert_eq!(agents(Some("max")), [Some("max".to_owned()), Some("lea".to_owned())]);
    assert_eq!(agents(None), [None, Some("lea".to_owned())]);
}

#[test]
fn answers_are_in_the_customers_language() {
    let rules: Rules = configured(json!({"rules": [{"name": "rest", "then": {"queue": "q", "effects": [
        {"answer": {"text": {"en": "We are on it.", "fr": "Nous nous en occupons."}, "private": true}},
    ]}}]}));
    let answer = |language: Option<&str>| {
        let interaction = Interaction { language: language.map(str::to_owned), ..text("x") };
        match rules.route(&interaction, &Situation::default(), None).effects.remove(0) {
            Effect::Answer(answer) => answer.text,
            _ => String::new(),
        }
    };
    assert_eq!(answer(Some("fr-BE")), "Nous nous en occupons.");
    assert_eq!(answer(None), "We are on it.");
}

#[test]
fn cases_come_out_as_written() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let rules: Rules = configured(settings.clone());
        let mut findings = settings::Findings::default();
        let interaction = settings::interaction(&input["interaction"], "/interaction", &mut findings);
        let situation = input.get("situation").map(|json| settings::situation(json, "/situation", &mut findings)).unwrap_or_default();
        let priority = input.get("priority").map(|json| settings::priority(json, "/priority", &mut findings));
        assert!(findings.is_empty(), "{findings:?}");
        cases::routing(&rules.route(&interaction, &situation, priority.as_ref()))
    });
}

#[test]
fn every_reason_speaks_french_too() {
    cases::check_catalogue(env!("CARGO_MANIFEST_DIR"), &CODES);
}
