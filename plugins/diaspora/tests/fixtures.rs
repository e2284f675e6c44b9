//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<diaspora::Diaspora>("diaspora", serde_json::json!({}));
}
