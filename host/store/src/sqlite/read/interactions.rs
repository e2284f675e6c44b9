use dispatch::port::InteractionFilter;
use model::{DecisionId, DeliveryId, GenerationId, Interaction, InteractionId, InteractionRecord, InteractionState};
use rusqlite::{Connection, Row};

use super::{Query, not_found, parse};
use crate::name::Name;
use crate::sqlite::cell::{cell, count, number, time};
use crate::sqlite::change::Failure;

struct Found {
    seq: i64,
    id: String,
    connector: String,
    channel: String,
    lane: Name,
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
pub(crate) fn list(connection: &Connection, filter: &InteractionFilter) -> Result<Vec<(u64, InteractionRecord)>, Failure> {
    let mut query = Query::new(ROWS);
    query.push("interaction.seq < ").bind(filter.before.map_or(i64::MAX, cell));
    if let Some(connector) = &filter.connector {
        query.push(" AND interaction.connector = ").bind(connector.clone());
    }
    if let Some(conversation) = &filter.conversation {
        // A name that is none finds nothing.
        let id = hex::decode(conversation).unwrap_or_default();
        query.push(" AND interaction.conversation = (SELECT seq FROM conversation WHERE conversation.id = ").bind(id).push(")");
    }
    query.push(" ORDER BY interaction.seq DESC");
    query.page(filter.limit);
    let rows = query.all(connection, Found::read)?;
    rows.into_iter().map(|row| Ok((number(row.seq), row.record()?))).collect()
}

/// One of them.
pub(crate) fn one(connection: &Connection, id: &InteractionId) -> Result<InteractionRecord, Failure> {
    let mut query = Query::new(ROWS);
    query.push("interaction.id = ").bind(id.0.clone());
    let row = query.first(connection, Found::read)?.ok_or_else(|| not_found("interaction", &id.0))?;
    row.record()
}

impl Found {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            connector: row.get(2)?,
            channel: row.get(3)?,
            lane: Name::kept(row.get(4)?),
            read_by: row.get(5)?,
            occurred_at: row.get(6)?,
            received_at: row.get(7)?,
            edits: row.get(8)?,
            removed: row.get(9)?,
            pending: row.get(10)?,
            delivery: row.get(11)?,
            decision: row.get(12)?,
            source_id: row.get(13)?,
            words: row.get(14)?,
        })
    }

    fn record(self) -> Result<InteractionRecord, Failure> {
        let state = match (self.pending, self.removed) {
            (true, _) => InteractionState::Undecided,
            (false, true) => InteractionState::Removed,
            (false, false) => InteractionState::Decided,
        };
        Ok(InteractionRecord {
            interaction: self.words.as_deref().map(parse).transpose()?.unwrap_or_else(|| self.erased()),
            source_id: self.source_id.unwrap_or_default(),
            order_key: self.lane.hex(),
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
