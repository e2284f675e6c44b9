use dispatch::port::{Pending, StoreError, Work};
use model::{GenerationId, Interaction, InteractionId, Situation, Timestamp};
use sqlx::SqlitePool;

use super::conversations::Standing;
use super::{Query, all, first, not_found, parse};
use crate::sqlite::cell::{cell, count, number, time};

/// Occasions in one answer.
const PENDING_ROWS_MAX: u32 = 5_000;

/// Occasions that wait, in order.
pub(crate) async fn pending(readers: &SqlitePool, after: u64, limit: u32) -> Result<Vec<Pending>, StoreError> {
    let mut query = Query::new(
        "SELECT occasion.seq, interaction.id, interaction.lane FROM occasion
         JOIN interaction ON interaction.seq = occasion.interaction WHERE occasion.seq > ",
    );
    query.push_bind(cell(after)).push(" ORDER BY occasion.seq LIMIT ").push_bind(limit.min(PENDING_ROWS_MAX));
    let rows: Vec<(i64, String, Vec<u8>)> = all(readers, &mut query).await?;
    let pending = |(seq, id, lane): (i64, String, Vec<u8>)| Pending {
        seq: number(seq),
        interaction: InteractionId(id),
        order_key: hex::encode(lane),
    };
    Ok(rows.into_iter().map(pending).collect())
}

#[derive(sqlx::FromRow)]
struct Row {
    words: Option<String>,
    read_by: String,
    asked: String,
    occasion_inbound_count: i64,
    occasion_unanswered_count: i64,
    occasion_last_reply_at: Option<i64>,
    #[sqlx(flatten)]
    standing: Standing,
}

/// The interaction as it now reads; the counts as they were when the occasion arose, so that what is decided does not depend on how fast;
/// queue, case and due times as they are now.
pub(crate) async fn work(readers: &SqlitePool, pending: &Pending) -> Result<Work, StoreError> {
    let mut query = Query::new(
        "SELECT words, read_by, asked, occasion.inbound_count AS occasion_inbound_count,
                occasion.unanswered_count AS occasion_unanswered_count, occasion.last_reply_at AS occasion_last_reply_at, conversation.*
         FROM occasion
         JOIN interaction ON interaction.seq = occasion.interaction
         JOIN conversation ON conversation.seq = interaction.conversation
         LEFT JOIN interaction_content ON interaction_content.interaction = interaction.seq
         WHERE occasion.seq = ",
    );
    query.push_bind(cell(pending.seq));
    let row: Row = first(readers, &mut query).await?.ok_or_else(|| not_found("occasion", &pending.seq.to_string()))?;
    let erased = || Interaction { id: pending.interaction.clone(), ..Interaction::default() };
    Ok(Work {
        interaction: row.words.as_deref().map(parse).transpose()?.unwrap_or_else(erased),
        situation: Situation {
            trigger: parse(&row.asked)?,
            now: Timestamp::default(),
            inbound_count: count(row.occasion_inbound_count),
            unanswered_count: count(row.occasion_unanswered_count),
            last_reply_at: row.occasion_last_reply_at.map(time),
            ..row.standing.situation()
        },
        read_by: GenerationId(row.read_by),
    })
}
