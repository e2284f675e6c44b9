//! The quarantine of interactions: noting what failed, taking out what is decided again, asking for that.

use dispatch::port::StoreError;
use model::{InteractionId, Trigger};
use rusqlite::params;

use super::change::{Change, Failure};
use super::conversation::Counts;
use super::occasion::{self, Arising};
use super::session::Session;
use crate::name::Name;
use crate::sealed::Sealed;

/// The counter of interactions that are held because a plugin failed.
const HELD: &str = "held_after_fault";

/// Asks for another decision about an interaction in quarantine.
pub(crate) struct Redecide(pub(crate) InteractionId);

/// Notes what failed in the course of a decision. It counts unless the interaction was removed: nobody would decide about it again.
pub(crate) fn note(session: &mut Session, decision: i64, interaction: i64, new: &Sealed, counts: bool) -> Result<(), Failure> {
    for faulty in &new.faulty {
        let seq = session.sequences.next_fault();
        let row = "INSERT INTO fault (seq, decision, interaction, chain, plugin, digest, role, kind, figures, held, counts)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let (chain, figures) = (&new.summary.decision.chain, serde_json::to_string(&faulty.figures)?);
        let (digest, role, kind) = (faulty.digest.as_str(), faulty.role.name(), faulty.figures.name());
        let values = params![seq, decision, interaction, chain, faulty.plugin, digest, role, kind, figures, faulty.held, counts];
        session.run(row, values)?;
        if let Some(detail) = &faulty.detail {
            session.run("INSERT INTO fault_content (fault, detail) VALUES (?, ?)", params![seq, detail])?;
        }
        if faulty.held && counts {
            session.count(HELD, 1);
        }
    }
    Ok(())
}

/// Takes an interaction out of quarantine, if it is there.
pub(crate) fn settle(session: &mut Session, interaction: i64) -> Result<(), Failure> {
    let held: Option<Option<bool>> =
        session.first("SELECT max(held) FROM fault WHERE interaction = ? AND counts = 1", [interaction], |row| row.get(0))?;
    let Some(Some(held)) = held else { return Ok(()) };
    session.run("UPDATE fault SET counts = 0 WHERE interaction = ? AND counts = 1", [interaction])?;
    session.count(HELD, -i64::from(u8::from(held)));
    Ok(())
}

/// An interaction in quarantine that can be decided again.
struct Faulted {
    seq: i64,
    lane: Name,
    conversation: i64,
    pending: bool,
    counts: Counts,
}

impl Change for Redecide {
    type Output = ();

    fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        let not_found = || Failure::Refused(StoreError::NotFound { kind: "interaction in quarantine", id: self.0.to_string() });
        let Faulted { seq: interaction, lane, conversation, pending, counts } = self.load(session)?.ok_or_else(not_found)?;
        if pending {
            return Ok(());
        }
        occasion::arise(session, &Arising { interaction, id: &self.0, lane, conversation, trigger: &Trigger::redriven(), counts }, None)
    }
}

impl Redecide {
    /// Whose words were erased is not decided again: there is nothing to decide by.
    fn load(&self, session: &Session) -> Result<Option<Faulted>, Failure> {
        let sql = "SELECT interaction.seq, lane, conversation.seq,
                          EXISTS (SELECT 1 FROM occasion WHERE occasion.interaction = interaction.seq),
                          conversation.inbound_count, conversation.unanswered_count, conversation.last_reply_at
                   FROM interaction
                   JOIN interaction_content ON interaction_content.interaction = interaction.seq
                   JOIN conversation ON conversation.seq = interaction.conversation
                   WHERE interaction.id = ?
                         AND EXISTS (SELECT 1 FROM fault WHERE fault.interaction = interaction.seq AND fault.counts = 1)";
        let faulted = session.first(sql, [&self.0.0], |row| {
            Ok(Faulted {
                seq: row.get(0)?,
                lane: Name::kept(row.get(1)?),
                conversation: row.get(2)?,
                pending: row.get(3)?,
                counts: Counts { inbound: row.get(4)?, unanswered: row.get(5)?, last_reply_at: row.get(6)? },
            })
        })?;
        Ok(faulted)
    }
}
