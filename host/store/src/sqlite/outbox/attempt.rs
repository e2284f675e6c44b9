//! Tries: what is about to be done is durable before anybody is called; what came of it, with what follows from it, is one commit.

use dispatch::port::{Begin, Ended, Ending, TryEnd};
use model::{InteractionId, OutgoingState, Progress, Trigger, Try, TryCall};
use rusqlite::params;

use super::receipt;
use super::{Standing, count, note, pace, quote, sent_name, tell_why};
use crate::name::Name;
use crate::sqlite::cell::{at, cell};
use crate::sqlite::change::{Change, Failure};
use crate::sqlite::conversation::{self, Counts};
use crate::sqlite::occasion::{self, Arising};
use crate::sqlite::session::Session;
use crate::sqlite::waiting::News;

/// A try begins.
pub(crate) struct BeginTry(pub(crate) Begin);

/// A try ended, or none was needed. Calls of the host as JSON.
pub(crate) struct EndTry(pub(crate) Ending, pub(crate) String);

/// After a start.
pub(crate) struct Recover(pub(crate) model::Timestamp);

impl Change for BeginTry {
    type Output = bool;

    fn apply(&self, session: &mut Session) -> Result<bool, Failure> {
        let begin = &self.0;
        let Some(standing) = Standing::load(session, &begin.id.0)?.filter(|standing| standing.state == begin.from) else {
            return Ok(false);
        };
        let now = at(begin.at);
        standing.becomes(session, OutgoingState::Sending, now)?;
        if begin.call == TryCall::Send {
            session.run("UPDATE outgoing SET tries = tries + 1 WHERE seq = ?", [standing.seq])?;
        }
        let digest = begin.digest.as_ref().map(model::Digest::as_str);
        note(session, standing.seq, (now, None), (i64::from(begin.rung), &begin.connector), (begin.call, ""), digest)?;
        Ok(true)
    }
}

impl Change for EndTry {
    type Output = Ended;

    fn apply(&self, session: &mut Session) -> Result<Ended, Failure> {
        let ending = &self.0;
        let Some(standing) = Standing::load(session, &ending.id.0)?.filter(|standing| standing.state == ending.from) else {
            return Ok(Ended::default());
        };
        if let Some(outcome) = &ending.outcome {
            self.close(session, standing.seq, outcome)?;
        }
        for check in &ending.checks {
            checked(session, standing.seq, check)?;
        }
        self.stand(session, &standing)?;
        self.keep_sent(session, &standing)?;
        if let (Some(queue), Some(conversation)) = (&ending.queue, standing.conversation) {
            conversation::wait_in(session, conversation, queue, at(ending.at))?;
        }
        let asks_again = if ending.state == OutgoingState::Done { self.follow(session, &standing)? } else { false };
        Ok(Ended { written: true, asks_again })
    }
}

impl EndTry {
    /// What came of the try that is open.
    fn close(&self, session: &Session, outgoing: i64, outcome: &TryEnd) -> Result<(), Failure> {
        let open = "UPDATE outgoing_try SET ended_at = ?, outcome = ? WHERE outgoing = ? AND ended_at IS NULL RETURNING number";
        let number = session.first(open, params![at(self.0.at), outcome.outcome, outgoing], |row| row.get(0))?;
        match number {
            Some(number) => quote(session, outgoing, number, outcome.detail.as_deref(), &self.1),
            None => Ok(()),
        }
    }

    fn stand(&self, session: &Session, standing: &Standing) -> Result<(), Failure> {
        let ending = &self.0;
        let connector = ending.over.as_ref().map_or(standing.connector.as_str(), |(connector, _)| connector);
        let update = "UPDATE outgoing SET state = ?, connector = ?, rung = ?, due_at = ?, changed_at = ? WHERE seq = ?";
        let values = params![ending.state.name(), connector, ending.rung, at(ending.due_at), at(ending.at), standing.seq];
        session.run(update, values)?;
        if let Some((connector, account)) = &ending.over {
            let pace = pace(connector, account.as_deref());
            session.run("UPDATE outgoing SET pace = ? WHERE seq = ?", params![pace, standing.seq])?;
        }
        count(session, (&standing.connector, &standing.kind), standing.state, -1)?;
        count(session, (connector, &standing.kind), ending.state, 1)?;
        tell_why(session, standing.seq, ending.why.as_deref())
    }

