use dispatch::port::StoreError;
use model::{Decision, Priority, QueueSummary};
use sqlx::SqlitePool;

use super::{Query, all, first, parse};
use crate::sqlite::cell::{number, time};

#[derive(sqlx::FromRow)]
struct Row {
    queue: String,
    waiting: i64,
    oldest_since: Option<i64>,
}

/// Every queue in which a conversation waits, by name. Titles are the configuration's, not ours.
pub(crate) async fn list(readers: &SqlitePool) -> Result<Vec<QueueSummary>, StoreError> {
    let mut query = Query::new(
        "SELECT queue, count(*) AS waiting, min(queued_at) AS oldest_since FROM conversation
         WHERE case_open = 1 AND queue IS NOT NULL GROUP BY queue ORDER BY queue",
    );
    let mut queues = Vec::new();
    for row in all::<Row>(readers, &mut query).await? {
        queues.push(QueueSummary {
            top: top(readers, &row.queue).await?,
            name: row.queue,
            title: String::new(),
            waiting: number(row.waiting),
            oldest_since: row.oldest_since.map(time),
        });
    }
    Ok(queues)
}

async fn top(readers: &SqlitePool, queue: &str) -> Result<Option<Priority>, StoreError> {
    let mut query = Query::new(
        "SELECT coalesce(whole, outline) FROM conversation
         JOIN decision ON decision.seq = conversation.decision
         LEFT JOIN decision_content ON decision_content.decision = decision.seq
         WHERE case_open = 1 AND score IS NOT NULL AND conversation.queue = ",
    );
    query.push_bind(queue.to_owned()).push(" ORDER BY score DESC LIMIT 1");
    let row: Option<(String,)> = first(readers, &mut query).await?;
    let decision: Option<Decision> = row.map(|(json,)| parse(&json)).transpose()?;
    Ok(decision.and_then(|decision| decision.priority))
}
