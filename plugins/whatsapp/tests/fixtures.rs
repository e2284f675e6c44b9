//! The labelled payloads outside the repository.

use whatsapp::Whatsapp;

#[test]
fn every_payload_is_read() {
    labels::webhook::<Whatsapp>("whatsapp", serde_json::json!({}));
}
