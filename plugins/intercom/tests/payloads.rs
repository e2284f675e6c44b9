//! The cases, and the labelled payloads outside the repository.

use intercom::Intercom;

#[test]
fn cases() {
    cases::check_webhook::<Intercom>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn replies() {
    cases::check_sender::<Intercom>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn every_payload_is_read() {
    labels::webhook::<Intercom>("intercom", serde_json::json!({}));
}
