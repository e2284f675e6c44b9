use dispatch::port::Conversation;
use model::{Situation, Timestamp};
use rusqlite::{Connection, Row};

use super::Query;
use crate::sqlite::cell::{at, count, time};
use crate::sqlite::change::Failure;

/// Where a conversation stands, as its columns tell.
#[derive(Default)]
pub(crate) struct Standing {
    inbound_count: i64,
    unanswered_count: i64,
    last_reply_at: Option<i64>,
    case_open: bool,
    opened_at: Option<i64>,
    queue: Option<String>,
    agent: Option<String>,
    previous_agent: Option<String>,
    first_response_due_at: Option<i64>,
    resolution_due_at: Option<i64>,
    last_inbound_at: Option<i64>,
    /// JSON.
    marks: Option<String>,
}

impl Standing {
    /// From these columns, the first of which is at `from`: `inbound_count, unanswered_count, last_reply_at, case_open, opened_at, queue,
    /// agent, previous_agent, first_response_due_at, resolution_due_at, last_inbound_at`, and the marks.
    pub(crate) fn read(row: &Row<'_>, from: usize) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            inbound_count: row.get(from)?,
            unanswered_count: row.get(from + 1)?,
            last_reply_at: row.get(from + 2)?,
            case_open: row.get(from + 3)?,
            opened_at: row.get(from + 4)?,
            queue: row.get(from + 5)?,
            agent: row.get(from + 6)?,
            previous_agent: row.get(from + 7)?,
            first_response_due_at: row.get(from + 8)?,
            resolution_due_at: row.get(from + 9)?,
            last_inbound_at: row.get(from + 10)?,
            marks: row.get(from + 11)?,
        })
    }

    /// As counted now; nobody asks, so there is no trigger and no time.
    pub(crate) fn situation(self) -> Situation {
        Situation {
            case_open: self.case_open,
            queue: self.queue,
            agent: self.agent,
            previous_agent: self.previous_agent,
            inbound_count: count(self.inbound_count),
            unanswered_count: count(self.unanswered_count),
            opened_at: self.opened_at.map(time),
            last_reply_at: self.last_reply_at.map(time),
            first_response_due_at: self.first_response_due_at.map(time),
            resolution_due_at: self.resolution_due_at.map(time),
            // Written by us; what cannot be read is no reason not to decide.
            attributes: self.marks.as_deref().and_then(|marks| serde_json::from_str(marks).ok()).unwrap_or_default(),
            ..Situation::default()
        }
    }

    /// The same about something that was said at this time: whether the customer spoke again since, and when last.
    pub(crate) fn situation_about(self, occurred_at: i64) -> Situation {
        let later = self.last_inbound_at.filter(|last| *last > occurred_at);
        let mut situation = self.situation();
        if let Some(later) = later {
            let later = model::Value::Number(precise(later));
            situation.attributes.insert(Situation::LAST_INBOUND_AT.to_owned(), later);
        }
        situation
    }
}

/// Milliseconds of any time that a clock shows are exact.
#[expect(clippy::cast_precision_loss, reason = "below 2^53 for 285,000 years")]
fn precise(ms: i64) -> f64 {
    ms as f64
}

/// Latest first.
pub(crate) fn list(connection: &Connection, before: Option<Timestamp>, limit: u32) -> Result<Vec<Conversation>, Failure> {
    let mut query = Query::new(
        "SELECT id, connector, name, last_at, inbound_count, unanswered_count, last_reply_at, case_open, opened_at, queue, agent,
                previous_agent, first_response_due_at, resolution_due_at, last_inbound_at, marks
         FROM conversation
         LEFT JOIN conversation_content ON conversation_content.conversation = conversation.seq WHERE last_at < ",
    );
    query.bind(before.map_or(i64::MAX, at)).push(" ORDER BY last_at DESC, seq DESC");
    query.page(limit);
    query.all(connection, |row| {
        Ok(Conversation {
            id: hex::encode(row.get::<_, Vec<u8>>(0)?),
            connector: row.get(1)?,
            conversation: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            situation: Standing::read(row, 4)?.situation(),
            last_at: time(row.get(3)?),
        })
    })
}
