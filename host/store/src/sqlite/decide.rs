//! Writing a decision: trace, effects and the conversation's new standing in one commit, once for each occasion.

use async_trait::async_trait;
use dispatch::port::StoreError;
use model::{Interaction, Trigger};

use super::cell::{at, cell, number, time};
use super::change::{Change, Failure};
use super::conversation::Counts;
use super::fact::occasion;
use super::script::Script;
use super::session::Session;
use crate::sealed::{Sealed, link};
use crate::standing::Standing;
use crate::wording;

/// Commits a decision.
pub(crate) struct Decide(pub(crate) std::sync::Arc<Sealed>);

#[async_trait]
impl Change for Decide {
    /// The decision's sequence number, and whether the interaction waits again; none when the occasion had been decided before.
    type Output = Option<(u64, bool)>;

    async fn apply(&self, session: &mut Session) -> Result<Option<(u64, bool)>, Failure> {
        let new = &*self.0;
        let Some(open) = Open::load(session, new).await? else { return already(session, new).await };
        if open.id != new.interaction.0 {
            let why = format!("occasion {} is about interaction {}, the decision about {}", new.occasion, open.id, new.interaction);
            return Err(Failure::Unreadable(why));
        }
        let seq = session.sequences.next_decision();
        let mut script = Script::default();
        script.then("DELETE FROM occasion WHERE seq = ?").bind(cell(new.occasion));
        let link = link(&session.sequences.link, &new.outline, &new.commitment);
        insert(&mut script, seq, new, &open, &link);
        effects(&mut script, seq, new);
        script.then("UPDATE interaction SET decision = ? WHERE seq = ?").bind(seq).bind(open.interaction);
        stand(&mut script, seq, new, &open);
        let again = open.edited_meanwhile(new)?;
        if again {
            occasion(&mut script, open.interaction, &Trigger::Edited, open.counts())?;
        }
        script.run(&mut session.connection).await?;
        session.sequences.link = link;
        session.count("decisions", 1);
        session.count("effects.pending", i64::try_from(new.effects.len()).unwrap_or(i64::MAX));
        Ok(Some((number(seq), again)))
    }
}

/// An occasion that waits, with what a decision changes.
#[derive(sqlx::FromRow)]
struct Open {
    interaction: i64,
    id: String,
    removed: bool,
    connector: String,
    channel: String,
    /// Only of what was edited.
    words: Option<String>,
    conversation: i64,
    inbound_count: i64,
    unanswered_count: i64,
    last_reply_at: Option<i64>,
    case_open: bool,
    opened_at: Option<i64>,
    queue: Option<String>,
    queued_at: Option<i64>,
    first_response_due_at: Option<i64>,
    resolution_due_at: Option<i64>,
}

impl Open {
    async fn load(session: &mut Session, new: &Sealed) -> Result<Option<Self>, Failure> {
        let sql = "SELECT occasion.interaction, interaction.id, removed, interaction.connector, channel,
                          (SELECT words FROM interaction_content WHERE interaction_content.interaction = occasion.interaction AND edits > 0) AS words,
                          interaction.conversation, conversation.inbound_count, conversation.unanswered_count, conversation.last_reply_at,
                          case_open, opened_at, queue, queued_at, first_response_due_at, resolution_due_at
                   FROM occasion
                   JOIN interaction ON interaction.seq = occasion.interaction
                   JOIN conversation ON conversation.seq = interaction.conversation
                   WHERE occasion.seq = ?";
        Ok(sqlx::query_as(sql).bind(cell(new.occasion)).fetch_optional(&mut session.connection).await?)
    }

    fn counts(&self) -> Counts {
        Counts { inbound: self.inbound_count, unanswered: self.unanswered_count, last_reply_at: self.last_reply_at }
    }

    /// An edit that arrived while the chain ran made no occasion of its own: the one at hand was still open. The decision does not know it.
    fn edited_meanwhile(&self, new: &Sealed) -> Result<bool, Failure> {
        let Some(words) = self.words.as_ref().filter(|_| !self.removed) else { return Ok(false) };
        let now: Interaction = serde_json::from_str(words)?;
        Ok(!wording::reads_alike(&now, &new.read))
    }

    fn standing(&self) -> Standing {
        Standing {
            case_open: self.case_open,
            opened_at: self.opened_at.map(time),
            queue: self.queue.clone(),
            queued_at: self.queued_at.map(time),
            first_response_due_at: self.first_response_due_at.map(time),
            resolution_due_at: self.resolution_due_at.map(time),
        }
    }
}

/// The occasion does not wait: it was answered, or it never was.
async fn already(session: &mut Session, new: &Sealed) -> Result<Option<(u64, bool)>, Failure> {
    let sql = "SELECT EXISTS (SELECT 1 FROM decision WHERE occasion = ?)";
    let decided: bool = sqlx::query_scalar(sql).bind(cell(new.occasion)).fetch_one(&mut session.connection).await?;
    if decided { Ok(None) } else { Err(Failure::Refused(StoreError::NotFound { kind: "occasion", id: new.occasion.to_string() })) }
}

fn insert(script: &mut Script, seq: i64, new: &Sealed, open: &Open, link: &str) {
    script
        .then(
            "INSERT INTO decision (seq, id, occasion, interaction, connector, channel, disposition, queue, decided_at, faulted, outline,
                                   commitment, link)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(seq)
        .bind(new.summary.decision.id.0.as_str())
        .bind(cell(new.occasion))
        .bind(open.interaction)
        .bind(open.connector.as_str())
        .bind(open.channel.as_str())
        .bind(new.disposition().name())
        .bind(new.disposition().queue())
        .bind(at(new.decided_at()))
        .bind(new.summary.faulted)
        .bind(new.outline.as_str())
        .bind(new.commitment.as_str())
        .bind(link);
    script
        .then("INSERT INTO decision_content (decision, whole, signals, author, excerpt, salt, trace) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(seq)
        .bind(new.whole.as_str())
        .bind(new.signals.as_str())
        .bind(new.summary.author.as_deref())
        .bind(new.summary.excerpt.as_str())
        .bind(new.salt.as_slice())
        .bind(new.trace.as_str());
}

fn effects(script: &mut Script, seq: i64, new: &Sealed) {
    for (position, (kind, whole)) in (1_i64..).zip(&new.effects) {
        let key = format!("{}.{position}", new.summary.decision.id);
        script
            .then("INSERT INTO effect (key, decision, position, kind, state) VALUES (?, ?, ?, ?, 'pending')")
            .bind(key.as_str())
            .bind(seq)
            .bind(position)
            .bind(*kind);
        script.then("INSERT INTO effect_content (effect, whole) VALUES (?, ?)").bind(key.as_str()).bind(whole.as_str());
    }
}

fn stand(script: &mut Script, seq: i64, new: &Sealed, open: &Open) {
    if new.disposition().queue().is_none() {
        return;
    }
    let standing = open.standing().after(new.disposition(), new.decided_at(), new.read.received_at);
    script
        .then(
            "UPDATE conversation SET case_open = ?, opened_at = ?, queue = ?, queued_at = ?, first_response_due_at = ?,
                    resolution_due_at = ?, decision = ?, score = ?
             WHERE seq = ?",
        )
        .bind(standing.case_open)
        .bind(standing.opened_at.map(at))
        .bind(standing.queue)
        .bind(standing.queued_at.map(at))
        .bind(standing.first_response_due_at.map(at))
        .bind(standing.resolution_due_at.map(at))
        .bind(seq)
        .bind(new.summary.decision.priority.as_ref().map(|priority| f64::from(priority.score)))
        .bind(open.conversation);
}
