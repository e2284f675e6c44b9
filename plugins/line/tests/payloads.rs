//! The cases, and the labelled payloads outside the repository.

use line::Line;

#[test]
fn cases() {
    cases::check_webhook::<Line>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn replies() {
    cases::check_sender::<Line>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn every_payload_is_read() {
    labels::webhook::<Line>("line", serde_json::json!({}));
}
