use pointsman_plugin::testing::configured;
use pointsman_plugin::{Delivery, Header, Webhook as _};
use serde_json::json;

use super::*;

#[test]
fn case_folders() {
    cases::check_webhook::<Front>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn sending() {
    cases::check_sender::<Front>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn the_check_of_an_address_is_answered() {
    let headers = vec![Header { name: "x-front-challenge".to_owned(), value: b"abc".to_vec() }];
    let delivery = Delivery { headers, body: br#"{"type":"sync","authorization":{"id":"cmp_1"}}"#.to_vec(), ..Delivery::default() };
    let reception = configured::<Front>(json!({})).receive(&delivery, 0).unwrap();
    assert!(reception.facts.is_empty());
    assert_eq!(reception.answer.body, b"abc");
}
