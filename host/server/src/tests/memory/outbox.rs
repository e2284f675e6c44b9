use async_trait::async_trait;
use dispatch::port::{Begin, DuePage, Ended, Ending, Job, NewOutgoing, Outbox, OutboxTotals, OutgoingFilter, Requested, StoreError, Turn};
use model::{Outgoing, OutgoingId, OutgoingRecord, OutgoingState, Timestamp};

use super::{Memory, page};

/// Takes in and lists; nothing is ever sent from here.
#[async_trait]
impl Outbox for Memory {
    async fn request(&self, new: NewOutgoing) -> Result<Requested, StoreError> {
        self.works()?;
        let mut wanted = self.wanted.lock().unwrap();
        let same_key =
            |(_, known): &&(OutgoingId, NewOutgoing)| new.request.is_some() && known.request == new.request && known.by == new.by;
        if let Some((id, known)) = wanted.iter().find(same_key) {
            return Ok(if known.wanted == new.wanted { Requested::Known(id.clone()) } else { Requested::Other(id.clone()) });
        }
        if let Some(interaction) = &new.interaction {
            let is_known = self.decisions.lock().unwrap().iter().any(|(row, _)| row.decision.interaction == *interaction);
            if !is_known {
                return Err(StoreError::NotFound { kind: "interaction", id: interaction.0.clone() });
            }
        }
        if let Some(about) = &new.about {
            return Err(StoreError::NotFound { kind: "sent item", id: about.0.clone() });
        }
        let id = OutgoingId(format!("o{}", wanted.len()));
        wanted.push((id.clone(), new));
        Ok(Requested::New(id))
    }

    async fn due(&self, _: Timestamp, _: Vec<String>, _: u32) -> Result<DuePage, StoreError> {
        Ok(DuePage::default())
    }

    async fn job(&self, id: &OutgoingId, _: Timestamp) -> Result<Job, StoreError> {
        Err(StoreError::NotFound { kind: "outgoing", id: id.0.clone() })
    }

    async fn begin(&self, _: Begin) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn end(&self, _: Ending) -> Result<Ended, StoreError> {
        Ok(Ended::default())
    }

    async fn recover(&self, _: Timestamp) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn turn(&self, id: &OutgoingId, turn: Turn, _: &str, _: Timestamp) -> Result<bool, StoreError> {
        self.outgoing_one(id).await?;
        Ok(matches!(turn, Turn::Park { .. }))
    }

    async fn outgoing(&self, filter: OutgoingFilter) -> Result<Vec<Outgoing>, StoreError> {
        self.works()?;
        let wanted = self.wanted.lock().unwrap();
        let rows = (1_u64..).zip(wanted.iter()).map(|(seq, (id, new))| row(seq, id, new));
        let fits = |row: &Outgoing| {
            filter.before.is_none_or(|before| row.seq < before) && filter.kind.as_ref().is_none_or(|kind| row.kind == *kind)
        };
        let rows: Vec<_> = rows.filter(fits).collect();
        Ok(page(rows.into_iter().rev(), filter.limit))
    }

    async fn outgoing_one(&self, id: &OutgoingId) -> Result<OutgoingRecord, StoreError> {
        let filter = OutgoingFilter { limit: 500, ..OutgoingFilter::default() };
        let found = self.outgoing(filter).await?.into_iter().find(|row| row.id == *id);
        let outgoing = found.ok_or_else(|| StoreError::NotFound { kind: "outgoing", id: id.0.clone() })?;
        Ok(OutgoingRecord { outgoing, history: Vec::new(), sent: Vec::new() })
    }

    async fn outbox_totals(&self) -> Result<OutboxTotals, StoreError> {
        self.works()?;
        Ok(OutboxTotals::default())
    }
}

fn row(seq: u64, id: &OutgoingId, new: &NewOutgoing) -> Outgoing {
    Outgoing {
        seq,
        id: id.clone(),
        kind: new.wanted.kind().to_owned(),
        state: OutgoingState::Pending,
        connector: new.connector.clone().unwrap_or_else(|| "open".to_owned()),
        interaction: new.interaction.clone(),
        decision: None,
        by: Some(new.by.clone()),
        created_at: new.at,
        due_at: new.at,
        changed_at: new.at,
        rung: 0,
        tries: 0,
        progress: None,
        why: None,
        wanted: Some(new.wanted.clone()),
    }
}
