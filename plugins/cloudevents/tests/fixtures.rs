//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<cloudevents::CloudEvents>("cloudevents", serde_json::json!({}));
}
