//! The cases, and the labelled payloads outside the repository.

use viber::Viber;

#[test]
fn cases() {
    cases::check_webhook::<Viber>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn replies() {
    cases::check_sender::<Viber>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn every_payload_is_read() {
    labels::webhook::<Viber>("viber", serde_json::json!({}));
}
