//! A connector's plugin that does what the delivery's body says.

use async_trait::async_trait;
use dispatch::port::{Budget, Plugin, PluginInfo, Question};
use model::{
    Advance, Attributes, Call, Cost, Decided, Delivered, Delivery, Event, Fact, Failure, FaultKind, Header, Interaction, Item, Outbound,
    Page, Pointer, Priority, Reception, Refusal, Response, Routing, Signal, Situation, Suggestion, Timestamp, Undelivered,
};

/// `refuse` is malformed, `fault` is a fault, `header …` answers with these headers, anything else is said and echoed.
#[derive(Debug)]
pub(super) struct Stub(pub(super) PluginInfo);

fn absent<T>() -> Call<T> {
    Call { outcome: Err(FaultKind::Instantiate("the stub has no such role".to_owned())), cost: Cost::default() }
}

fn echo(delivery: &Delivery) -> Response {
    let text = String::from_utf8_lossy(&delivery.body);
    let headers = text.lines().filter_map(|line| line.strip_prefix("header ")?.split_once(": "));
    let mut headers: Vec<Header> = headers.map(|(name, value)| Header::new(name, value)).collect();
    headers.push(Header::new("x-url", &delivery.url));
    let status = text.lines().find_map(|line| line.strip_prefix("status ")?.parse().ok()).unwrap_or(200);
    Response { status, headers, body: delivery.body.clone() }
}

fn said(delivery: &Delivery) -> Fact {
    let text: String = String::from_utf8_lossy(&delivery.body).chars().take(50).collect();
    let item = Item { source_id: text.clone(), text, ..Item::default() };
    Fact { account: None, dedup_key: None, event: Event::Said(item) }
}

fn received(delivery: &Delivery) -> Call<Result<Reception, Refusal>> {
    let outcome = match delivery.body.as_slice() {
        b"refuse" => Ok(Err(Refusal::Malformed("not what I read".to_owned()))),
        b"fault" => Err(FaultKind::Trap("unreachable".to_owned())),
        _ => Ok(Ok(Reception { answer: echo(delivery), facts: vec![said(delivery)], pointers: Vec::new() })),
    };
    Call { outcome, cost: Cost { fuel: 7, duration_ns: 1_000, ..Cost::default() } }
}

#[async_trait]
impl Plugin for Stub {
    fn info(&self) -> &PluginInfo {
        &self.0
    }

    fn receive(&self, deliveries: &[&Delivery], _now: Timestamp) -> Vec<Call<Result<Reception, Refusal>>> {
        deliveries.iter().map(|delivery| received(delivery)).collect()
    }

    fn opened(&self, _: Option<&[u8]>, _: Timestamp) -> Call<Advance> {
        absent()
    }

    fn received(&self, _: &[u8], _: &Attributes, _: Option<&[u8]>, _: Timestamp) -> Call<Result<Advance, Refusal>> {
        absent()
    }

    fn woken(&self, _: Option<&[u8]>, _: Timestamp) -> Call<Advance> {
        absent()
    }

    fn classify(&self, questions: &[Question<'_>], _: Budget) -> Vec<Call<Vec<Signal>>> {
        questions.iter().map(|_| absent()).collect()
    }

    fn prioritize(&self, questions: &[Question<'_>], _: Budget) -> Vec<Call<Priority>> {
        questions.iter().map(|_| absent()).collect()
    }

    fn route(&self, questions: &[Question<'_>], _: Budget) -> Vec<Call<Routing>> {
        questions.iter().map(|_| absent()).collect()
    }

    async fn poll(&self, _: Option<&[u8]>, _: Timestamp) -> Call<Result<Page, Failure>> {
        absent()
    }

    async fn hydrate(&self, _: &Pointer, _: Timestamp) -> Call<Result<Vec<Fact>, Failure>> {
        absent()
    }

    async fn enrich(&self, _: &Interaction, _: Timestamp, _: Budget) -> Call<Result<Vec<Signal>, Failure>> {
        absent()
    }

    async fn suggest(&self, _: &Interaction, _: &Situation, _: &Routing, _: Budget) -> Call<Result<Vec<Suggestion>, Failure>> {
        absent()
    }

    async fn send(&self, _: &str, _: &Outbound, _: Timestamp) -> Call<Result<Delivered, Undelivered>> {
        absent()
    }

    async fn find(&self, _: &str, _: &Outbound, _: Timestamp) -> Call<Result<Option<Delivered>, Undelivered>> {
        absent()
    }

    async fn export(&self, _: &[Decided]) -> Call<Result<(), Failure>> {
        absent()
    }

    async fn erase(&self, _: &str) -> Call<Result<(), Failure>> {
        absent()
    }
}
