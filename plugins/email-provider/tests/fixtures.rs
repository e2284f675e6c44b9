//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<email_provider::EmailProvider>("email_provider", serde_json::json!({}));
}
