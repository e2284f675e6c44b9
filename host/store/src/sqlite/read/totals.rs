use std::collections::BTreeMap;

use dispatch::port::{Losses, Totals};
use model::{Configuration, GenerationId};
use rusqlite::Connection;

use super::{Query, not_found, parse};
use crate::sqlite::cell::number;
use crate::sqlite::change::Failure;

/// From the counters; only what is small is counted anew.
pub(crate) fn totals(connection: &Connection) -> Result<Totals, Failure> {
    let query = Query::new(
        "SELECT name, count FROM tally
         UNION ALL SELECT 'quarantined', count(*) FROM quarantine
         UNION ALL SELECT 'pending', count(*) FROM occasion
         UNION ALL SELECT 'effects.pending', coalesce(sum(count), 0) FROM outbox_tally
                   WHERE kind IN ('answer', 'notify', 'timer', 'mark') AND state IN ('pending', 'sending', 'waiting', 'unknown')",
    );
    let rows = query.all(connection, |row| Ok((row.get(0)?, number(row.get(1)?))))?;
    let counts: BTreeMap<String, u64> = rows.into_iter().collect();
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    let facts = counts.iter().filter_map(|(name, count)| Some((name.strip_prefix("facts.")?.to_owned(), *count)));
    Ok(Totals {
        deliveries: count("deliveries"),
        quarantined: count("quarantined"),
        held_after_fault: count("held_after_fault"),
        facts: facts.collect(),
        interactions: count("interactions"),
        pending: count("pending"),
        decisions: count("decisions"),
        effects_pending: count("effects.pending"),
    })
}

/// Where a connector's feed or connection resumes.
pub(crate) fn cursor(connection: &Connection, connector: &str) -> Result<Option<Vec<u8>>, Failure> {
    let mut query = Query::new("SELECT position FROM cursor WHERE connector = ");
    query.bind(connector.to_owned());
    query.first(connection, |row| row.get(0))
}

/// The configuration of a generation.
pub(crate) fn generation(connection: &Connection, id: &GenerationId) -> Result<Configuration, Failure> {
    let mut query = Query::new("SELECT configuration FROM generation WHERE id = ");
    query.bind(id.0.clone());
    let json: Option<String> = query.first(connection, |row| row.get(0))?;
    parse(&json.ok_or_else(|| not_found("generation", &id.0))?)
}

/// From the books, without reading history: every occasion that ever arose waits or was answered by one decision. More decisions than that
/// are duplicates; fewer, and somebody's words were lost. What has no decision is looked at one by one: it is as much as waits.
pub(crate) fn losses(connection: &Connection) -> Result<Losses, Failure> {
    let query = Query::new(
        "SELECT (SELECT count(*) FROM interaction INDEXED BY interaction_undecided WHERE decision IS NULL AND removed = 0
                    AND NOT EXISTS (SELECT 1 FROM occasion WHERE occasion.interaction = interaction.seq)),
                coalesce((SELECT max(seq) FROM decision), 0),
                coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'occasion'), 0) - (SELECT count(*) FROM occasion)",
    );
    let found = query.first(connection, |row| Ok((number(row.get(0)?), number(row.get(1)?), number(row.get(2)?))))?;
    let (undecided, decisions, answered) = found.unwrap_or_default();
    Ok(Losses { lost: undecided.max(answered.saturating_sub(decisions)), duplicated: decisions.saturating_sub(answered), mixed: 0 })
}
