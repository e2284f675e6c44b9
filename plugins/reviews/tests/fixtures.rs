//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<reviews::Reviews>("reviews", serde_json::json!({}));
}
