//! The cases, and the labelled payloads outside the repository.

use twilio::Twilio;

#[test]
fn cases() {
    cases::check_webhook::<Twilio>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn replies() {
    cases::check_sender::<Twilio>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn every_payload_is_read() {
    labels::webhook::<Twilio>("twilio", serde_json::json!({}));
}
