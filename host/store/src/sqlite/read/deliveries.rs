use dispatch::port::StoreError;
use model::{Delivery, DeliveryId, DeliverySummary, Digest, Quarantined};
use sqlx::SqlitePool;

use super::{Query, all, first, not_found, page};
use crate::noted::{RawContent, broken};
use crate::sqlite::cell::{count, number, time};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    connector: String,
    received_at: i64,
    facts: i64,
    duplicates: i64,
}

#[derive(sqlx::FromRow)]
struct Quarantine {
    id: String,
    connector: String,
    received_at: i64,
    body_bytes: i64,
    cause: String,
    detail: Option<String>,
    digest: String,
    tries: i64,
    head: Option<String>,
    body: Option<Vec<u8>>,
}

/// Newest first, without those in quarantine.
pub(crate) async fn list(readers: &SqlitePool, before: Option<&DeliveryId>, limit: u32) -> Result<Vec<DeliverySummary>, StoreError> {
    let mut query = Query::new(
        "SELECT id, connector, received_at, facts, duplicates FROM delivery
         WHERE NOT EXISTS (SELECT 1 FROM quarantine WHERE quarantine.delivery = delivery.seq) AND seq < ",
    );
    query.push_bind(match before {
        Some(id) => seq(readers, id).await?,
        None => i64::MAX,
    });
    query.push(" ORDER BY seq DESC");
    page(&mut query, limit);
    let rows: Vec<Row> = all(readers, &mut query).await?;
    let summary = |row: Row| DeliverySummary {
        id: DeliveryId(row.id),
        connector: row.connector,
        received_at: time(row.received_at),
        facts: count(row.facts),
        duplicates: count(row.duplicates),
    };
    Ok(rows.into_iter().map(summary).collect())
}

/// What is in quarantine, oldest first. `after` may have left it meanwhile.
pub(crate) async fn quarantined(readers: &SqlitePool, after: Option<&DeliveryId>, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
    let mut query = Query::new(
        "SELECT id, connector, received_at, body_bytes, cause, detail, digest, tries, NULL AS head, NULL AS body
         FROM quarantine JOIN delivery ON delivery.seq = quarantine.delivery
         LEFT JOIN quarantine_content ON quarantine_content.delivery = quarantine.delivery WHERE quarantine.delivery > ",
    );
    query.push_bind(match after {
        Some(id) => seq(readers, id).await?,
        None => 0,
    });
    query.push(" ORDER BY quarantine.delivery");
    page(&mut query, limit);
    let rows: Vec<Quarantine> = all(readers, &mut query).await?;
    rows.into_iter().map(|row| Ok(row.split()?.0)).collect()
}

/// One of them with its bytes.
pub(crate) async fn quarantined_raw(readers: &SqlitePool, id: &DeliveryId) -> Result<(Quarantined, Delivery), StoreError> {
    let mut query = Query::new(
        "SELECT id, connector, received_at, body_bytes, cause, detail, digest, tries, head, body
         FROM quarantine JOIN delivery ON delivery.seq = quarantine.delivery
         LEFT JOIN quarantine_content ON quarantine_content.delivery = quarantine.delivery
         LEFT JOIN delivery_content ON delivery_content.delivery = quarantine.delivery WHERE delivery.id = ",
    );
    query.push_bind(id.0.clone());
    let row: Quarantine = first(readers, &mut query).await?.ok_or_else(|| not_found("delivery in quarantine", &id.0))?;
    let (quarantined, raw) = row.split()?;
    Ok((quarantined, raw.unwrap_or_default()))
}

async fn seq(readers: &SqlitePool, id: &DeliveryId) -> Result<i64, StoreError> {
    let mut query = Query::new("SELECT seq FROM delivery WHERE id = ");
    query.push_bind(id.0.clone());
    let row: Option<(i64,)> = first(readers, &mut query).await?;
    row.map(|(seq,)| seq).ok_or_else(|| not_found("delivery", &id.0))
}

impl Quarantine {
    fn split(self) -> Result<(Quarantined, Option<Delivery>), StoreError> {
        let corrupt = |error: serde_json::Error| StoreError::Corrupt(broken(&error));
        let raw = self.head.zip(self.body).map(|(head, body)| RawContent::restore(&head, body).map_err(corrupt)).transpose()?;
        let digest = Digest::parse(&self.digest).unwrap_or_default();
        Ok((
            Quarantined {
                id: DeliveryId(self.id),
                connector: self.connector,
                received_at: time(self.received_at),
                body_bytes: number(self.body_bytes),
                cause: self.cause,
                detail: self.detail.unwrap_or_default(),
                digest,
                tries: count(self.tries),
            },
            raw,
        ))
    }
}
