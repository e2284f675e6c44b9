//! Decisions as they were recorded, for replays and backtests: a page costs what its rows cost, wherever it lies.

use dispatch::port::{Recorded, RecordedRange};
use model::{DecisionId, InteractionId, Label};
use rusqlite::{Connection, Row, params};

use super::{brief, parse};
use crate::sqlite::cell::{at, cell, number, time};
use crate::sqlite::change::Failure;

/// Rows of a page.
const ROWS_MAX: u32 = 1_000;

/// Decisions beyond a page's rows that are looked at before the range's ends are looked up.
const STRAY_ROWS_MAX: i64 = 1_000;

/// The trace stands last in its row; it and the decision are read where they lie, without a copy.
const PAGE: &str =
    "SELECT decision.seq, decision.outline, whole, trace, label.seq, label.at, actor, label.queue, score, judged.id, interaction.id
     FROM decision
     LEFT JOIN decision_content ON decision_content.decision = decision.seq
     LEFT JOIN label ON label.seq = (SELECT max(seq) FROM label WHERE label.interaction = decision.interaction)
     LEFT JOIN decision AS judged ON judged.seq = label.decision
     LEFT JOIN interaction ON interaction.seq = label.interaction
     WHERE decision.seq > ?1 AND decision.seq <= ?2 AND decision.decided_at >= ?3 AND decision.decided_at < ?4
     ORDER BY decision.seq LIMIT ?5";

/// Decisions of the range, in the order in which they were made.
pub(crate) fn page(connection: &Connection, range: &RecordedRange) -> Result<Vec<Recorded>, Failure> {
    let limit = range.limit.min(ROWS_MAX);
    let after = cell(range.after);
    let near = after.saturating_add(i64::from(limit)).saturating_add(STRAY_ROWS_MAX);
    let found = rows(connection, range, (after, near), limit)?;
    if found.len() == usize::try_from(limit).unwrap_or(usize::MAX) {
        return Ok(found);
    }
    // The range begins further on, or ends here: history before and behind it is not read.
    let ends = "SELECT min(seq), max(seq) FROM decision WHERE decided_at >= ? AND decided_at < ?";
    let (since, until) = times(range);
    let (first, last): (Option<i64>, Option<i64>) =
        connection.prepare_cached(ends)?.query_row((since, until), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(found) };
    if last <= near { Ok(found) } else { rows(connection, range, (after.max(first.saturating_sub(1)), last), limit) }
}

/// How many decisions the range has.
pub(crate) fn count(connection: &Connection, range: &RecordedRange) -> Result<u64, Failure> {
    let count = "SELECT count(*) FROM decision WHERE seq > ? AND decided_at >= ? AND decided_at < ?";
    let (since, until) = times(range);
    Ok(number(connection.prepare_cached(count)?.query_row((cell(range.after), since, until), |row| row.get(0))?))
}

fn times(range: &RecordedRange) -> (i64, i64) {
    (at(range.since), range.until.map_or(i64::MAX, at))
}

fn rows(connection: &Connection, range: &RecordedRange, (after, last): (i64, i64), limit: u32) -> Result<Vec<Recorded>, Failure> {
    let (since, until) = times(range);
    let mut statement = connection.prepare_cached(PAGE)?;
    let mut rows = statement.query(params![after, last, since, until, limit])?;
    let mut found = Vec::with_capacity(usize::try_from(limit).unwrap_or_default());
    while let Some(row) = rows.next()? {
        found.push(recorded(row, range.brief)?);
    }
    Ok(found)
}

fn recorded(row: &Row<'_>, in_brief: bool) -> Result<Recorded, Failure> {
    let text = |column| Ok::<_, Failure>(row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?);
    Ok(Recorded {
        seq: number(row.get(0)?),
        decision: match text(2)? {
            Some(whole) => parse(whole)?,
            None => parse(text(1)?.unwrap_or_default())?,
        },
        trace: text(3)?.map(if in_brief { brief::trace } else { parse }).transpose()?,
        label: label(row)?,
    })
}

fn label(row: &Row<'_>) -> Result<Option<Label>, Failure> {
    let Some(seq) = row.get::<_, Option<i64>>(4)? else { return Ok(None) };
    Ok(Some(Label {
        seq: number(seq),
        at: time(row.get(5)?),
        by: row.get(6)?,
        queue: row.get(7)?,
        #[expect(clippy::cast_possible_truncation, reason = "it was one")]
        score: row.get::<_, Option<f64>>(8)?.map(|score| score as f32),
        decision: DecisionId(row.get::<_, Option<String>>(9)?.unwrap_or_default()),
        interaction: InteractionId(row.get(10)?),
    }))
}
