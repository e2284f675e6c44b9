//! What people do with what is in the outbox.

use dispatch::port::{StoreError, Turn};
use model::{OutgoingId, OutgoingState, TryCall};

use super::{Standing, note, quote, tell_why};
use crate::sqlite::change::{Change, Failure};
use crate::sqlite::session::Session;

/// Tries again, or no more.
pub(crate) struct TurnIt {
    pub(crate) id: OutgoingId,
    pub(crate) turn: Turn,
    pub(crate) by: String,
    pub(crate) now: i64,
}

impl Change for TurnIt {
    type Output = bool;

    fn apply(&self, session: &mut Session) -> Result<bool, Failure> {
        let not_found = || Failure::Refused(StoreError::NotFound { kind: "outgoing", id: self.id.0.clone() });
        let standing = Standing::load(session, &self.id.0)?.ok_or_else(not_found)?;
        match &self.turn {
            Turn::Retry { not_sent } => self.retry(session, &standing, *not_sent),
            Turn::Park { why } => self.park(session, &standing, why),
        }
    }
}

impl TurnIt {
    /// From the first rung. What may have gone out is looked for first.
    fn retry(&self, session: &Session, standing: &Standing, not_sent: bool) -> Result<bool, Failure> {
        if !matches!(standing.state, OutgoingState::Parked | OutgoingState::Waiting | OutgoingState::Unknown) {
            return Ok(false);
        }
        let unknown = !not_sent && (standing.state == OutgoingState::Unknown || ended_unknown(session, standing.seq)?);
        let state = if unknown { OutgoingState::Unknown } else { OutgoingState::Pending };
        standing.becomes(session, state, self.now)?;
        // Where it may have gone out, it is looked for on its own rung.
        let rung = if unknown { standing.rung } else { 0 };
        session.run("UPDATE outgoing SET rung = ?, due_at = ? WHERE seq = ?", (rung, self.now, standing.seq))?;
        if rung != standing.rung {
            self.return_home(session, standing)?;
        }
        tell_why(session, standing.seq, None)?;
        self.note(session, standing, rung, "retried", None)?;
        Ok(true)
    }

    /// Over the connector of what it is about, as at first.
    fn return_home(&self, session: &Session, standing: &Standing) -> Result<(), Failure> {
        let home = "SELECT interaction.connector FROM interaction WHERE seq = ?";
        let home: Option<String> = session.first(home, [standing.interaction], |row| row.get(0))?;
        let Some(home) = home.filter(|home| *home != standing.connector) else { return Ok(()) };
        let account: Option<Option<String>> =
            session.first("SELECT account FROM outgoing_content WHERE outgoing = ?", [standing.seq], |row| row.get(0))?;
        let pace = super::pace(&home, account.flatten().as_deref());
        session.run("UPDATE outgoing SET connector = ?, pace = ? WHERE seq = ?", rusqlite::params![home, pace, standing.seq])?;
        let now: Option<String> = session.first("SELECT state FROM outgoing WHERE seq = ?", [standing.seq], |row| row.get(0))?;
        let state = now.and_then(|state| OutgoingState::parse(&state)).unwrap_or(standing.state);
        super::count(session, (&standing.connector, &standing.kind), state, -1)?;
        super::count(session, (&home, &standing.kind), state, 1)
    }

    fn park(&self, session: &Session, standing: &Standing, why: &str) -> Result<bool, Failure> {
        if standing.state.is_final() || standing.state == OutgoingState::Sending {
            return Ok(false);
        }
        standing.becomes(session, OutgoingState::Parked, self.now)?;
        let said = if why.is_empty() { format!("parked by {}", self.by) } else { format!("parked by {}: {why}", self.by) };
        tell_why(session, standing.seq, Some(&said))?;
        self.note(session, standing, standing.rung, "parked", Some(&said))?;
        Ok(true)
    }

    fn note(&self, session: &Session, standing: &Standing, rung: i64, outcome: &str, detail: Option<&str>) -> Result<(), Failure> {
        let when = (self.now, Some(self.now));
        let number = note(session, standing.seq, when, (rung, &standing.connector), (TryCall::Check, outcome), None)?;
        let detail = detail.map_or_else(|| format!("by {}", self.by), str::to_owned);
        quote(session, standing.seq, number, Some(&detail), "[]")
    }
}

/// Whether the last time that a sender was called nobody knew what came of it.
fn ended_unknown(session: &Session, outgoing: i64) -> Result<bool, Failure> {
    let last = "SELECT call, outcome FROM outgoing_try WHERE outgoing = ? AND call IN ('send', 'find') ORDER BY number DESC LIMIT 1";
    let last: Option<(String, String)> = session.first(last, [outgoing], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(last.is_some_and(|(call, outcome)| match call.as_str() {
        "send" => matches!(outcome.as_str(), "unknown" | "interrupted"),
        _ => !matches!(outcome.as_str(), "found" | "not-found"),
    }))
}
