//! Writing a decision: trace, faults, effects and the conversation's new standing in one commit, once for each occasion.

use std::sync::Arc;

use dispatch::port::StoreError;
use model::{Interaction, Trigger};
use rusqlite::{Row, params};

use super::cell::{at, cell, number, time};
use super::change::{Change, Failure};
use super::conversation::Counts;
use super::occasion::{self, Arising};
use super::session::Session;
use super::waiting::News;
use super::{fault, outbox};
use crate::name::Name;
use crate::sealed::{Sealed, link};
use crate::standing::Standing;
use crate::wording;

/// Commits a decision.
pub(crate) struct Decide(pub(crate) Arc<Sealed>);

impl Change for Decide {
    /// The decision's sequence number, and whether the interaction waits again; none when the occasion had been decided before.
    type Output = Option<(u64, bool)>;

    fn apply(&self, session: &mut Session) -> Result<Option<(u64, bool)>, Failure> {
        let new = &*self.0;
        let Some(open) = Open::load(session, new)? else { return already(session, new) };
        if open.id != new.summary.decision.interaction.0 {
            let why = format!("occasion {} is about interaction {}, the decision about another", new.occasion, open.id);
            return Err(Failure::Unreadable(why));
        }
        let seq = session.sequences.next_decision();
        session.run("DELETE FROM occasion WHERE seq = ?", [cell(new.occasion)])?;
        session.tell(News::Answered(new.occasion));
        let link = link(session.sequences.link.as_bytes(), new.outline.as_bytes(), new.commitment.as_str().as_bytes());
        insert(session, seq, new, &open, &link)?;
        let withdrawn = session.withdrawals.cover(&new.summary.decision.decided_by, cell(new.occasion));
        effects(session, seq, new, &open, withdrawn)?;
        if open.decided {
            fault::settle(session, open.interaction)?;
        }
        fault::note(session, seq, open.interaction, new, !open.removed)?;
        session.run("UPDATE interaction SET decision = ? WHERE seq = ?", (seq, open.interaction))?;
        stand(session, seq, new, &open)?;
        let trigger = open.asks_again(session, new, withdrawn)?;
        if let Some(trigger) = &trigger {
            open.ask_again(session, trigger)?;
        }
        session.sequences.link = link;
        session.count("decisions", 1);
        Ok(Some((number(seq), trigger.is_some())))
    }
}

/// An occasion that waits, with what a decision changes.
struct Open {
    interaction: i64,
    id: String,
    removed: bool,
    /// Not for the first time.
    decided: bool,
    connector: String,
    channel: String,
    lane: Name,
    /// Only of what was edited.
    words: Option<String>,
    conversation: i64,
    counts: Counts,
    standing: Standing,
}

impl Open {
    fn load(session: &Session, new: &Sealed) -> Result<Option<Self>, Failure> {
        let sql =
            "SELECT occasion.interaction, interaction.id, removed, interaction.decision IS NOT NULL, interaction.connector, channel, lane,
                          CASE WHEN edits > 0 THEN (SELECT words FROM interaction_content
                                                    WHERE interaction_content.interaction = occasion.interaction) END,
                          interaction.conversation, conversation.inbound_count, conversation.unanswered_count, conversation.last_reply_at,
                          case_open, opened_at, queue, queued_at, first_response_due_at, resolution_due_at
                   FROM occasion
                   JOIN interaction ON interaction.seq = occasion.interaction
                   JOIN conversation ON conversation.seq = interaction.conversation
                   WHERE occasion.seq = ?";
        Ok(session.first(sql, [cell(new.occasion)], Self::read)?)
    }

    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        let when = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(time));
        Ok(Self {
            interaction: row.get(0)?,
            id: row.get(1)?,
            removed: row.get(2)?,
            decided: row.get(3)?,
            connector: row.get(4)?,
            channel: row.get(5)?,
            lane: Name::kept(row.get(6)?),
            words: row.get(7)?,
            conversation: row.get(8)?,
            counts: Counts { inbound: row.get(9)?, unanswered: row.get(10)?, last_reply_at: row.get(11)? },
            standing: Standing {
                case_open: row.get(12)?,
                opened_at: when(13)?,
                queue: row.get(14)?,
                queued_at: when(15)?,
                first_response_due_at: when(16)?,
                resolution_due_at: when(17)?,
            },
        })
    }

    /// An edit that arrived while the chain ran made no occasion of its own: the one at hand was still open. The decision does not know it.
    fn edited_meanwhile(&self, new: &Sealed) -> Result<bool, Failure> {
        let Some(words) = self.words.as_ref().filter(|_| !self.removed) else { return Ok(false) };
        let now: Interaction = serde_json::from_str(words)?;
        Ok(!wording::reads_alike(&now, &new.read))
    }

    /// Why the decision is not the last word: its generation was withdrawn while the chain ran, or the interaction was edited. As with
    /// everything that is withdrawn, what was removed or erased is not decided again.
    fn asks_again(&self, session: &Session, new: &Sealed, withdrawn: bool) -> Result<Option<Trigger>, Failure> {
        if withdrawn {
            let there = "SELECT 1 FROM interaction_content WHERE interaction = ?";
            let there = !self.removed && session.first(there, [self.interaction], |_| Ok(()))?.is_some();
            return Ok(there.then(Trigger::withdrawn));
        }
        Ok(self.edited_meanwhile(new)?.then_some(Trigger::Edited))
    }

    fn ask_again(&self, session: &mut Session, trigger: &Trigger) -> Result<(), Failure> {
        let id = model::InteractionId(self.id.clone());
        let Self { interaction, lane, conversation, counts, .. } = *self;
        occasion::arise(session, &Arising { interaction, id: &id, lane, conversation, trigger, counts }, None)
    }
}

