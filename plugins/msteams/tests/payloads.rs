//! The cases, and the labelled payloads outside the repository.

use msteams::Msteams;

#[test]
fn cases() {
    cases::check_webhook::<Msteams>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn replies() {
    cases::check_sender::<Msteams>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn every_payload_is_read() {
    labels::webhook::<Msteams>("msteams", serde_json::json!({}));
}
