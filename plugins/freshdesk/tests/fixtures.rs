//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<freshdesk::Freshdesk>("freshdesk", serde_json::json!({}));
}
