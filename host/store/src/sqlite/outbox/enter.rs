//! Effects of a decision enter the outbox in the decision's own commit.

use model::{Effect, OutgoingState};
use rusqlite::params;

use super::{count, mark, pace};
use crate::sqlite::change::Failure;
use crate::sqlite::session::Session;

/// A timer rings after this time at the earliest: a policy that sets itself one each time it is asked must not keep the host busy.
const TIMER_MS_MIN: u64 = 1_000;

/// Where a decision's effects belong.
pub(crate) struct Effects<'a> {
    pub(crate) decision: i64,
    pub(crate) interaction: i64,
    pub(crate) conversation: i64,
    pub(crate) connector: &'a str,
    pub(crate) account: Option<&'a str>,
    pub(crate) decided_at: model::Timestamp,
    /// The generation was withdrawn meanwhile: nothing of it is done.
    pub(crate) withdrawn: bool,
}

/// One effect, under its key. A mark is done at once.
pub(crate) fn enter(session: &mut Session, of: &Effects<'_>, key: &str, effect: &Effect) -> Result<(), Failure> {
    let at = crate::sqlite::cell::at;
    let (mut state, mut due_at) = (OutgoingState::Pending, of.decided_at);
    let goes_out = matches!(effect, Effect::Answer(_));
    match effect {
        Effect::Answer(_) | Effect::Notify(_) => {}
        Effect::Timer { after_ms, .. } => due_at = due_at.plus_ms((*after_ms).max(TIMER_MS_MIN)),
        Effect::Mark { name, value } if !of.withdrawn => {
            mark::mark(session, of.conversation, name, value)?;
            state = OutgoingState::Done;
        }
        Effect::Mark { .. } => {}
    }
    if of.withdrawn {
        state = OutgoingState::Recalled;
    }
    let row =
        "INSERT INTO outgoing (id, kind, state, connector, pace, decision, interaction, conversation, lane, created_at, due_at, changed_at,
                                     rung, tries)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)";
    let pace = if goes_out { pace(of.connector, of.account) } else { Vec::new() };
    let (kind, lane, decided_at) = (effect.name(), goes_out.then_some(of.conversation), at(of.decided_at));
    #[rustfmt::skip]
    session.run(row, params![key, kind, state.name(), of.connector, pace, of.decision, of.interaction, of.conversation, lane, decided_at,
                             at(due_at), decided_at])?;
    let seq = session.last_given();
    session.run("INSERT INTO outgoing_content (outgoing, account) VALUES (?, ?)", params![crate::sqlite::cell::cell(seq), of.account])?;
    count(session, (of.connector, kind), state, 1)
}
