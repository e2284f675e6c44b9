//! The cases, and the labelled payloads outside the repository.

use discord::Discord;

#[test]
fn cases() {
    cases::check_webhook::<Discord>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn replies() {
    cases::check_sender::<Discord>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn every_payload_is_read() {
    labels::webhook::<Discord>("discord", serde_json::json!({}));
}