/// The occasion does not wait: it was answered, or it never was.
fn already(session: &Session, new: &Sealed) -> Result<Option<(u64, bool)>, Failure> {
    match session.first("SELECT 1 FROM decision WHERE occasion = ?", [cell(new.occasion)], |_| Ok(()))? {
        Some(()) => Ok(None),
        None => Err(Failure::Refused(StoreError::NotFound { kind: "occasion", id: new.occasion.to_string() })),
    }
}

fn insert(session: &Session, seq: i64, new: &Sealed, open: &Open, link: &str) -> Result<(), Failure> {
    let row = "INSERT INTO decision (seq, id, occasion, interaction, connector, channel, disposition, queue, decided_at, faulted, outline,
                                     commitment, link, decided_by)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let summary = &new.summary;
    let (disposition, queue, decided_at) = (new.disposition().name(), new.disposition().queue(), at(new.decided_at()));
    #[rustfmt::skip]
    session.run(row, params![seq, summary.decision.id.0, cell(new.occasion), open.interaction, open.connector, open.channel, disposition,
                             queue, decided_at, summary.faulted, new.outline, new.commitment.as_str(), link,
                             summary.decision.decided_by.0])?;
    let content = "INSERT INTO decision_content (decision, whole, signals, author, excerpt, salt, trace) VALUES (?, ?, ?, ?, ?, ?, ?)";
    session.run(content, params![seq, new.whole, new.signals, summary.author, summary.excerpt, new.salt, new.trace])?;
    Ok(())
}

/// What the decision wants done. Of a generation that was withdrawn meanwhile nothing is done.
fn effects(session: &mut Session, seq: i64, new: &Sealed, open: &Open, withdrawn: bool) -> Result<(), Failure> {
    let of = outbox::Effects {
        decision: seq,
        interaction: open.interaction,
        conversation: open.conversation,
        connector: &open.connector,
        account: new.read.account.as_deref(),
        decided_at: new.decided_at(),
        withdrawn,
    };
    let effects = &new.summary.decision.routing.effects;
    for (position, ((kind, whole), effect)) in (1_i64..).zip(new.effects.iter().zip(effects)) {
        let key = format!("{}.{position}", new.summary.decision.id);
        let row = "INSERT INTO effect (key, decision, position, kind) VALUES (?, ?, ?, ?)";
        session.run(row, params![key, seq, position, kind])?;
        session.run("INSERT INTO effect_content (effect, whole) VALUES (?, ?)", (&key, whole))?;
        outbox::enter(session, &of, &key, effect)?;
    }
    Ok(())
}

fn stand(session: &mut Session, seq: i64, new: &Sealed, open: &Open) -> Result<(), Failure> {
    if new.disposition().queue().is_none() {
        return Ok(());
    }
    let standing = open.standing.after(new.disposition(), new.decided_at(), new.read.received_at);
    let update = "UPDATE conversation SET case_open = ?, opened_at = ?, queue = ?, queued_at = ?, first_response_due_at = ?,
                         resolution_due_at = ?, decision = ?, score = ?
                  WHERE seq = ?";
    let score = new.summary.decision.priority.as_ref().map(|priority| f64::from(priority.score));
    let values = params![
        standing.case_open,
        standing.opened_at.map(at),
        standing.queue,
        standing.queued_at.map(at),
        standing.first_response_due_at.map(at),
        standing.resolution_due_at.map(at),
        seq,
        score,
        open.conversation
    ];
    session.run(update, values)?;
    session.tell(News::Touched(open.conversation));
    Ok(())
}
