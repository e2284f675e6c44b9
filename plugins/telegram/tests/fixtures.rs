//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<telegram::Telegram>("telegram", serde_json::json!({}));
}
