use model::{Delivery, DeliveryId, DeliverySummary, Digest, Quarantined};
use rusqlite::{Connection, Row};

use super::{Query, not_found};
use crate::noted::RawContent;
use crate::sqlite::cell::{count, number, time};
use crate::sqlite::change::Failure;

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
pub(crate) fn list(connection: &Connection, before: Option<&DeliveryId>, limit: u32) -> Result<Vec<DeliverySummary>, Failure> {
    let mut query = Query::new(
        "SELECT id, connector, received_at, facts, duplicates FROM delivery
         WHERE NOT EXISTS (SELECT 1 FROM quarantine WHERE quarantine.delivery = delivery.seq) AND seq < ",
    );
    query.bind(match before {
        Some(id) => seq(connection, id)?,
        None => i64::MAX,
    });
    query.push(" ORDER BY seq DESC");
    query.page(limit);
    query.all(connection, |row| {
        Ok(DeliverySummary {
            id: DeliveryId(row.get(0)?),
            connector: row.get(1)?,
            received_at: time(row.get(2)?),
            facts: count(row.get(3)?),
            duplicates: count(row.get(4)?),
        })
    })
}

/// What is in quarantine, oldest first. `after` may have left it meanwhile.
pub(crate) fn quarantined(connection: &Connection, after: Option<&DeliveryId>, limit: u32) -> Result<Vec<Quarantined>, Failure> {
    let mut query = Query::new(
        "SELECT id, connector, received_at, body_bytes, cause, detail, digest, tries, NULL AS head, NULL AS body
         FROM quarantine JOIN delivery ON delivery.seq = quarantine.delivery
         LEFT JOIN quarantine_content ON quarantine_content.delivery = quarantine.delivery WHERE quarantine.delivery > ",
    );
    query.bind(match after {
        Some(id) => seq(connection, id)?,
        None => 0,
    });
    query.push(" ORDER BY quarantine.delivery");
    query.page(limit);
    let rows = query.all(connection, Quarantine::read)?;
    rows.into_iter().map(|row| Ok(row.split()?.0)).collect()
}

/// One of them with its bytes.
pub(crate) fn quarantined_raw(connection: &Connection, id: &DeliveryId) -> Result<(Quarantined, Delivery), Failure> {
    let mut query = Query::new(
        "SELECT id, connector, received_at, body_bytes, cause, detail, digest, tries, head, body
         FROM quarantine JOIN delivery ON delivery.seq = quarantine.delivery
         LEFT JOIN quarantine_content ON quarantine_content.delivery = quarantine.delivery
         LEFT JOIN delivery_content ON delivery_content.delivery = quarantine.delivery WHERE delivery.id = ",
    );
    query.bind(id.0.clone());
    let row = query.first(connection, Quarantine::read)?.ok_or_else(|| not_found("delivery in quarantine", &id.0))?;
    let (quarantined, raw) = row.split()?;
    Ok((quarantined, raw.unwrap_or_default()))
}

fn seq(connection: &Connection, id: &DeliveryId) -> Result<i64, Failure> {
    let mut query = Query::new("SELECT seq FROM delivery WHERE id = ");
    query.bind(id.0.clone());
    query.first(connection, |row| row.get(0))?.ok_or_else(|| not_found("delivery", &id.0))
}

impl Quarantine {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            id: row.get(0)?,
            connector: row.get(1)?,
            received_at: row.get(2)?,
            body_bytes: row.get(3)?,
            cause: row.get(4)?,
            detail: row.get(5)?,
            digest: row.get(6)?,
            tries: row.get(7)?,
            head: row.get(8)?,
            body: row.get(9)?,
        })
    }

    fn split(self) -> Result<(Quarantined, Option<Delivery>), Failure> {
        let raw = self.head.zip(self.body).map(|(head, body)| RawContent::restore(&head, body)).transpose()?;
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
