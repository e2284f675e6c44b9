use model::{Decision, Priority, QueueSummary};
use rusqlite::Connection;

use super::{Query, parse};
use crate::sqlite::cell::{number, time};
use crate::sqlite::change::Failure;

/// Every queue in which a conversation waits, by name. Titles are the configuration's, not ours.
pub(crate) fn list(connection: &Connection) -> Result<Vec<QueueSummary>, Failure> {
    let query = Query::new(
        "SELECT queue, count(*) AS waiting, min(queued_at) AS oldest_since FROM conversation
         WHERE case_open = 1 AND queue IS NOT NULL GROUP BY queue ORDER BY queue",
    );
    let mut queues = query.all(connection, |row| {
        Ok(QueueSummary {
            name: row.get(0)?,
            title: String::new(),
            waiting: number(row.get(1)?),
            oldest_since: row.get::<_, Option<i64>>(2)?.map(time),
            top: None,
        })
    })?;
    for queue in &mut queues {
        queue.top = top(connection, &queue.name)?;
    }
    Ok(queues)
}

fn top(connection: &Connection, queue: &str) -> Result<Option<Priority>, Failure> {
    let mut query = Query::new(
        "SELECT coalesce(whole, outline) FROM conversation
         JOIN decision ON decision.seq = conversation.decision
         LEFT JOIN decision_content ON decision_content.decision = decision.seq
         WHERE case_open = 1 AND score IS NOT NULL AND conversation.queue = ",
    );
    query.bind(queue.to_owned()).push(" ORDER BY score DESC LIMIT 1");
    let json: Option<String> = query.first(connection, |row| row.get(0))?;
    let decision: Option<Decision> = json.as_deref().map(parse).transpose()?;
    Ok(decision.and_then(|decision| decision.priority))
}
