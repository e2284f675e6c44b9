//! What the drain of the outbox asks.

use dispatch::port::{Due, DuePage, Job, OutboxCount, OutboxTotals};
use model::{Interaction, OutgoingId, Timestamp};
use rusqlite::Connection;

use super::{Query, not_found, outgoing, parse};
use crate::sqlite::cell::{at, count, number, time};
use crate::sqlite::change::Failure;

/// Rows in one answer.
const DUE_ROWS_MAX: u32 = 1_000;
/// Paces that are left out of an answer.
const PACES_MAX: usize = 500;

/// The first unfinished of each conversation whose time has come, and when there is more.
pub(crate) fn due(connection: &Connection, now: Timestamp, resting: &[String], limit: u32) -> Result<DuePage, Failure> {
    let mut query = Query::new("SELECT id, hex(pace) FROM outgoing WHERE state IN ('pending', 'waiting', 'unknown') AND due_at <= ");
    query.bind(at(now));
    if !resting.is_empty() {
        query.push(" AND pace NOT IN (");
        for (place, pace) in resting.iter().take(PACES_MAX).enumerate() {
            query.push(if place == 0 { "" } else { ", " }).bind(hex::decode(pace).unwrap_or_default());
        }
        query.push(")");
    }
    query.push(
        " AND (lane IS NULL OR NOT EXISTS (SELECT 1 FROM outgoing AS earlier
                                           WHERE earlier.lane = outgoing.lane AND earlier.seq < outgoing.seq
                                                 AND earlier.state IN ('pending', 'sending', 'waiting', 'unknown')))
         ORDER BY due_at, seq LIMIT ",
    );
    query.bind(limit.min(DUE_ROWS_MAX));
    let due = query.all(connection, |row| {
        let pace: String = row.get(1)?;
        Ok(Due { id: OutgoingId(row.get(0)?), pace: pace.to_ascii_lowercase() })
    })?;
    let mut next = Query::new("SELECT min(due_at) FROM outgoing WHERE state IN ('pending', 'waiting', 'unknown') AND due_at > ");
    next.bind(at(now));
    let next_at: Option<Option<i64>> = next.first(connection, |row| row.get(0))?;
    Ok(DuePage { due, next_at: next_at.flatten().map(time) })
}

/// What a job is about, beside its row.
struct About {
    seq: i64,
    account: Option<String>,
    words: Option<String>,
    source_id: Option<String>,
    removed: bool,
    superseded: bool,
    said_already: bool,
    last_inbound_at: Option<i64>,
    automatic: i64,
}

/// Everything that is needed to try.
pub(crate) fn job(connection: &Connection, id: &OutgoingId, since: Timestamp) -> Result<Job, Failure> {
    let row = outgoing::row(connection, id)?;
    let mut query = Query::new(
        "SELECT outgoing.seq, account, words, source_id, coalesce(removed, 0),
                outgoing.kind = 'answer' AND (
                    EXISTS (SELECT 1 FROM occasion WHERE occasion.interaction = outgoing.interaction AND asked = '\"edited\"')
                    OR EXISTS (SELECT 1 FROM decision WHERE decision.interaction = outgoing.interaction AND decision.seq > outgoing.decision
                                   AND json_extract(outline, '$.trigger') = 'edited')),
                outgoing.kind = 'answer' AND EXISTS (
                    SELECT 1 FROM outgoing AS other
                    JOIN effect_content AS words ON words.effect = other.id
                    JOIN effect_content AS own ON own.effect = outgoing.id AND own.whole = words.whole
                    WHERE other.conversation = outgoing.conversation AND other.kind = 'answer' AND other.state = 'done'
                          AND other.changed_at >= (SELECT max(received_at) FROM interaction AS said
                                                   WHERE said.conversation = outgoing.conversation)),
                (SELECT max(occurred_at) FROM interaction AS said WHERE said.conversation = outgoing.conversation),
                (SELECT count(*) FROM outgoing AS other
                 WHERE other.conversation = outgoing.conversation AND other.kind = 'answer' AND other.state = 'done'
                       AND other.changed_at > ",
    );
    query.bind(at(since)).push(
        ") FROM outgoing
         JOIN outgoing_content ON outgoing_content.outgoing = outgoing.seq
         LEFT JOIN interaction ON interaction.seq = outgoing.interaction
         LEFT JOIN interaction_content ON interaction_content.interaction = interaction.seq
         WHERE outgoing.id = ",
    );
    query.bind(id.0.clone());
    let about = query.first(connection, |row| {
        Ok(About {
            seq: row.get(0)?,
            account: row.get(1)?,
            words: row.get(2)?,
            source_id: row.get(3)?,
            removed: row.get(4)?,
            superseded: row.get(5)?,
            said_already: row.get(6)?,
            last_inbound_at: row.get(7)?,
            automatic: row.get(8)?,
        })
    })?;
    let about = about.ok_or_else(|| not_found("outgoing", &id.0))?;
    let interaction: Option<Interaction> = about.words.as_deref().map(parse).transpose()?;
    Ok(Job {
        outgoing: row,
        account: about.account,
        history: outgoing::history(connection, about.seq, false)?,
        interaction,
        source_id: about.source_id,
        removed: about.removed,
        superseded: about.superseded,
        said_already: about.said_already,
        last_inbound_at: about.last_inbound_at.map(time),
        automatic_answers: count(about.automatic),
    })
}

/// How much there is.
pub(crate) fn totals(connection: &Connection) -> Result<OutboxTotals, Failure> {
    let counts = Query::new("SELECT connector, kind, state, count FROM outbox_tally WHERE count > 0 ORDER BY connector, kind, state");
    let counts = counts.all(connection, |row| {
        Ok(OutboxCount { connector: row.get(0)?, kind: row.get(1)?, state: row.get(2)?, count: number(row.get(3)?) })
    })?;
    // A timer that is set for later is not late.
    let oldest = Query::new(
        "SELECT connector, min(CASE kind WHEN 'timer' THEN due_at ELSE created_at END) FROM outgoing
         WHERE state IN ('pending', 'sending', 'waiting', 'unknown') GROUP BY connector",
    );
    Ok(OutboxTotals { counts, oldest: oldest.all(connection, |row| Ok((row.get(0)?, time(row.get(1)?))))? })
}
