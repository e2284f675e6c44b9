use dispatch::port::{InteractionFilter, StoreError};
use model::{DecisionId, DeliveryId, GenerationId, Interaction, InteractionId, InteractionRecord, InteractionState};
use sqlx::SqlitePool;

use super::{Query, all, first, not_found, page, parse};
use crate::sqlite::cell::{cell, count, number, time};

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    id: String,
    connector: String,
    channel: String,
    lane: Vec<u8>,
    read_by: String,
    occurred_at: i64,
    received_at: i64,
    edits: i64,
    removed: bool,
    pending: bool,
    delivery: String,
    decision: Option<String>,
    source_id: Option<String>,
    words: Option<String>,
}

const ROWS: &str =
    "SELECT interaction.seq, interaction.id, interaction.connector, interaction.channel, lane, interaction.read_by, occurred_at,
        interaction.received_at, edits, removed, EXISTS (SELECT 1 FROM occasion WHERE occasion.interaction = interaction.seq) AS pending,
        delivery.id AS delivery, decision.id AS decision, source_id, words
 FROM interaction
 JOIN delivery ON delivery.seq = interaction.delivery
 LEFT JOIN decision ON decision.seq = interaction.decision
 LEFT JOIN interaction_content ON interaction_content.interaction = interaction.seq
 WHERE ";

/// Newest first.
pub(crate) async fn list(readers: &SqlitePool, filter: &InteractionFilter) -> Result<Vec<(u64, InteractionRecord)>, StoreError> {
    let mut query = Query::new(ROWS);
    query.push("interaction.seq < ").push_bind(filter.before.map_or(i64::MAX, cell));
    if let Some(connector) = &filter.connector {
        query.push(" AND interaction.connector = ").push_bind(connector.clone());
    }
    if let Some(conversation) = &filter.conversation {
        // A name that is none finds nothing.
        let id = hex::decode(conversation).unwrap_or_default();
        query.push(" AND interaction.conversation = (SELECT seq FROM conversation WHERE conversation.id = ").push_bind(id).push(")");
    }
    query.push(" ORDER BY interaction.seq DESC");
    page(&mut query, filter.limit);
    let rows: Vec<Row> = all(readers, &mut query).await?;
    rows.into_iter().map(|row| Ok((number(row.seq), row.record()?))).collect()
}

/// One of them.
pub(crate) async fn one(readers: &SqlitePool, id: &InteractionId) -> Result<InteractionRecord, StoreError> {
    let mut query = Query::new(ROWS);
    query.push("interaction.id = ").push_bind(id.0.clone());
    let row: Row = first(readers, &mut query).await?.ok_or_else(|| not_found("interaction", &id.0))?;
    row.record()
}

impl Row {
    fn record(self) -> Result<InteractionRecord, StoreError> {
        let state = match (self.pending, self.removed) {
            (true, _) => InteractionState::Undecided,
            (false, true) => InteractionState::Removed,
            (false, false) => InteractionState::Decided,
        };
        Ok(InteractionRecord {
            interaction: self.words.as_deref().map(parse).transpose()?.unwrap_or_else(|| self.erased()),
            source_id: self.source_id.unwrap_or_default(),
            order_key: hex::encode(self.lane),
            state,
            delivery: DeliveryId(self.delivery),
            read_by: GenerationId(self.read_by),
            edits: count(self.edits),
            decision: self.decision.map(DecisionId),
        })
    }

    /// What history knows without the person's words.
    fn erased(&self) -> Interaction {
        Interaction {
            id: InteractionId(self.id.clone()),
            connector: self.connector.clone(),
            channel: self.channel.clone(),
            occurred_at: time(self.occurred_at),
            received_at: time(self.received_at),
            ..Interaction::default()
        }
    }
}
