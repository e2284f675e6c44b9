//! The live stream: decisions as they are committed, and what becomes of what goes out, as server-sent events.
//!
//! Every decision is sent once and in order of its sequence number, whatever the client missed: what the stream cannot give (because the
//! client was away, or too slow for the bounded buffer) is read from the store, which is the truth.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use dispatch::live::OutgoingChange;
use dispatch::port::{DecisionFilter, Store, StoreError};
use futures::Stream;
use model::DecisionSummary;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;

use super::page::{Params, cursor};
use super::schema;
use crate::problem::{Code, Problem};
use crate::site::Shared;

/// Rows that are read from the store at one time.
const ROWS: u32 = 100;

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Start {
    /// After this sequence number; absent: with what is decided from now on. The header `Last-Event-ID` wins over it.
    after: Option<String>,
}

/// Decisions as they are committed, as server-sent events.
///
/// Events `outgoing` tell that something in the outbox got somewhere else; whoever was away asks for `/outgoing`. Events `decision` have the
/// sequence number as id; `lagged` stands before decisions that come late because the client was too slow.
#[utoipa::path(get, path = "/api/v1/live", tag = "decisions",
    params(Start, ("last-event-id" = Option<String>, Header, description = "The id of the last event that the client has seen.")),
    responses((status = 200, description = "The stream; it ends when the server stops.", body = schema::DecisionSummary, content_type = "text/event-stream")))]
pub(crate) async fn live(
    State(site): State<Shared>,
    Params(start): Params<Start>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let seat = Arc::clone(&site.live_seats).try_acquire_owned();
    let seat = seat.map_err(|_| Problem::new(Code::Busy, "There are too many live streams already.").retry_after(10))?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let after = cursor("after", last.or(start.after.as_deref()))?;
    // Before the store is asked, so that nothing falls between the two.
    let (receiver, outgoing) = (site.services.live.subscribe(), site.services.live.outgoing());
    let store = Arc::clone(&site.services.store);
    let last = match after {
        Some(after) => after,
        None => newest(&*store).await?,
    };
    let feed =
        Feed { store, receiver, outgoing, stop: site.stop.clone(), last, behind: after.is_some(), ready: VecDeque::new(), _seat: seat };
    let stream = futures::stream::unfold(feed, |mut feed| async move { feed.next().await.map(|event| (Ok(event), feed)) });
    let alive = KeepAlive::new().interval(Duration::from_millis(site.settings().live_keep_alive_ms.max(1)));
    Ok(Sse::new(stream).keep_alive(alive))
}

async fn newest(store: &dyn Store) -> Result<u64, StoreError> {
    let newest = store.decisions(DecisionFilter { limit: 1, ..DecisionFilter::default() }).await?;
    Ok(newest.first().map_or(0, |row| row.seq))
}

struct Feed {
    store: Arc<dyn Store>,
    receiver: Receiver<Arc<DecisionSummary>>,
    outgoing: Receiver<Arc<OutgoingChange>>,
    stop: CancellationToken,
    /// Everything up to here was sent.
    last: u64,
    /// The store may have more after `last` than the receiver will give.
    behind: bool,
    ready: VecDeque<DecisionSummary>,
    _seat: OwnedSemaphorePermit,
}

impl Feed {
    /// The next event; none when the stream is over, which makes the client come back with the id of the last one.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                self.last = row.seq;
                return event(&row);
            }
            if self.behind {
                self.catch_up().await.ok()?;
                continue;
            }
            let received = tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                received = self.receiver.recv() => received,
                changed = self.outgoing.recv() => match changed {
                    Ok(change) => return Event::default().event("outgoing").json_data(&change).ok(),
                    Err(RecvError::Lagged(_)) => continue,
                    Err(RecvError::Closed) => return None,
                },
            };
            match received {
                // Commits are numbered in order but may be announced out of it: only the direct successor needs no look into the store.
                Ok(row) if row.seq == self.last.saturating_add(1) => {
                    self.last = row.seq;
                    return event(&row);
                }
                Ok(row) => self.behind = row.seq > self.last,
                Err(RecvError::Lagged(missed)) => {
                    self.behind = true;
                    return Event::default().event("lagged").json_data(json!({ "missed": missed })).ok();
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn catch_up(&mut self) -> Result<(), StoreError> {
        if self.stop.is_cancelled() {
            return Err(StoreError::Unavailable("the server is stopping".to_owned()));
        }
        let filter = DecisionFilter { after: Some(self.last), limit: ROWS, ..DecisionFilter::default() };
        let rows = self.store.decisions(filter).await.inspect_err(|error| tracing::error!(%error, "a live stream ends early"))?;
        self.behind = rows.len() >= usize::try_from(ROWS).unwrap_or(usize::MAX);
        self.ready = rows.into();
        Ok(())
    }
}

fn event(row: &DecisionSummary) -> Option<Event> {
    Event::default().event("decision").id(row.seq.to_string()).json_data(row).ok()
}
