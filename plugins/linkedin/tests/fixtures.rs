//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<linkedin::Linkedin>("linkedin", serde_json::json!({}));
}
