//! The labelled payloads outside the repository, each as the answer to a poll.

use hackernews::HackerNews;

#[test]
fn every_payload_is_read() {
    labels::feed::<HackerNews>("hackernews", &serde_json::json!({}));
}
