//! Writing a delivery with its facts.

use dispatch::port::{Accepted, StoreError};
use model::DeliveryId;
use rusqlite::params;

use super::cell::at;
use super::change::{Change, Failure};
use super::fact::{self, Kept};
use super::session::Session;
use crate::noted::NotedDelivery;

/// Commits a delivery with its facts and cursor.
pub(crate) struct Accept(pub(crate) NotedDelivery);

/// Takes a delivery out of quarantine and commits its facts under its old id.
pub(crate) struct Release(pub(crate) NotedDelivery);

impl Change for Accept {
    type Output = Accepted;

    fn apply(&self, session: &mut Session) -> Result<Accepted, Failure> {
        let seq = session.sequences.next_delivery();
        // Nearly always all its facts are new.
        let expected = u32::try_from(self.0.facts.len()).unwrap_or(u32::MAX);
        insert(session, seq, &self.0, expected)?;
        facts(session, &self.0, seq, expected)
    }
}

impl Change for Release {
    type Output = Accepted;

    fn apply(&self, session: &mut Session) -> Result<Accepted, Failure> {
        let seq = quarantined(session, &self.0.id)?;
        session.run("DELETE FROM quarantine WHERE delivery = ?", [seq])?;
        let update = "UPDATE delivery SET channel = ?, read_by = ? WHERE seq = ?";
        session.run(update, params![self.0.channel, self.0.read_by.0, seq])?;
        facts(session, &self.0, seq, 0)
    }
}

/// The sequence number of a delivery in quarantine.
pub(crate) fn quarantined(session: &Session, id: &DeliveryId) -> Result<i64, Failure> {
    let sql = "SELECT delivery.seq FROM delivery JOIN quarantine ON quarantine.delivery = delivery.seq WHERE id = ?";
    let seq = session.first(sql, [&id.0], |row| row.get(0))?;
    seq.ok_or_else(|| Failure::Refused(StoreError::NotFound { kind: "delivery in quarantine", id: id.to_string() }))
}

fn facts(session: &mut Session, delivery: &NotedDelivery, seq: i64, expected: u32) -> Result<Accepted, Failure> {
    let mut accepted = Accepted { delivery: delivery.id.clone(), ..Accepted::default() };
    for noted in &delivery.facts {
        match fact::keep(session, delivery, seq, noted)? {
            Kept::Known => accepted.duplicates += 1,
            Kept::New(occasion) => {
                accepted.facts += 1;
                accepted.interactions.extend(occasion);
            }
        }
    }
    if (accepted.facts, accepted.duplicates) != (expected, 0) {
        session.run("UPDATE delivery SET facts = ?, duplicates = ? WHERE seq = ?", (accepted.facts, accepted.duplicates, seq))?;
    }
    if let Some(cursor) = &delivery.cursor {
        let upsert =
            "INSERT INTO cursor (connector, position) VALUES (?, ?) ON CONFLICT (connector) DO UPDATE SET position = excluded.position";
        session.run(upsert, params![delivery.connector, cursor])?;
    }
    session.count("deliveries", 1);
    Ok(accepted)
}

fn insert(session: &Session, seq: i64, delivery: &NotedDelivery, facts: u32) -> Result<(), Failure> {
    let row = "INSERT INTO delivery (seq, id, connector, channel, received_at, read_by, body_bytes, facts, duplicates)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)";
    let body_bytes = i64::try_from(delivery.content.body.len()).unwrap_or(i64::MAX);
    let received_at = at(delivery.received_at);
    let values = params![seq, delivery.id.0, delivery.connector, delivery.channel, received_at, delivery.read_by.0, body_bytes, facts];
    session.run(row, values)?;
    let content = "INSERT INTO delivery_content (delivery, head, body) VALUES (?, ?, ?)";
    session.run(content, params![seq, delivery.content.head, delivery.content.body])?;
    Ok(())
}
