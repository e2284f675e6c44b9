use dispatch::port::{Pending, Work};
use model::{GenerationId, Interaction, InteractionId, Situation, Timestamp};
use rusqlite::{Connection, Row};

use super::conversations::Standing;
use super::{Query, not_found, parse};
use crate::name::Name;
use crate::sqlite::cell::{cell, count, number, time};
use crate::sqlite::change::Failure;

/// Occasions in one answer.
const PENDING_ROWS_MAX: u32 = 5_000;

/// Occasions that wait, in order.
pub(crate) fn pending(connection: &Connection, after: u64, limit: u32) -> Result<Vec<Pending>, Failure> {
    let mut query = Query::new(
        "SELECT occasion.seq, interaction.id, interaction.lane FROM occasion
         JOIN interaction ON interaction.seq = occasion.interaction WHERE occasion.seq > ",
    );
    query.bind(cell(after)).push(" ORDER BY occasion.seq LIMIT ").bind(limit.min(PENDING_ROWS_MAX));
    query.all(connection, |row| {
        let order_key = Name::kept(row.get(2)?).hex();
        Ok(Pending { seq: number(row.get(0)?), interaction: InteractionId(row.get(1)?), order_key })
    })
}

struct Found {
    words: Option<String>,
    read_by: String,
    asked: String,
    inbound_count: i64,
    unanswered_count: i64,
    last_reply_at: Option<i64>,
    standing: Standing,
    occurred_at: i64,
}

impl Found {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            words: row.get(0)?,
            read_by: row.get(1)?,
            asked: row.get(2)?,
            inbound_count: row.get(3)?,
            unanswered_count: row.get(4)?,
            last_reply_at: row.get(5)?,
            standing: Standing::read(row, 6)?,
            occurred_at: row.get(18)?,
        })
    }
}

/// The interaction as it now reads; the counts as they were when the occasion arose, so that what is decided does not depend on how fast;
/// queue, case and due times as they are now.
pub(crate) fn work(connection: &Connection, pending: &Pending) -> Result<Work, Failure> {
    let mut query = Query::new(
        "SELECT words, read_by, asked, occasion.inbound_count, occasion.unanswered_count, occasion.last_reply_at,
                conversation.inbound_count, conversation.unanswered_count, conversation.last_reply_at, case_open, opened_at, queue, agent,
                previous_agent, first_response_due_at, resolution_due_at, conversation.last_inbound_at,
                CASE WHEN marked = 1 THEN (SELECT marks FROM conversation_content
                                           WHERE conversation_content.conversation = conversation.seq) END,
                interaction.occurred_at
         FROM occasion
         JOIN interaction ON interaction.seq = occasion.interaction
         JOIN conversation ON conversation.seq = interaction.conversation
         LEFT JOIN interaction_content ON interaction_content.interaction = interaction.seq
         WHERE occasion.seq = ",
    );
    query.bind(cell(pending.seq));
    let row = query.first(connection, Found::read)?.ok_or_else(|| not_found("occasion", &pending.seq.to_string()))?;
    let erased = || Interaction { id: pending.interaction.clone(), ..Interaction::default() };
    Ok(Work {
        interaction: row.words.as_deref().map(parse).transpose()?.unwrap_or_else(erased),
        situation: Situation {
            trigger: parse(&row.asked)?,
            now: Timestamp::default(),
            inbound_count: count(row.inbound_count),
            unanswered_count: count(row.unanswered_count),
            last_reply_at: row.last_reply_at.map(time),
            ..row.standing.situation_about(row.occurred_at)
        },
        read_by: GenerationId(row.read_by),
    })
}
