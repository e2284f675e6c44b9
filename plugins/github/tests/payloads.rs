//! The cases, and the labelled payloads outside the repository.

use github::Github;

#[test]
fn cases() {
    cases::check_webhook::<Github>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn replies() {
    cases::check_sender::<Github>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn every_payload_is_read() {
    labels::webhook::<Github>("github", serde_json::json!({}));
}
