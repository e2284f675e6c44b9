use pointsman_plugin::testing::{configured, problems};
use pointsman_plugin::{Delivery, Event, Refusal, Webhook as _};
use serde_json::json;

use super::*;

#[test]
fn case_folders() {
    cases::check_webhook::<Diaspora>(env!("CARGO_MANIFEST_DIR"));
}

fn received(body: &str) -> Result<Vec<Fact>, Refusal> {
    let plugin: Diaspora = configured(json!({}));
    let delivery = Delivery { method: "POST".to_owned(), body: body.as_bytes().to_vec(), ..Delivery::default() };
    plugin.receive(&delivery, 0).map(|reception| reception.facts)
}

#[test]
fn what_cannot_be_read() {
    for broken in ["", "<like>", "<!DOCTYPE x [<!ENTITY a \"b\">]><like>&a;</like>", "<env><data>*</data></env>", "{"] {
        assert!(matches!(received(broken), Err(Refusal::Malformed(_))), "{broken}");
    }
    let facts = received(r#"{"aes_key": "x", "encrypted_magic_envelope": "y"}"#).unwrap();
    assert!(matches!(&facts[0].event, Event::Unsupported(note) if note.name == "encrypted"));
    assert!(matches!(received("<like/>").unwrap()[0].event, Event::Unsupported(_)));
}

#[test]
fn depth_is_no_way_to_break_it() {
    let deep = format!("{}{}", "<a>".repeat(9_000), "</a>".repeat(9_000));
    assert!(received(&deep).is_ok());
    assert!(received(&"<a>".repeat(20_000)).is_err());
}

#[test]
fn every_cut_of_an_entity_is_harmless() {
    let entity = "<status_message><text>@{Ada; ada@pod.example} é</text><guid>g1</guid><photo><text>x</text></photo></status_message>";
    cases::mutated(entity.as_bytes(), |variant| {
        let delivery = Delivery { body: variant.to_vec(), ..Delivery::default() };
        let _ = configured::<Diaspora>(json!({})).receive(&delivery, 0);
    });
}

#[test]
fn an_account_has_a_pod() {
    assert_eq!(problems::<Diaspora>(json!({"account": "shop"}))[0].path, "/account");
}
