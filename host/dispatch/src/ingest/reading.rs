//! What connectors give, checked against the contract's bounds, and what they only point at, fetched.

use futures::{StreamExt as _, TryStreamExt as _};
use model::{Call, Event, Fact, Failure, Fault, FaultKind, Pointer, Refusal, Role};

use super::{Arrival, IngestError, Inner, Unread};
use crate::breaker::Pass;

/// Most facts of one delivery, frame or page.
const FACTS_MAX: usize = 1_000;
/// Most pointers of one delivery or page.
const POINTERS_MAX: usize = 100;
/// How many pointers are fetched at a time.
const POINTERS_PARALLEL_MAX: usize = 4;
/// Longest id and dedup key.
const ID_BYTES_MAX: usize = 512;
/// Longest text.
const TEXT_BYTES_MAX: usize = 256 << 10;
/// Longest cursor.
const CURSOR_BYTES_MAX: usize = 64 << 10;

impl Unread {
    pub(super) fn refused(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Malformed(detail) => Self { cause: "malformed".to_owned(), detail },
            Refusal::Unsupported(detail) => Self { cause: "unsupported".to_owned(), detail },
        }
    }

    pub(super) fn faulted(kind: &FaultKind) -> Self {
        Self { cause: kind.name().to_owned(), detail: kind.to_string() }
    }

    pub(super) fn beyond(why: String) -> Self {
        Self::faulted(&FaultKind::Contract(why))
    }
}

/// Refuses facts and pointers that break a bound of the contract; the text names the bound.
pub(super) fn check(facts: &[Fact], pointers: &[Pointer], cursor: Option<&[u8]>) -> Result<(), String> {
    if facts.len() > FACTS_MAX {
        return Err(format!("{} facts, at most {FACTS_MAX} are allowed", facts.len()));
    }
    if pointers.len() > POINTERS_MAX {
        return Err(format!("{} pointers, at most {POINTERS_MAX} are allowed", pointers.len()));
    }
    if cursor.is_some_and(|cursor| cursor.len() > CURSOR_BYTES_MAX) {
        return Err(format!("a cursor of more than {CURSOR_BYTES_MAX} bytes"));
    }
    facts.iter().try_for_each(check_fact)
}

fn check_fact(fact: &Fact) -> Result<(), String> {
    let kind = fact.event.kind().name();
    if fact.effective_dedup_key().len() > ID_BYTES_MAX + 64 || fact.dedup_key.as_ref().is_some_and(|key| key.len() > ID_BYTES_MAX) {
        return Err(format!("the dedup key of a `{kind}` has more than {ID_BYTES_MAX} bytes"));
    }
    for id in [fact.event.source_id(), fact.event.item_id()].into_iter().flatten() {
        if id.len() > ID_BYTES_MAX {
            return Err(format!("an id of a `{kind}` has more than {ID_BYTES_MAX} bytes"));
        }
    }
    match &fact.event {
        Event::Said(item) | Event::Edited(item) if item.source_id.is_empty() => Err(format!("a `{kind}` without an id")),
        Event::Said(item) | Event::Edited(item) if item.text.len() > TEXT_BYTES_MAX => {
            Err(format!("the text of a `{kind}` has more than {TEXT_BYTES_MAX} bytes"))
        }
        Event::Said(item) | Event::Edited(item) if item.rating.is_some_and(|rating| !(0.0..=1.0).contains(&rating)) => {
            Err(format!("the rating of a `{kind}` is not between 0 and 1"))
        }
        Event::Removed(removal) if removal.source_id.is_empty() => Err(format!("a `{kind}` without an id")),
        _ => Ok(()),
    }
}

impl Inner {
    /// Fetches what pointers point at, in their order, a few at a time.
    pub(super) async fn hydrate(&self, arrival: &Arrival, pointers: &[Pointer]) -> Result<Vec<Fact>, IngestError> {
        if pointers.is_empty() {
            return Ok(Vec::new());
        }
        if !arrival.connector.has(Role::Feed) {
            return Err(IngestError::Contract("pointers from a plugin without a feed to fetch them".to_owned()));
        }
        // Collected first: a closure kept across an await would tie the future to one lifetime, and it could not be spawned.
        let fetches: Vec<_> = pointers.iter().map(|pointer| self.fetch(arrival, pointer)).collect();
        let facts: Vec<Vec<Fact>> = futures::stream::iter(fetches).buffered(POINTERS_PARALLEL_MAX).try_collect().await?;
        Ok(facts.into_iter().flatten().collect())
    }

    async fn fetch(&self, arrival: &Arrival, pointer: &Pointer) -> Result<Vec<Fact>, IngestError> {
        let pass = self.admitted(arrival)?;
        let call = arrival.connector.plugin.hydrate(pointer, arrival.at).await;
        self.answered(arrival, pass, call, |facts| check(facts, &[], None))
    }

    /// The right to one edge call, or why there is none; counted either way.
    pub(super) fn admitted(&self, arrival: &Arrival) -> Result<Pass, IngestError> {
        self.admit(arrival, 1).map_err(|kind| {
            self.ports.counters.failed(&arrival.connector.spec.name);
            IngestError::Fault(Fault { plugin: arrival.connector.spec.plugin.clone(), kind })
        })
    }

    /// The answer of an edge call, or why there is none; counted either way. An answer that does not stand the check is a fault.
    pub(super) fn answered<T>(
        &self,
        arrival: &Arrival,
        pass: Pass,
        call: Call<Result<T, Failure>>,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> Result<T, IngestError> {
        let plugin = &arrival.connector.spec.plugin;
        let call = call.and_then(|answer| {
            answer.as_ref().map_or(Ok(()), check).map_err(FaultKind::Contract)?;
            Ok(answer)
        });
        self.told(arrival, pass, &call);
        let answer = match call.outcome {
            Ok(answer) => answer.map_err(IngestError::Failed),
            Err(kind) => Err(IngestError::Fault(Fault { plugin: plugin.clone(), kind })),
        };
        if answer.is_err() {
            self.ports.counters.failed(&arrival.connector.spec.name);
        }
        answer
    }
}
