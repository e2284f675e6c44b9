//! What people did with what was decided.

use dispatch::port::StoreError;
use model::{DecisionId, Label};
use rusqlite::params;

use super::cell::at;
use super::change::{Change, Failure};
use super::conversation;
use super::session::Session;

/// Keeps a label; with a queue, moves the conversation there.
pub(crate) struct GiveLabel(pub(crate) Label);

/// The interaction that it is about, with its latest decision.
struct Judged {
    interaction: i64,
    conversation: i64,
    decision: i64,
    id: String,
}

impl Change for GiveLabel {
    type Output = Label;

    fn apply(&self, session: &mut Session) -> Result<Label, Failure> {
        let label = &self.0;
        let not_found = || Failure::Refused(StoreError::NotFound { kind: "decided interaction", id: label.interaction.to_string() });
        let judged = self.judged(session)?.ok_or_else(not_found)?;
        let row =
            "INSERT INTO label (interaction, conversation, decision, decisions, at, actor, queue, score) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let Judged { interaction, conversation, decision, .. } = judged;
        let (last, score) = (session.sequences.last_decision(), label.score.map(f64::from));
        session.run(row, params![interaction, conversation, decision, last, at(label.at), label.by, label.queue, score])?;
        let seq = session.last_given();
        if let Some(queue) = &label.queue {
            conversation::wait_in(session, conversation, queue, at(label.at))?;
        }
        Ok(Label { seq, decision: DecisionId(judged.id), ..label.clone() })
    }
}

impl GiveLabel {
    fn judged(&self, session: &Session) -> Result<Option<Judged>, Failure> {
        let sql = "SELECT interaction.seq, conversation, decision.seq, decision.id FROM interaction
                   JOIN decision ON decision.seq = interaction.decision WHERE interaction.id = ?";
        let judged = session.first(sql, [&self.0.interaction.0], |row| {
            Ok(Judged { interaction: row.get(0)?, conversation: row.get(1)?, decision: row.get(2)?, id: row.get(3)? })
        })?;
        Ok(judged)
    }
}
