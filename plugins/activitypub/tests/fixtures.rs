//! The labelled payloads outside the repository.

#[test]
fn every_payload_is_read() {
    labels::webhook::<activitypub::ActivityPub>("activitypub", serde_json::json!({}));
}
