//! Writing a delivery with its facts.

use async_trait::async_trait;
use dispatch::port::{Accepted, StoreError};
use model::DeliveryId;

use super::cell::at;
use super::change::{Change, Failure};
use super::fact::{self, Kept};
use super::script::Script;
use super::session::Session;
use crate::noted::NotedDelivery;

/// Commits a delivery with its facts and cursor.
pub(crate) struct Accept(pub(crate) NotedDelivery);

/// Takes a delivery out of quarantine and commits its facts under its old id.
pub(crate) struct Release(pub(crate) NotedDelivery);

#[async_trait]
impl Change for Accept {
    type Output = Accepted;

    async fn apply(&self, session: &mut Session) -> Result<Accepted, Failure> {
        let seq = session.sequences.next_delivery();
        let mut script = Script::default();
        insert(&mut script, seq, &self.0);
        facts(session, script, &self.0, seq).await
    }
}

#[async_trait]
impl Change for Release {
    type Output = Accepted;

    async fn apply(&self, session: &mut Session) -> Result<Accepted, Failure> {
        let seq = quarantined(session, &self.0.id).await?;
        let mut script = Script::default();
        script.then("DELETE FROM quarantine WHERE delivery = ?").bind(seq);
        script
            .then("UPDATE delivery SET channel = ?, read_by = ? WHERE seq = ?")
            .bind(self.0.channel.as_str())
            .bind(self.0.read_by.0.as_str())
            .bind(seq);
        facts(session, script, &self.0, seq).await
    }
}

/// The sequence number of a delivery in quarantine.
pub(crate) async fn quarantined(session: &mut Session, id: &DeliveryId) -> Result<i64, Failure> {
    sqlx::query_scalar("SELECT delivery.seq FROM delivery JOIN quarantine ON quarantine.delivery = delivery.seq WHERE id = ?")
        .bind(id.0.as_str())
        .fetch_optional(&mut session.connection)
        .await?
        .ok_or_else(|| Failure::Refused(StoreError::NotFound { kind: "delivery in quarantine", id: id.to_string() }))
}

/// Keeps the facts after what the script begins with, so that the usual delivery of one fact takes one trip to look and one to write.
async fn facts(session: &mut Session, mut script: Script, delivery: &NotedDelivery, seq: i64) -> Result<Accepted, Failure> {
    let mut accepted = Accepted { delivery: delivery.id.clone(), ..Accepted::default() };
    for (at, noted) in delivery.facts.iter().enumerate() {
        if at > 0 {
            // What this fact finds may be what the one before wrote.
            std::mem::take(&mut script).run(&mut session.connection).await?;
        }
        match fact::keep(session, &mut script, delivery, seq, noted).await? {
            Kept::Known => accepted.duplicates += 1,
            Kept::New(occasion) => {
                accepted.facts += 1;
                accepted.interactions.extend(occasion);
            }
        }
    }
    script.then("UPDATE delivery SET facts = ?, duplicates = ? WHERE seq = ?").bind(accepted.facts).bind(accepted.duplicates).bind(seq);
    if let Some(cursor) = &delivery.cursor {
        script
            .then(
                "INSERT INTO cursor (connector, position) VALUES (?, ?) ON CONFLICT (connector) DO UPDATE SET position = excluded.position",
            )
            .bind(delivery.connector.as_str())
            .bind(cursor.as_slice());
    }
    script.run(&mut session.connection).await?;
    session.count("deliveries", 1);
    Ok(accepted)
}

fn insert(script: &mut Script, seq: i64, delivery: &NotedDelivery) {
    script
        .then(
            "INSERT INTO delivery (seq, id, connector, channel, received_at, read_by, body_bytes, facts, duplicates)
             VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)",
        )
        .bind(seq)
        .bind(delivery.id.0.as_str())
        .bind(delivery.connector.as_str())
        .bind(delivery.channel.as_str())
        .bind(at(delivery.received_at))
        .bind(delivery.read_by.0.as_str())
        .bind(i64::try_from(delivery.content.body.len()).unwrap_or(i64::MAX));
    script
        .then("INSERT INTO delivery_content (delivery, head, body) VALUES (?, ?, ?)")
        .bind(seq)
        .bind(delivery.content.head.as_str())
        .bind(delivery.content.body.as_slice());
}
