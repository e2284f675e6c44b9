use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Disposition, Value};
use serde_json::json;

use super::*;

fn fault(misdeed: &str) -> Fault {
    configured(json!({"role": misdeed, "when": "now"}))
}

fn said(text: &str) -> Interaction {
    Interaction { text: text.to_owned(), ..Interaction::default() }
}

#[test]
fn it_is_calm_unless_due() {
    let calm = fault("length");
    assert_eq!(calm.classify(&[said("later"), said("later")]).len(), 2);
    assert_eq!(calm.classify(&[said("later"), said("now")]).len(), 1);
    assert_eq!(calm.prioritize(&said("later"), &Situation::default()).score, 50.0);
}

#[test]
fn answers_are_wrong_as_said() {
    assert!(fault("nan").prioritize(&said("now"), &Situation::default()).score.is_nan());
    assert_eq!(fault("many").classify(&[said("now")])[0].len(), 1_000);
    let Disposition::Assign(assignment) = fault("queue").route(&said("now"), &Situation::default(), None).disposition else { panic!() };
    assert_eq!(assignment.targets[0].queue, "no-such-queue");
    let delivery = Delivery { body: b"now".to_vec(), ..Delivery::default() };
    assert!(fault("refuse").receive(&delivery, 0).is_err());
    assert_eq!(fault("many").receive(&delivery, 0).unwrap().facts.len(), 2_000);
}

#[test]
fn settings_are_refused_with_places() {
    let found = problems::<Fault>(json!({"configure": "refuse"}));
    assert_eq!(found.len(), 2);
    assert_eq!((found[1].line, found[1].column), (Some(2), Some(2)));
    assert_eq!(problems::<Fault>(json!({"role": "lop"}))[0].path, "/role");
}

#[test]
fn the_host_refuses() {
    let signals = fault("host").classify(&[said("now")]).remove(0);
    let values: Vec<_> = signals.iter().map(|signal| signal.value.clone()).collect();
    let expected = [r#"NotGranted("GET https://fault.example/")"#, "NotGranted", "NotGranted"].map(Value::from);
    assert_eq!(values, expected);
}

#[test]
fn it_remembers_within_an_instance() {
    let plugin = fault("remember");
    let calls = |text: &str| plugin.classify(&[said(text)]).remove(0).remove(1).value;
    calls("now one");
    assert_eq!(calls("now two"), Value::from("now one"));
}

#[test]
fn it_floods_the_log() {
    let host = Host::new();
    fault("log").classify(&[said("now")]);
    assert_eq!(host.logged().len(), 10_000);
}

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let batch: Vec<_> = input.as_array().into_iter().flatten().map(|one| said(one["text"].as_str().unwrap_or_default())).collect();
        let lists = configured::<Fault>(settings.clone()).classify(&batch);
        lists.iter().map(|list| cases::signals(list)).collect()
    });
}
