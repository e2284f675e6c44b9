use dispatch::port::{DecisionFilter, StoreError};
use model::{DecisionId, DecisionSummary, Digest, InteractionId, StoredDecision, StoredEffect};
use sqlx::SqlitePool;

use super::{Query, all, first, not_found, page, parse};
use crate::sqlite::cell::{cell, number};

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    connector: String,
    channel: String,
    faulted: bool,
    outline: String,
    whole: Option<String>,
    signals: Option<String>,
    author: Option<String>,
    excerpt: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Whole {
    seq: i64,
    outline: String,
    commitment: String,
    whole: Option<String>,
    trace: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Outgoing {
    key: String,
    state: String,
    whole: String,
}

const WHOLE: &str = "SELECT decision.seq, outline, commitment, whole, trace FROM decision
 LEFT JOIN decision_content ON decision_content.decision = decision.seq WHERE ";

/// Rows for a table: newest first, or oldest first after a cursor.
pub(crate) async fn list(readers: &SqlitePool, filter: &DecisionFilter) -> Result<Vec<DecisionSummary>, StoreError> {
    let mut query = Query::new(
        "SELECT decision.seq, connector, channel, faulted, outline, whole, signals, author, excerpt FROM decision
         LEFT JOIN decision_content ON decision_content.decision = decision.seq WHERE ",
    );
    match filter.after {
        Some(after) => query.push("decision.seq > ").push_bind(cell(after)),
        None => query.push("decision.seq < ").push_bind(filter.before.map_or(i64::MAX, cell)),
    };
    for (column, wanted) in
        [(" AND queue = ", &filter.queue), (" AND connector = ", &filter.connector), (" AND disposition = ", &filter.disposition)]
    {
        if let Some(wanted) = wanted {
            query.push(column).push_bind(wanted.clone());
        }
    }
    query.push(if filter.after.is_some() { " ORDER BY decision.seq" } else { " ORDER BY decision.seq DESC" });
    page(&mut query, filter.limit);
    let rows: Vec<Row> = all(readers, &mut query).await?;
    rows.into_iter().map(Row::summary).collect()
}

/// One of them, with its trace.
pub(crate) async fn one(readers: &SqlitePool, id: &DecisionId) -> Result<StoredDecision, StoreError> {
    let mut query = Query::new(WHOLE);
    query.push("decision.id = ").push_bind(id.0.clone());
    let row: Whole = first(readers, &mut query).await?.ok_or_else(|| not_found("decision", &id.0))?;
    row.stored(readers).await
}

/// All decisions about an interaction, oldest first. There is one for each occasion, so they are few.
pub(crate) async fn of(readers: &SqlitePool, id: &InteractionId) -> Result<Vec<StoredDecision>, StoreError> {
    let mut query = Query::new(WHOLE);
    query
        .push("interaction = (SELECT seq FROM interaction WHERE interaction.id = ")
        .push_bind(id.0.clone())
        .push(") ORDER BY decision.seq");
    page(&mut query, super::PAGE_ROWS_MAX);
    let mut decisions = Vec::new();
    for row in all::<Whole>(readers, &mut query).await? {
        decisions.push(row.stored(readers).await?);
    }
    Ok(decisions)
}

impl Row {
    fn summary(self) -> Result<DecisionSummary, StoreError> {
        Ok(DecisionSummary {
            seq: number(self.seq),
            decision: parse(self.whole.as_ref().unwrap_or(&self.outline))?,
            connector: self.connector,
            channel: self.channel,
            signals: self.signals.as_deref().map(parse).transpose()?.unwrap_or_default(),
            author: self.author,
            excerpt: self.excerpt.unwrap_or_default(),
            faulted: self.faulted,
        })
    }
}

impl Whole {
    async fn stored(self, readers: &SqlitePool) -> Result<StoredDecision, StoreError> {
        let mut query =
            Query::new("SELECT key, state, whole FROM effect JOIN effect_content ON effect_content.effect = effect.key WHERE decision = ");
        query.push_bind(self.seq).push(" ORDER BY position");
        let effects: Vec<Outgoing> = all(readers, &mut query).await?;
        let effect = |row: Outgoing| Ok(StoredEffect { key: row.key, effect: parse(&row.whole)?, state: row.state });
        Ok(StoredDecision {
            decision: parse(self.whole.as_ref().unwrap_or(&self.outline))?,
            trace: self.trace.as_deref().map(parse).transpose()?,
            commitment: digest(&self.commitment)?,
            effects: effects.into_iter().map(effect).collect::<Result<_, StoreError>>()?,
        })
    }
}

fn digest(text: &str) -> Result<Digest, StoreError> {
    Digest::parse(text).ok_or_else(|| StoreError::Corrupt(format!("`{text}` is no digest")))
}
