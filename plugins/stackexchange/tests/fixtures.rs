//! The labelled payloads outside the repository, each as the answer to a poll.

use stackexchange::StackExchange;

#[test]
fn every_payload_is_read() {
    labels::feed::<StackExchange>("stackexchange", &serde_json::json!({}));
}
