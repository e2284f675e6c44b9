use dispatch::port::DecisionFilter;
use model::{DecisionId, DecisionSummary, Digest, InteractionId, StoredDecision, StoredEffect};
use rusqlite::{Connection, Row};

use super::{PAGE_ROWS_MAX, Query, not_found, parse};
use crate::sqlite::cell::{cell, count, number};
use crate::sqlite::change::Failure;

struct Found {
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

struct Whole {
    seq: i64,
    outline: String,
    commitment: String,
    whole: Option<String>,
    trace: Option<String>,
}

const WHOLE: &str = "SELECT decision.seq, outline, commitment, whole, trace FROM decision
 LEFT JOIN decision_content ON decision_content.decision = decision.seq WHERE ";

/// Rows for a table: newest first, or oldest first after a cursor.
pub(crate) fn list(connection: &Connection, filter: &DecisionFilter) -> Result<Vec<DecisionSummary>, Failure> {
    let mut query = Query::new(
        "SELECT decision.seq, connector, channel, faulted, outline, whole, signals, author, excerpt FROM decision
         LEFT JOIN decision_content ON decision_content.decision = decision.seq WHERE ",
    );
    match filter.after {
        Some(after) => query.push("decision.seq > ").bind(cell(after)),
        None => query.push("decision.seq < ").bind(filter.before.map_or(i64::MAX, cell)),
    };
    for (column, wanted) in
        [(" AND queue = ", &filter.queue), (" AND connector = ", &filter.connector), (" AND disposition = ", &filter.disposition)]
    {
        if let Some(wanted) = wanted {
            query.push(column).bind(wanted.clone());
        }
    }
    query.push(if filter.after.is_some() { " ORDER BY decision.seq" } else { " ORDER BY decision.seq DESC" });
    query.page(filter.limit);
    let rows = query.all(connection, Found::read)?;
    rows.into_iter().map(Found::summary).collect()
}

/// One of them, with its trace.
pub(crate) fn one(connection: &Connection, id: &DecisionId) -> Result<StoredDecision, Failure> {
    let mut query = Query::new(WHOLE);
    query.push("decision.id = ").bind(id.0.clone());
    let row = query.first(connection, Whole::read)?.ok_or_else(|| not_found("decision", &id.0))?;
    row.stored(connection)
}

/// All decisions about an interaction, oldest first. There is one for each occasion, so they are few.
pub(crate) fn of(connection: &Connection, id: &InteractionId) -> Result<Vec<StoredDecision>, Failure> {
    let mut query = Query::new(WHOLE);
    query.push("interaction = (SELECT seq FROM interaction WHERE interaction.id = ").bind(id.0.clone()).push(") ORDER BY decision.seq");
    query.page(PAGE_ROWS_MAX);
    query.all(connection, Whole::read)?.into_iter().map(|row| row.stored(connection)).collect()
}

impl Found {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            seq: row.get(0)?,
            connector: row.get(1)?,
            channel: row.get(2)?,
            faulted: row.get(3)?,
            outline: row.get(4)?,
            whole: row.get(5)?,
            signals: row.get(6)?,
            author: row.get(7)?,
            excerpt: row.get(8)?,
        })
    }

    fn summary(self) -> Result<DecisionSummary, Failure> {
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
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self { seq: row.get(0)?, outline: row.get(1)?, commitment: row.get(2)?, whole: row.get(3)?, trace: row.get(4)? })
    }

    fn stored(self, connection: &Connection) -> Result<StoredDecision, Failure> {
        let mut query = Query::new(
            "SELECT key, state, effect_content.whole, tries, progress, why FROM effect
             JOIN effect_content ON effect_content.effect = effect.key
             JOIN outgoing ON outgoing.id = effect.key
             LEFT JOIN outgoing_content ON outgoing_content.outgoing = outgoing.seq
             WHERE effect.decision = ",
        );
        query.bind(self.seq).push(" ORDER BY position");
        let rows = query.all(connection, EffectRow::read)?;
        Ok(StoredDecision {
            decision: parse(self.whole.as_ref().unwrap_or(&self.outline))?,
            trace: self.trace.as_deref().map(parse).transpose()?,
            commitment: digest(&self.commitment)?,
            effects: rows.into_iter().map(EffectRow::stored).collect::<Result<_, Failure>>()?,
        })
    }
}

struct EffectRow {
    key: String,
    state: String,
    whole: String,
    tries: i64,
    progress: Option<String>,
    why: Option<String>,
}

impl EffectRow {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self { key: row.get(0)?, state: row.get(1)?, whole: row.get(2)?, tries: row.get(3)?, progress: row.get(4)?, why: row.get(5)? })
    }

    fn stored(self) -> Result<StoredEffect, Failure> {
        let Self { key, state, whole, tries, progress, why } = self;
        let progress = progress.as_deref().and_then(crate::sqlite::outbox::progress);
        Ok(StoredEffect { key, effect: parse(&whole)?, state, tries: count(tries), progress, why })
    }
}

fn digest(text: &str) -> Result<Digest, Failure> {
    Digest::parse(text).ok_or_else(|| Failure::Unreadable(format!("`{text}` is no digest")))
}
