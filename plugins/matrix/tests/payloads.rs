//! The cases, and the labelled payloads outside the repository.

use matrix::Matrix;

#[test]
fn cases() {
    cases::check_webhook::<Matrix>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn replies() {
    cases::check_sender::<Matrix>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn every_payload_is_read() {
    labels::webhook::<Matrix>("matrix", serde_json::json!({}));
}
