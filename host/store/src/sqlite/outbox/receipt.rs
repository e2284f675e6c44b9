//! Receipts: the channel tells how far something has come that was sent.

use model::{Event, Fact, OutgoingState, Progress, TryCall};
use rusqlite::params;

use super::{Standing, note, quote, tell_why};
use crate::name::Name;
use crate::noted::NotedReceipt;
use crate::sqlite::change::Failure;
use crate::sqlite::session::Session;

/// The name in columns.
pub(super) fn name(progress: Progress) -> &'static str {
    match progress {
        Progress::Sent => "sent",
        Progress::Delivered => "delivered",
        Progress::Read => "read",
        Progress::Failed => "failed",
    }
}

pub(crate) fn parse(name: &str) -> Option<Progress> {
    [Progress::Sent, Progress::Delivered, Progress::Read, Progress::Failed].into_iter().find(|progress| self::name(*progress) == name)
}

/// How far it is; what failed late was not delivered after all.
fn rank(progress: Progress) -> u8 {
    match progress {
        Progress::Sent => 0,
        Progress::Delivered => 1,
        Progress::Read => 2,
        Progress::Failed => 3,
    }
}

/// A receipt came in. What was not sent by us, or is not known to be yet, waits as a fact.
pub(crate) fn heard(session: &mut Session, receipt: &NotedReceipt, now: i64) -> Result<(), Failure> {
    let latest = "SELECT sent.seq, sent.progress, outgoing.id, sent.rung FROM sent JOIN outgoing ON outgoing.seq = sent.outgoing
                  WHERE item = ? ORDER BY sent.seq DESC LIMIT 1";
    let found: Option<(i64, String, String, i64)> =
        session.first(latest, [receipt.sent.bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let Some((sent, before, outgoing, rung)) = found else { return Ok(()) };
    let before = parse(&before).unwrap_or_default();
    if rank(receipt.progress) <= rank(before) {
        return Ok(());
    }
    session.run("UPDATE sent SET progress = ? WHERE seq = ?", params![name(receipt.progress), sent])?;
    let Some(standing) = Standing::load(session, &outgoing)? else { return Ok(()) };
    let place = (rung, standing.connector.as_str());
    let number = note(session, standing.seq, (now, Some(now)), place, (TryCall::Receipt, name(receipt.progress)), None)?;
    quote(session, standing.seq, number, receipt.detail.as_deref(), "[]")?;
    if rung != standing.rung || standing.state != OutgoingState::Done {
        return Ok(());
    }
    come_so_far(session, &standing)?;
    if receipt.progress == Progress::Failed { failed(session, &standing, receipt, now) } else { Ok(()) }
}

/// What was sent in parts has come as far as the part that is behind; one that failed is enough to fail.
fn come_so_far(session: &Session, standing: &Standing) -> Result<(), Failure> {
    let parts: Vec<String> =
        session.all("SELECT progress FROM sent WHERE outgoing = ? AND rung = ?", (standing.seq, standing.rung), |row| row.get(0))?;
    let parts: Vec<Progress> = parts.iter().filter_map(|part| parse(part)).collect();
    let failed = parts.iter().find(|part| **part == Progress::Failed);
    let progress = failed.or_else(|| parts.iter().min_by_key(|part| rank(**part))).copied().unwrap_or_default();
    session.run("UPDATE outgoing SET progress = ? WHERE seq = ?", params![name(progress), standing.seq])?;
    Ok(())
}

/// It will not arrive: an answer takes the next rung, for anything else somebody has to look.
fn failed(session: &mut Session, standing: &Standing, receipt: &NotedReceipt, now: i64) -> Result<(), Failure> {
    let why = receipt.detail.as_deref().unwrap_or("the channel says that it will not arrive");
    tell_why(session, standing.seq, Some(why))?;
    if !matches!(standing.kind.as_str(), "answer" | "reply") {
        return standing.becomes(session, OutgoingState::Parked, now);
    }
    standing.becomes(session, OutgoingState::Waiting, now)?;
    let next = "UPDATE outgoing SET rung = rung + 1, due_at = ?, progress = NULL WHERE seq = ?";
    session.run(next, (now, standing.seq))?;
    Ok(())
}

/// Receipts that came before it was known what they are about.
pub(super) fn catch_up(session: &mut Session, sent: &Name) -> Result<(), Failure> {
    let sql = "SELECT fact_content.event, fact.at FROM fact JOIN fact_content ON fact_content.fact = fact.seq
               WHERE fact.sent = ? ORDER BY fact.seq LIMIT 16";
    let early: Vec<(String, i64)> = session.all(sql, [sent.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (fact, at) in early {
        let fact: Fact = serde_json::from_str(&fact)?;
        let Event::Receipt(receipt) = fact.event else { continue };
        heard(session, &NotedReceipt { sent: *sent, progress: receipt.progress, detail: receipt.detail }, at)?;
    }
    Ok(())
}

/// Whether an echo is of words that the outbox sent, or may be sending at this moment by a decision: those answer a conversation, or do
/// not, by themselves.
pub(crate) fn is_ours(session: &Session, echo: &Name, conversation: Option<i64>) -> Result<bool, Failure> {
    if session.first("SELECT 1 FROM sent WHERE item = ? LIMIT 1", [echo.bytes()], |_| Ok(()))?.is_some() {
        return Ok(true);
    }
    let under_way = "SELECT 1 FROM outgoing
                     WHERE lane = ? AND state IN ('pending', 'sending', 'waiting', 'unknown') AND state IN ('sending', 'unknown')
                           AND kind = 'answer'
                     LIMIT 1";
    Ok(session.first(under_way, [conversation], |_| Ok(()))?.is_some())
}
