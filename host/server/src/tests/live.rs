//! The live stream: every decision once and in order, whatever happens to the client.

use std::sync::Arc;

use model::{Decision, DecisionId, DecisionSummary, Disposition, GenerationId, InteractionId, Routing, StoredDecision, Timestamp, Trigger};

use super::client::{Client, request};
use super::house::{House, VIEWER};
use crate::ServerSettings;

/// A decision in a list.
pub(super) fn summary(seq: u64) -> DecisionSummary {
    let decision = Decision {
        id: DecisionId(format!("c{seq}")),
        interaction: InteractionId(format!("i{seq}")),
        trigger: Trigger::Arrived,
        read_by: GenerationId("g".to_owned()),
        decided_by: GenerationId("g".to_owned()),
        chain: "default".to_owned(),
        decided_at: Timestamp(seq),
        priority: None,
        routing: Routing { disposition: Disposition::Hold("desk".to_owned()), effects: Vec::new(), reasons: Vec::new() },
    };
    DecisionSummary {
        seq,
        decision,
        connector: if seq.is_multiple_of(2) { "open" } else { "signed" }.to_owned(),
        channel: "test".to_owned(),
        signals: Vec::new(),
        author: None,
        excerpt: format!("words {seq}"),
        faulted: false,
    }
}

impl House {
    /// A decision is committed.
    pub(super) fn store_decision(&self, seq: u64) -> Arc<DecisionSummary> {
        let row = summary(seq);
        let stored =
            StoredDecision { decision: row.decision.clone(), trace: None, commitment: model::Digest::default(), effects: Vec::new() };
        self.store.decisions.lock().unwrap().push((row.clone(), stored));
        Arc::new(row)
    }

    /// A decision is committed and announced.
    fn decide(&self, seq: u64) {
        let row = self.store_decision(seq);
        self.live.publish(row);
    }

    async fn listen(&self, query: &str, lines: &[&str]) -> Client {
        let token = format!("authorization: Bearer {VIEWER}");
        let mut client = Client::connect(self.address).await;
        client.send(request("GET", &format!("/api/v1/live{query}"), &[&[token.as_str()], lines].concat())).await;
        let head = client.head().await;
        assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));
        client
    }
}

async fn expect(client: &mut Client, seqs: impl IntoIterator<Item = u64>) {
    for seq in seqs {
        let event = client.until("\n\n").await;
        assert!(event.contains("event: decision\n") && event.contains(&format!("id: {seq}\n")), "{seq} expected: {event}");
        assert!(event.contains(&format!("\"excerpt\":\"words {seq}\"")), "{event}");
    }
}

#[tokio::test]
async fn a_listener_hears_what_is_decided_from_now_on() {
    let house = House::new().await;
    house.decide(1);
    let mut client = house.listen("", &[]).await;
    house.decide(2);
    expect(&mut client, [2]).await;
    house.decide(3);
    expect(&mut client, [3]).await;
}

#[tokio::test]
async fn a_listener_who_was_away_gets_what_it_missed() {
    let house = House::new().await;
    (1..=250).for_each(|seq| house.decide(seq));
    let mut by_header = house.listen("?after=0", &["last-event-id: 7"]).await;
    expect(&mut by_header, 8..=250).await;
    let mut by_query = house.listen("?after=249", &[]).await;
    expect(&mut by_query, [250]).await;
    house.decide(251);
    expect(&mut by_header, [251]).await;
    expect(&mut by_query, [251]).await;
}

#[tokio::test]
async fn decisions_announced_out_of_order_or_not_at_all_come_in_order() {
    let house = House::new().await;
    let mut client = house.listen("", &[]).await;
    let rows: Vec<_> = (1..=3).map(|seq| house.store_decision(seq)).collect();
    house.live.publish(Arc::clone(&rows[2]));
    house.live.publish(Arc::clone(&rows[0]));
    expect(&mut client, 1..=3).await;
    house.decide(4);
    expect(&mut client, [4]).await;
}

#[tokio::test]
async fn a_listener_that_lags_is_told_and_misses_nothing() {
    let house = House::new().await;
    let mut client = house.listen("", &[]).await;
    // More at once than the stream keeps, before the listener has a chance to run: this test has one thread.
    (1..=20).for_each(|seq| house.decide(seq));
    let event = client.until("\n\n").await;
    assert!(event.contains("event: lagged\n") && event.contains("\"missed\":16"), "{event}");
    expect(&mut client, 1..=20).await;
}

#[tokio::test]
async fn a_quiet_stream_shows_that_it_lives() {
    let house = House::with(ServerSettings { live_keep_alive_ms: 5, ..ServerSettings::default() }).await;
    let mut client = house.listen("", &[]).await;
    client.until(":\n\n").await;
}

#[tokio::test]
async fn there_is_a_number_of_listeners_and_a_left_seat_is_free() {
    let house = House::with(ServerSettings { live_clients_max: 1, live_keep_alive_ms: 1, ..ServerSettings::default() }).await;
    let first = house.listen("", &[]).await;
    let busy = super::client::get(house.address, "/api/v1/live", VIEWER).await;
    assert_eq!((busy.status, busy.problem().as_str()), (503, "busy"));
    drop(first);
    loop {
        let mut next = Client::connect(house.address).await;
        next.send(request("GET", "/api/v1/live", &[&format!("authorization: Bearer {VIEWER}")])).await;
        if next.head().await.status == 200 {
            return;
        }
    }
}

#[tokio::test]
async fn a_wrong_place_to_resume_is_refused() {
    let house = House::new().await;
    for query in ["?after=x", "?after=-1", "?befor=1"] {
        let reply = super::client::get(house.address, &format!("/api/v1/live{query}"), VIEWER).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "bad-request"), "{query}");
    }
}
