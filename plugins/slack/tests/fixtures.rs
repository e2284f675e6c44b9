//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<slack::Slack>("slack", serde_json::json!({}));
}
