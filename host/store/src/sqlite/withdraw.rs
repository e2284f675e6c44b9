//! Taking back what a generation decided, as far as nobody has acted on it.

use dispatch::port::Reopened;
use model::{GenerationId, InteractionId, Trigger};
use rusqlite::Row;

use super::change::{Change, Failure};
use super::conversation::Counts;
use super::occasion::{self, Arising};
use super::outbox;
use super::session::Session;
use crate::name::Name;

/// Decisions that one change looks at, so that nobody waits long for the writer.
const DECISIONS_MAX: i64 = 1_000;

/// Takes back some of what a generation decided, in the order in which it was decided.
pub(crate) struct Withdraw {
    pub(crate) generation: GenerationId,
    /// After this decision.
    pub(crate) after: i64,
    /// By the host's clock.
    pub(crate) at: i64,
}

/// What was taken back, and after which decision to go on; none: that was all.
pub(crate) struct Withdrawn {
    pub(crate) reopened: Reopened,
    pub(crate) next: Option<i64>,
}

/// An interaction that nobody has acted on.
struct Untouched {
    seq: i64,
    id: InteractionId,
    lane: Name,
    conversation: i64,
    pending: bool,
    counts: Counts,
}

impl Change for Withdraw {
    type Output = Withdrawn;

    fn apply(&self, session: &mut Session) -> Result<Withdrawn, Failure> {
        let last_occasion = "SELECT seq FROM sqlite_sequence WHERE name = 'occasion'";
        let last_occasion = session.first(last_occasion, (), |row| row.get(0))?.unwrap_or(0);
        session.withdrawals.note(&self.generation, last_occasion);
        let page = "SELECT max(seq), count(*) FROM (SELECT seq FROM decision WHERE decided_by = ? AND seq > ? ORDER BY seq LIMIT ?)";
        let page: Option<(Option<i64>, i64)> =
            session.first(page, (&self.generation.0, self.after, DECISIONS_MAX), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let Some((Some(last), decisions)) = page else { return Ok(Withdrawn { reopened: Reopened::default(), next: None }) };
        let mut reopened = Reopened { effects_recalled: self.recall_superseded(session, last)?, ..Reopened::default() };
        for untouched in self.untouched(session, last)? {
            reopened.effects_recalled += self.recall(session, untouched.seq)?;
            if !untouched.pending {
                untouched.ask_again(session)?;
                reopened.interactions += 1;
            }
        }
        Ok(Withdrawn { reopened, next: (decisions == DECISIONS_MAX).then_some(last) })
    }
}

impl Withdraw {
    /// Whose latest decision this generation made, whose case is open or was never opened because that decision filed it, and that nobody
    /// has acted on: no agent has it, nobody replied after it was said or edited, and nobody has labelled anything in the conversation
    /// since. What was removed or erased is not decided again.
    fn untouched(&self, session: &Session, last: i64) -> Result<Vec<Untouched>, Failure> {
        let sql = "SELECT interaction.seq, interaction.id, lane, conversation.seq,
                          EXISTS (SELECT 1 FROM occasion WHERE occasion.interaction = interaction.seq),
                          conversation.inbound_count, conversation.unanswered_count, conversation.last_reply_at
                   FROM decision
                   JOIN interaction ON interaction.seq = decision.interaction AND interaction.decision = decision.seq
                   JOIN interaction_content ON interaction_content.interaction = interaction.seq
                   JOIN conversation ON conversation.seq = interaction.conversation
                   WHERE decided_by = ? AND decision.seq > ? AND decision.seq <= ? AND removed = 0
                         AND (case_open = 1 OR decision.disposition = 'file') AND agent IS NULL
                         AND (last_reply_at IS NULL OR last_reply_at < max(occurred_at, coalesce(edited_at, occurred_at)))
                         AND NOT EXISTS (SELECT 1 FROM label
                                         WHERE label.conversation = conversation.seq AND label.decisions >= decision.seq)
                   ORDER BY decision.seq";
        Ok(session.all(sql, (&self.generation.0, self.after, last), Untouched::read)?)
    }

    /// What decisions wanted done that are not their interaction's latest any more, whatever became of that since.
    fn recall_superseded(&self, session: &Session, last: i64) -> Result<u64, Failure> {
        let superseded = "SELECT id FROM outgoing
                          WHERE state IN ('pending', 'waiting')
                                AND decision IN (SELECT decision.seq
                                                 FROM decision
                                                 JOIN interaction ON interaction.seq = decision.interaction
                                                 WHERE decided_by = ? AND decision.seq > ? AND decision.seq <= ?
                                                       AND interaction.decision <> decision.seq)";
        let superseded = session.all(superseded, (&self.generation.0, self.after, last), |row| row.get(0))?;
        outbox::recall(session, superseded, self.at)
    }

    /// Everything that this generation wanted done about the interaction and that was not sent yet.
    fn recall(&self, session: &Session, interaction: i64) -> Result<u64, Failure> {
        let wanted = "SELECT id FROM outgoing
                      WHERE state IN ('pending', 'waiting') AND decision IN (SELECT seq FROM decision WHERE interaction = ? AND decided_by = ?)";
        let wanted = session.all(wanted, (interaction, &self.generation.0), |row| row.get(0))?;
        outbox::recall(session, wanted, self.at)
    }
}

impl Untouched {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            seq: row.get(0)?,
            id: InteractionId(row.get(1)?),
            lane: Name::kept(row.get(2)?),
            conversation: row.get(3)?,
            pending: row.get(4)?,
            counts: Counts { inbound: row.get(5)?, unanswered: row.get(6)?, last_reply_at: row.get(7)? },
        })
    }

    fn ask_again(&self, session: &mut Session) -> Result<(), Failure> {
        let Self { seq: interaction, ref id, lane, conversation, counts, .. } = *self;
        occasion::arise(session, &Arising { interaction, id, lane, conversation, trigger: &Trigger::withdrawn(), counts }, None)
    }
}
