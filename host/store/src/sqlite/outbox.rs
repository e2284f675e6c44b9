//! The outbox: rows that say what is wanted and how it stands. Every change of a state is counted in the same commit.

mod attempt;
mod enter;
mod mark;
mod port;
mod receipt;
mod request;
mod turn;

use model::{OutgoingState, TryCall};
use rusqlite::params;

use super::change::Failure;
use super::session::Session;
use crate::name::{Name, Realm};

pub(crate) use attempt::{BeginTry, EndTry, Recover};
pub(crate) use enter::{Effects, enter};
pub(crate) use receipt::{heard, is_ours, parse as progress};
pub(crate) use request::Request;
pub(crate) use turn::TurnIt;

/// What shares a pace. Timers, marks and notices in their list have none.
pub(crate) fn pace(connector: &str, account: Option<&str>) -> Vec<u8> {
    Name::of(Realm::Pace, connector, account, "").bytes().to_vec()
}

/// What was sent, by the channel's id of it.
pub(crate) fn sent_name(connector: &str, id: &str) -> Name {
    Name::of(Realm::Sent, connector, None, id)
}

/// Counts that something got from one state to another.
fn count(session: &Session, (connector, kind): (&str, &str), state: OutgoingState, by: i64) -> Result<(), Failure> {
    let upsert = "INSERT INTO outbox_tally (connector, kind, state, count) VALUES (?, ?, ?, ?)
                  ON CONFLICT (connector, kind, state) DO UPDATE SET count = count + excluded.count";
    session.run(upsert, params![connector, kind, state.name(), by])?;
    Ok(())
}

/// A row that is to be changed.
struct Standing {
    seq: i64,
    kind: String,
    state: OutgoingState,
    connector: String,
    interaction: Option<i64>,
    conversation: Option<i64>,
    rung: i64,
}

const STANDING: &str = "SELECT seq, kind, state, connector, interaction, conversation, rung FROM outgoing WHERE id = ?";

impl Standing {
    fn load(session: &Session, id: &str) -> Result<Option<Self>, Failure> {
        Ok(session.first(STANDING, [id], Self::read)?)
    }

    fn read(row: &rusqlite::Row<'_>) -> Result<Self, rusqlite::Error> {
        let state: String = row.get(2)?;
        Ok(Self {
            seq: row.get(0)?,
            kind: row.get(1)?,
            // The table checks the names.
            state: OutgoingState::parse(&state).unwrap_or(OutgoingState::Parked),
            connector: row.get(3)?,
            interaction: row.get(4)?,
            conversation: row.get(5)?,
            rung: row.get(6)?,
        })
    }

    /// Puts it in another state and counts that.
    fn becomes(&self, session: &Session, state: OutgoingState, at: i64) -> Result<(), Failure> {
        session.run("UPDATE outgoing SET state = ?, changed_at = ? WHERE seq = ?", params![state.name(), at, self.seq])?;
        count(session, (&self.connector, &self.kind), self.state, -1)?;
        count(session, (&self.connector, &self.kind), state, 1)
    }
}

/// Says why it stands where it stands.
fn tell_why(session: &Session, outgoing: i64, why: Option<&str>) -> Result<(), Failure> {
    session.run("UPDATE outgoing_content SET why = ? WHERE outgoing = ?", params![why, outgoing])?;
    Ok(())
}

/// A line in its history. Its number.
fn note(
    session: &Session,
    outgoing: i64,
    (at, ended_at): (i64, Option<i64>),
    (rung, connector): (i64, &str),
    (call, outcome): (TryCall, &str),
    digest: Option<&str>,
) -> Result<i64, Failure> {
    let next = "SELECT coalesce(max(number), 0) + 1 FROM outgoing_try WHERE outgoing = ?";
    let number: i64 = session.first(next, [outgoing], |row| row.get(0))?.unwrap_or(1);
    let row = "INSERT INTO outgoing_try (outgoing, number, at, ended_at, rung, connector, call, outcome, digest)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    session.run(row, params![outgoing, number, at, ended_at, rung, connector, call.name(), outcome, digest])?;
    Ok(number)
}

/// What quotes words in a line of the history.
fn quote(session: &Session, outgoing: i64, number: i64, detail: Option<&str>, host_calls: &str) -> Result<(), Failure> {
    if detail.is_none() && host_calls == "[]" {
        return Ok(());
    }
    let row = "INSERT OR REPLACE INTO outgoing_try_content (outgoing, number, detail, host_calls) VALUES (?, ?, ?, ?)";
    session.run(row, params![outgoing, number, detail, host_calls])?;
    Ok(())
}

/// Takes back what has not gone out, of decisions that the condition finds. How many there were.
pub(crate) fn recall(session: &Session, rows: Vec<String>, at: i64) -> Result<u64, Failure> {
    let mut recalled = 0;
    for id in rows {
        let Some(standing) = Standing::load(session, &id)? else { continue };
        if matches!(standing.state, OutgoingState::Pending | OutgoingState::Waiting) {
            standing.becomes(session, OutgoingState::Recalled, at)?;
            recalled += 1;
        }
    }
    Ok(recalled)
}
