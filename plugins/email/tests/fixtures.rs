//! The labelled payloads outside the repository, each as one mail.

use email::Email;
use pointsman_plugin::Connection as _;
use pointsman_plugin::testing::configured;

const NOW: u64 = 1_800_000_000_000;

#[test]
fn every_payload_is_read() {
    let plugin: Email = configured(serde_json::json!({}));
    let count = labels::run("email", &|_name, _transport, payload| {
        plugin.received(payload, &[], None, NOW).map(|step| step.facts).map_err(|refusal| format!("{refusal:?}"))
    });
    match count.expect("the payloads can be read") {
        0 => eprintln!("skipped: POINTSMAN_SHARED is not set"),
        count => println!("{count} payloads"),
    }
}

#[test]
fn every_mail_of_the_parser_suite_is_read() {
    let Some(shared) = std::env::var_os("POINTSMAN_SHARED") else {
        eprintln!("skipped: POINTSMAN_SHARED is not set");
        return;
    };
    let plugin: Email = configured(serde_json::json!({}));
    for folder in ["rfc", "thirdparty", "malformed"] {
        let folder = std::path::Path::new(&shared).join("suites/email").join(folder);
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().extension().is_some_and(|end| end == "eml") {
                let mail = std::fs::read(entry.path()).expect("the mail can be read");
                assert!(plugin.received(&mail, &[], None, NOW).is_ok(), "{}", entry.path().display());
            }
        }
    }
}
