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
                      first_response_due_at, resolution_due_at, last_inbound_at,
                      CASE WHEN marked = 1 THEN (SELECT marks FROM conversation_content
                                                 WHERE conversation_content.conversation = conversation.seq) END,
                      seq
               FROM conversation WHERE id = ?";
    let known = session.first(sql, [noted.id.bytes()], |row| {
        let counts = Counts { inbound: row.get(0)?, unanswered: row.get(1)?, last_reply_at: row.get(2)? };
        Ok((row.get(12)?, counts, Standing::read(row, 0)?))
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
        None => insert(session, connector, noted, counts, spoken_at, Some(spoken_at))?,
        Some(seq) => {
            let update = "UPDATE conversation SET inbound_count = ?1, unanswered_count = ?2, last_at = max(last_at, ?3),
                                 last_inbound_at = max(coalesce(last_inbound_at, ?3), ?3)
                          WHERE seq = ?4";
            session.run(update, (counts.inbound, counts.unanswered, spoken_at, seq))?;
            // What was said before is told that the customer spoke again.
            session.tell(News::Touched(seq));
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
            insert(session, connector, noted, counts, answered_at, None)?;
        }
        Some((_, Counts { last_reply_at: Some(before), .. }, _)) if before >= answered_at => {}
        Some((seq, ..)) => reply(session, seq, answered_at)?,
    }
    Ok(())
}

/// Words of the company went out as an answer to this: whatever was said up to it, and up to now, is answered, however far the channel's
/// clock is ahead.
pub(crate) fn answered_by_us(session: &mut Session, conversation: i64, interaction: Option<i64>, now: i64) -> Result<(), Failure> {
    let said = "SELECT occurred_at FROM interaction WHERE seq = ?";
    let said: Option<i64> = session.first(said, [interaction], |row| row.get(0))?;
    let before = "SELECT last_reply_at FROM conversation WHERE seq = ?";
    let before: Option<Option<i64>> = session.first(before, [conversation], |row| row.get(0))?;
    let answered_at = [Some(now), said, before.flatten()].into_iter().flatten().max().unwrap_or(now);
    reply(session, conversation, answered_at)
}

fn reply(session: &mut Session, conversation: i64, answered_at: i64) -> Result<(), Failure> {
    let update = "UPDATE conversation SET last_reply_at = ?1, last_at = max(last_at, ?1),
                         unanswered_count = (SELECT count(*) FROM interaction WHERE conversation = ?2 AND occurred_at > ?1)
                  WHERE seq = ?2";
    session.run(update, (answered_at, conversation))?;
    session.run("UPDATE conversation SET first_response_due_at = NULL WHERE seq = ? AND unanswered_count = 0", [conversation])?;
    session.tell(News::Touched(conversation));
    Ok(())
}

/// The conversation waits in this queue from now on, as a case that is open; agent, service level and counts stay as they are.
pub(crate) fn wait_in(session: &mut Session, conversation: i64, queue: &str, since: i64) -> Result<(), Failure> {
    let update = "UPDATE conversation SET queued_at = CASE WHEN case_open = 1 AND queue IS ?1 THEN queued_at ELSE ?2 END, queue = ?1,
                         opened_at = CASE WHEN case_open = 1 THEN opened_at ELSE ?2 END, case_open = 1
                  WHERE seq = ?3";
    session.run(update, params![queue, since, conversation])?;
    session.tell(News::Touched(conversation));
    Ok(())
}

fn insert(
    session: &mut Session,
    connector: &str,
    noted: &NotedConversation,
    counts: Counts,
    last_at: i64,
    last_inbound_at: Option<i64>,
) -> Result<i64, Failure> {
    let seq = session.sequences.next_conversation();
    let row = "INSERT INTO conversation (seq, id, connector, inbound_count, unanswered_count, last_reply_at, last_at, last_inbound_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let Counts { inbound, unanswered, last_reply_at } = counts;
    session.run(row, params![seq, noted.id.bytes(), connector, inbound, unanswered, last_reply_at, last_at, last_inbound_at])?;
    session.run("INSERT INTO conversation_content (conversation, name) VALUES (?, ?)", params![seq, noted.name])?;
    Ok(seq)
}
