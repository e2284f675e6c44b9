//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<front::Front>("front", serde_json::json!({}));
}
