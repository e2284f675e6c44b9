//! Counting what was said in a conversation, from either side. Counts depend on times, not on the order of arrival.

use model::Timestamp;
use rusqlite::params;

use super::cell::at;
use super::change::Failure;
use super::read::conversations::Standing;
use super::session::Session;
use super::waiting::News;
use crate::noted::NotedConversation;

/// What a policy is told of a conversation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) inbound: i64,
    pub(crate) unanswered: i64,
    pub(crate) last_reply_at: Option<i64>,
}

/// A conversation's sequence number, counts and standing, when it is known.
pub(crate) fn find(session: &Session, noted: &NotedConversation) -> Result<Option<(i64, Counts, Standing)>, Failure> {
    let sql = "SELECT inbound_count, unanswered_count, last_reply_at, case_open, opened_at, queue, agent, previous_agent,
                      first_response_due_at, resolution_due_at, seq
               FROM conversation WHERE id = ?";
    let known = session.first(sql, [noted.id.bytes()], |row| {
        let counts = Counts { inbound: row.get(0)?, unanswered: row.get(1)?, last_reply_at: row.get(2)? };
        Ok((row.get(10)?, counts, Standing::read(row, 0)?))
    })?;
    Ok(known)
}

/// The customer spoke: the conversation's sequence number, made if need be, and its counts with this.
pub(crate) fn spoken(
    session: &mut Session,
    connector: &str,
    noted: &NotedConversation,
    spoken_at: Timestamp,
    known: Option<i64>,
    counts: Counts,
) -> Result<(i64, Counts), Failure> {
    let spoken_at = at(spoken_at);
    let answered = counts.last_reply_at.is_some_and(|reply| spoken_at <= reply);
    let counts = Counts { inbound: counts.inbound + 1, unanswered: counts.unanswered + i64::from(!answered), ..counts };
    let seq = match known {
        None => insert(session, connector, noted, counts, spoken_at)?,
        Some(seq) => {
            let update = "UPDATE conversation SET inbound_count = ?, unanswered_count = ?, last_at = max(last_at, ?) WHERE seq = ?";
            session.run(update, (counts.inbound, counts.unanswered, spoken_at, seq))?;
            seq
        }
    };
    Ok((seq, counts))
}

/// The company spoke: whatever was said before is answered.
pub(crate) fn answered(session: &mut Session, connector: &str, noted: &NotedConversation, answered_at: Timestamp) -> Result<(), Failure> {
    let answered_at = at(answered_at);
    match find(session, noted)? {
        None => {
            let counts = Counts { last_reply_at: Some(answered_at), ..Counts::default() };
            insert(session, connector, noted, counts, answered_at)?;
        }
        Some((_, Counts { last_reply_at: Some(before), .. }, _)) if before >= answered_at => {}
        Some((seq, ..)) => {
            let update = "UPDATE conversation SET last_reply_at = ?1, last_at = max(last_at, ?1),
                                 unanswered_count = (SELECT count(*) FROM interaction WHERE conversation = ?2 AND occurred_at > ?1)
                          WHERE seq = ?2";
            session.run(update, (answered_at, seq))?;
            session.run("UPDATE conversation SET first_response_due_at = NULL WHERE seq = ? AND unanswered_count = 0", [seq])?;
            session.tell(News::Touched(seq));
        }
    }
    Ok(())
}

fn insert(session: &mut Session, connector: &str, noted: &NotedConversation, counts: Counts, last_at: i64) -> Result<i64, Failure> {
    let seq = session.sequences.next_conversation();
    let row = "INSERT INTO conversation (seq, id, connector, inbound_count, unanswered_count, last_reply_at, last_at)
               VALUES (?, ?, ?, ?, ?, ?, ?)";
    let Counts { inbound, unanswered, last_reply_at } = counts;
    session.run(row, params![seq, noted.id.bytes(), connector, inbound, unanswered, last_reply_at, last_at])?;
    session.run("INSERT INTO conversation_content (conversation, name) VALUES (?, ?)", params![seq, noted.name])?;
    Ok(seq)
}
