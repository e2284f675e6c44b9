//! The outbox as people see it.

use dispatch::port::OutgoingFilter;
use model::{
    DecisionId, Digest, Effect, InteractionId, Outgoing, OutgoingId, OutgoingRecord, OutgoingState, SentItem, Try, TryCall, Wanted,
};
use rusqlite::{Connection, Row};

use super::{Query, not_found, parse};
use crate::sqlite::cell::{cell, count, number, time};
use crate::sqlite::change::Failure;
use crate::sqlite::outbox::progress;

/// Lines of one history in an answer.
const TRIES_MAX: u32 = 500;

const ROWS: &str =
    "SELECT outgoing.seq, outgoing.id, outgoing.kind, outgoing.state, outgoing.connector, interaction.id, decision.id, actor,
        outgoing.created_at, due_at, changed_at, rung, tries, progress, why, outgoing_content.whole, effect_content.whole
 FROM outgoing
 LEFT JOIN outgoing_content ON outgoing_content.outgoing = outgoing.seq
 LEFT JOIN effect_content ON effect_content.effect = outgoing.id
 LEFT JOIN interaction ON interaction.seq = outgoing.interaction
 LEFT JOIN decision ON decision.seq = outgoing.decision
 WHERE ";

struct Found {
    row: Outgoing,
    state: String,
    whole: Option<String>,
    effect: Option<String>,
}

/// Newest first.
pub(crate) fn list(connection: &Connection, filter: &OutgoingFilter) -> Result<Vec<Outgoing>, Failure> {
    let mut query = Query::new(ROWS);
    query.push("outgoing.seq < ").bind(filter.before.map_or(i64::MAX, cell));
    if !filter.states.is_empty() {
        query.push(" AND outgoing.state IN (");
        for (place, state) in filter.states.iter().enumerate() {
            query.push(if place == 0 { "" } else { ", " }).bind(state.name().to_owned());
        }
        query.push(")");
    }
    let named = [
        (" AND outgoing.kind = ", filter.kind.clone()),
        (" AND outgoing.connector = ", filter.connector.clone()),
        (" AND interaction.id = ", filter.interaction.as_ref().map(|id| id.0.clone())),
        (" AND decision.id = ", filter.decision.as_ref().map(|id| id.0.clone())),
    ];
    for (column, wanted) in named {
        if let Some(wanted) = wanted {
            query.push(column).bind(wanted);
        }
    }
    query.push(" ORDER BY outgoing.seq DESC");
    query.page(filter.limit);
    query.all(connection, Found::read)?.into_iter().map(Found::whole).collect()
}

/// One row.
pub(crate) fn row(connection: &Connection, id: &OutgoingId) -> Result<Outgoing, Failure> {
    let mut query = Query::new(ROWS);
    query.push("outgoing.id = ").bind(id.0.clone());
    query.first(connection, Found::read)?.ok_or_else(|| not_found("outgoing", &id.0))?.whole()
}

/// One of them with every try.
pub(crate) fn one(connection: &Connection, id: &OutgoingId) -> Result<OutgoingRecord, Failure> {
    let outgoing = row(connection, id)?;
    let seq = cell(outgoing.seq);
    let mut query = Query::new(
        "SELECT connector, rung, source_id, progress FROM sent LEFT JOIN sent_content ON sent_content.sent = sent.seq WHERE outgoing = ",
    );
    query.bind(seq).push(" ORDER BY sent.seq");
    query.page(TRIES_MAX);
    let sent = query.all(connection, |row| {
        let (source_id, far): (Option<String>, String) = (row.get(2)?, row.get(3)?);
        Ok(SentItem {
            connector: row.get(0)?,
            rung: count(row.get(1)?),
            source_id: source_id.unwrap_or_default(),
            progress: progress(&far).unwrap_or_default(),
        })
    })?;
    Ok(OutgoingRecord { outgoing, history: history(connection, seq, true)?, sent })
}

/// Every try, oldest first; without calls of the host unless they are wanted.
pub(crate) fn history(connection: &Connection, outgoing: i64, host_calls: bool) -> Result<Vec<Try>, Failure> {
    let mut query = Query::new("SELECT at, ended_at, rung, connector, call, outcome, digest, detail, ");
    query.push(if host_calls { "host_calls" } else { "NULL" });
    query.push(" FROM outgoing_try LEFT JOIN outgoing_try_content USING (outgoing, number) WHERE outgoing = ").bind(outgoing);
    query.push(" ORDER BY number");
    query.page(TRIES_MAX);
    let rows = query.all(connection, |row| {
        let (call, digest): (String, Option<String>) = (row.get(4)?, row.get(6)?);
        let tried = Try {
            at: time(row.get(0)?),
            ended_at: row.get::<_, Option<i64>>(1)?.map(time),
            rung: count(row.get(2)?),
            connector: row.get(3)?,
            call: TryCall::parse(&call).unwrap_or(TryCall::Check),
            outcome: row.get(5)?,
            detail: row.get(7)?,
            digest: digest.as_deref().and_then(Digest::parse),
            host_calls: Vec::new(),
        };
        Ok((tried, row.get::<_, Option<String>>(8)?))
    })?;
    let whole = |(tried, calls): (Try, Option<String>)| match calls {
        Some(calls) => Ok(Try { host_calls: parse(&calls)?, ..tried }),
        None => Ok(tried),
    };
    rows.into_iter().map(whole).collect()
}

impl Found {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        let far: Option<String> = row.get(13)?;
        let outgoing = Outgoing {
            seq: number(row.get(0)?),
            id: OutgoingId(row.get(1)?),
            kind: row.get(2)?,
            state: OutgoingState::Parked,
            connector: row.get(4)?,
            interaction: row.get::<_, Option<String>>(5)?.map(InteractionId),
            decision: row.get::<_, Option<String>>(6)?.map(DecisionId),
            by: row.get(7)?,
            created_at: time(row.get(8)?),
            due_at: time(row.get(9)?),
            changed_at: time(row.get(10)?),
            rung: count(row.get(11)?),
            tries: count(row.get(12)?),
            progress: far.as_deref().and_then(progress),
            why: row.get(14)?,
            wanted: None,
        };
        Ok(Self { row: outgoing, state: row.get(3)?, whole: row.get(15)?, effect: row.get(16)? })
    }

    fn whole(self) -> Result<Outgoing, Failure> {
        let unknown = || Failure::Unreadable(format!("`{}` is no state of anything outgoing", self.state));
        let state = OutgoingState::parse(&self.state).ok_or_else(unknown)?;
        let wanted = match (self.whole, self.effect) {
            (Some(whole), _) => Some(parse::<Wanted>(&whole)?),
            (None, Some(effect)) => Some(Wanted::Effect(parse::<Effect>(&effect)?)),
            (None, None) => None,
        };
        Ok(Outgoing { state, wanted, ..self.row })
    }
}
