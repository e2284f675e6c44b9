//! Counting what was said in a conversation, from either side. Counts depend on times, not on the order of arrival.

use model::Timestamp;

use super::cell::at;
use super::change::Failure;
use super::script::Script;
use super::session::Session;
use crate::noted::NotedConversation;

/// What a policy is told of a conversation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) inbound: i64,
    pub(crate) unanswered: i64,
    pub(crate) last_reply_at: Option<i64>,
}

/// The customer spoke: the conversation's sequence number, made if need be, and its counts with this.
pub(crate) fn spoken(
    session: &mut Session,
    script: &mut Script,
    connector: &str,
    noted: &NotedConversation,
    spoken_at: Timestamp,
    known: Option<i64>,
    counts: Counts,
) -> (i64, Counts) {
    let spoken_at = at(spoken_at);
    let answered = counts.last_reply_at.is_some_and(|reply| spoken_at <= reply);
    let counts = Counts { inbound: counts.inbound + 1, unanswered: counts.unanswered + i64::from(!answered), ..counts };
    let seq = match known {
        None => insert(session, script, connector, noted, counts, spoken_at),
        Some(seq) => {
            script
                .then("UPDATE conversation SET inbound_count = ?, unanswered_count = ?, last_at = max(last_at, ?) WHERE seq = ?")
                .bind(counts.inbound)
                .bind(counts.unanswered)
                .bind(spoken_at)
                .bind(seq);
            seq
        }
    };
    (seq, counts)
}

/// The company spoke: whatever was said before is answered.
pub(crate) async fn answered(
    session: &mut Session,
    script: &mut Script,
    connector: &str,
    noted: &NotedConversation,
    answered_at: Timestamp,
) -> Result<(), Failure> {
    let answered_at = at(answered_at);
    let known: Option<(i64, Option<i64>)> = sqlx::query_as("SELECT seq, last_reply_at FROM conversation WHERE id = ?")
        .bind(noted.id.bytes())
        .fetch_optional(&mut session.connection)
        .await?;
    match known {
        None => {
            let counts = Counts { last_reply_at: Some(answered_at), ..Counts::default() };
            insert(session, script, connector, noted, counts, answered_at);
        }
        Some((_, Some(before))) if before >= answered_at => {}
        Some((seq, _)) => {
            script
                .then(
                    "UPDATE conversation SET last_reply_at = ?, last_at = max(last_at, ?),
                         unanswered_count = (SELECT count(*) FROM interaction WHERE conversation = ? AND occurred_at > ?)
                     WHERE seq = ?",
                )
                .bind(answered_at)
                .bind(answered_at)
                .bind(seq)
                .bind(answered_at)
                .bind(seq);
            script.then("UPDATE conversation SET first_response_due_at = NULL WHERE seq = ? AND unanswered_count = 0").bind(seq);
        }
    }
    Ok(())
}

fn insert(session: &mut Session, script: &mut Script, connector: &str, noted: &NotedConversation, counts: Counts, last_at: i64) -> i64 {
    let seq = session.sequences.next_conversation();
    script
        .then(
            "INSERT INTO conversation (seq, id, connector, inbound_count, unanswered_count, last_reply_at, last_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(seq)
        .bind(noted.id.bytes())
        .bind(connector)
        .bind(counts.inbound)
        .bind(counts.unanswered)
        .bind(counts.last_reply_at)
        .bind(last_at);
    script.then("INSERT INTO conversation_content (conversation, name) VALUES (?, ?)").bind(seq).bind(noted.name.as_str());
    seq
}
