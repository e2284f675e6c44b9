//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<x::X>("x", serde_json::json!({}));
}
