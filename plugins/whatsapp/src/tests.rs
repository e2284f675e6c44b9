use pointsman_plugin::testing::problems;
use serde_json::json;

use crate::Whatsapp;

#[test]
fn case_folder() {
    cases::check_webhook::<Whatsapp>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn what_is_sent() {
    cases::check_sender::<Whatsapp>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn settings_are_checked() {
    assert_eq!(problems::<Whatsapp>(json!({"phone_number_id": "+49 151"}))[0].path, "/phone_number_id");
    assert_eq!(problems::<Whatsapp>(json!({"base_url": "ftp://graph.example"}))[0].path, "/base_url");
    assert!(problems::<Whatsapp>(json!({})).is_empty());
}
