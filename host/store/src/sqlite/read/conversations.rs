use dispatch::port::{Conversation, StoreError};
use model::{Situation, Timestamp};
use sqlx::SqlitePool;

use super::{Query, all, page};
use crate::sqlite::cell::{at, count, time};

/// The columns of a conversation.
#[derive(sqlx::FromRow)]
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
}

impl Standing {
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
            ..Situation::default()
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Vec<u8>,
    connector: String,
    name: Option<String>,
    last_at: i64,
    #[sqlx(flatten)]
    standing: Standing,
}

/// Latest first.
pub(crate) async fn list(readers: &SqlitePool, before: Option<Timestamp>, limit: u32) -> Result<Vec<Conversation>, StoreError> {
    let mut query = Query::new(
        "SELECT conversation.*, name FROM conversation
         LEFT JOIN conversation_content ON conversation_content.conversation = conversation.seq WHERE last_at < ",
    );
    query.push_bind(before.map_or(i64::MAX, at)).push(" ORDER BY last_at DESC, seq DESC");
    page(&mut query, limit);
    let rows: Vec<Row> = all(readers, &mut query).await?;
    let conversation = |row: Row| Conversation {
        id: hex::encode(row.id),
        connector: row.connector,
        conversation: row.name.unwrap_or_default(),
        situation: row.standing.situation(),
        last_at: time(row.last_at),
    };
    Ok(rows.into_iter().map(conversation).collect())
}