    /// What was sent, with the receipts that were quicker than its sender.
    fn keep_sent(&self, session: &mut Session, standing: &Standing) -> Result<(), Failure> {
        let ending = &self.0;
        for id in &ending.sent {
            let name = sent_name(&standing.connector, id);
            let row = "INSERT INTO sent (item, outgoing, rung, connector, progress) VALUES (?, ?, ?, ?, ?)";
            session.run(row, params![name.bytes(), standing.seq, ending.rung, standing.connector, receipt::name(Progress::Sent)])?;
            let seq = cell(session.last_given());
            session.run("INSERT INTO sent_content (sent, source_id) VALUES (?, ?)", params![seq, id])?;
        }
        for id in &ending.sent {
            receipt::catch_up(session, &sent_name(&standing.connector, id))?;
        }
        Ok(())
    }

    /// What follows from its being done; whether an interaction is to be decided again.
    fn follow(&self, session: &mut Session, standing: &Standing) -> Result<bool, Failure> {
        let trigger = match standing.kind.as_str() {
            "timer" => self.timer(session)?.map(Trigger::Timer),
            "reply" => Some(Trigger::AgentReplied),
            _ => None,
        };
        let answers = match standing.kind.as_str() {
            "reply" => true,
            // While a case is open somebody still waits for a person: an acknowledgement is no answer to that.
            "answer" => !is_open(session, standing.conversation)?,
            _ => false,
        };
        if let (true, Some(conversation)) = (answers, standing.conversation) {
            conversation::answered_by_us(session, conversation, standing.interaction, at(self.0.at))?;
        }
        match (trigger, standing.interaction) {
            (Some(trigger), Some(interaction)) => asks_again(session, interaction, &trigger),
            _ => Ok(false),
        }
    }

    fn timer(&self, session: &Session) -> Result<Option<String>, Failure> {
        let whole = "SELECT whole FROM effect_content WHERE effect = ?";
        let whole: Option<String> = session.first(whole, [&self.0.id.0], |row| row.get(0))?;
        let Some(whole) = whole else { return Ok(None) };
        match serde_json::from_str(&whole)? {
            model::Effect::Timer { name, .. } => Ok(Some(name)),
            _ => Ok(None),
        }
    }
}

fn checked(session: &Session, outgoing: i64, check: &Try) -> Result<(), Failure> {
    let when = (at(check.at), check.ended_at.map(at).or(Some(at(check.at))));
    let place = (i64::from(check.rung), check.connector.as_str());
    let number = note(session, outgoing, when, place, (check.call, &check.outcome), None)?;
    quote(session, outgoing, number, check.detail.as_deref(), "[]")
}

fn is_open(session: &Session, conversation: Option<i64>) -> Result<bool, Failure> {
    let Some(conversation) = conversation else { return Ok(false) };
    let open = session.first("SELECT case_open FROM conversation WHERE seq = ?", [conversation], |row| row.get(0))?;
    Ok(open.unwrap_or_default())
}

/// Makes an occasion, unless what was said is gone.
fn asks_again(session: &mut Session, interaction: i64, trigger: &Trigger) -> Result<bool, Failure> {
    let sql = "SELECT interaction.id, lane, conversation.seq, conversation.inbound_count, conversation.unanswered_count,
                      conversation.last_reply_at
               FROM interaction
               JOIN interaction_content ON interaction_content.interaction = interaction.seq
               JOIN conversation ON conversation.seq = interaction.conversation
               WHERE interaction.seq = ? AND removed = 0";
    let found: Option<(String, Name, i64, Counts)> = session.first(sql, [interaction], |row| {
        let counts = Counts { inbound: row.get(3)?, unanswered: row.get(4)?, last_reply_at: row.get(5)? };
        Ok((row.get(0)?, Name::kept(row.get(1)?), row.get(2)?, counts))
    })?;
    let Some((id, lane, conversation, counts)) = found else { return Ok(false) };
    let id = InteractionId(id);
    occasion::arise(session, &Arising { interaction, id: &id, lane, conversation, trigger, counts }, None)?;
    session.tell(News::Touched(conversation));
    Ok(true)
}

impl Change for Recover {
    type Output = u64;

    fn apply(&self, session: &mut Session) -> Result<u64, Failure> {
        let now = at(self.0);
        let sql = "SELECT seq, kind, state, connector, interaction, conversation, rung FROM outgoing WHERE state = 'sending'";
        let interrupted = session.all(sql, (), Standing::read)?;
        for standing in &interrupted {
            let open = "UPDATE outgoing_try SET ended_at = ?, outcome = 'interrupted' WHERE outgoing = ? AND ended_at IS NULL";
            session.run(open, (now, standing.seq))?;
            standing.becomes(session, OutgoingState::Unknown, now)?;
            session.run("UPDATE outgoing SET due_at = ? WHERE seq = ?", (now, standing.seq))?;
            tell_why(session, standing.seq, Some("the host ended while it was being sent"))?;
        }
        Ok(u64::try_from(interrupted.len()).unwrap_or(u64::MAX))
    }
}
