//! The small changes: quarantine, generations, the probe.

use async_trait::async_trait;
use model::{Configuration, DeliveryId, Digest, GenerationId, Timestamp};

use super::accept::quarantined;
use super::cell::at;
use super::change::{Change, Failure};
use super::script::Script;
use super::session::Session;
use crate::noted::RawContent;

/// Keeps a delivery that could not be read.
pub(crate) struct Quarantine {
    pub(crate) id: DeliveryId,
    pub(crate) connector: String,
    pub(crate) received_at: Timestamp,
    pub(crate) read_by: GenerationId,
    pub(crate) content: RawContent,
    pub(crate) cause: String,
    pub(crate) detail: String,
    pub(crate) digest: Digest,
}

/// Notes that another try failed.
pub(crate) struct Retain {
    pub(crate) id: DeliveryId,
    pub(crate) cause: String,
    pub(crate) detail: String,
    pub(crate) digest: Digest,
}

/// Remembers a generation.
pub(crate) struct Remember {
    pub(crate) id: GenerationId,
    pub(crate) configuration: Configuration,
    pub(crate) at: Timestamp,
}

/// Writes and syncs something of no meaning: the only proof that the next delivery can be kept.
pub(crate) struct Probe;

#[async_trait]
impl Change for Quarantine {
    type Output = DeliveryId;

    async fn apply(&self, session: &mut Session) -> Result<DeliveryId, Failure> {
        let seq = session.sequences.next_delivery();
        let mut script = Script::default();
        script
            .then(
                "INSERT INTO delivery (seq, id, connector, channel, received_at, read_by, body_bytes, facts, duplicates)
                 VALUES (?, ?, ?, '', ?, ?, ?, 0, 0)",
            )
            .bind(seq)
            .bind(self.id.0.as_str())
            .bind(self.connector.as_str())
            .bind(at(self.received_at))
            .bind(self.read_by.0.as_str())
            .bind(i64::try_from(self.content.body.len()).unwrap_or(i64::MAX));
        script
            .then("INSERT INTO delivery_content (delivery, head, body) VALUES (?, ?, ?)")
            .bind(seq)
            .bind(self.content.head.as_str())
            .bind(self.content.body.as_slice());
        script
            .then("INSERT INTO quarantine (delivery, cause, digest, tries) VALUES (?, ?, ?, 1)")
            .bind(seq)
            .bind(self.cause.as_str())
            .bind(self.digest.as_str());
        script.then("INSERT INTO quarantine_content (delivery, detail) VALUES (?, ?)").bind(seq).bind(self.detail.as_str());
        script.run(&mut session.connection).await?;
        Ok(self.id.clone())
    }
}

#[async_trait]
impl Change for Retain {
    type Output = ();

    async fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        let seq = quarantined(session, &self.id).await?;
        let mut script = Script::default();
        script
            .then("UPDATE quarantine SET cause = ?, digest = ?, tries = tries + 1 WHERE delivery = ?")
            .bind(self.cause.as_str())
            .bind(self.digest.as_str())
            .bind(seq);
        script.then("UPDATE quarantine_content SET detail = ? WHERE delivery = ?").bind(self.detail.as_str()).bind(seq);
        Ok(script.run(&mut session.connection).await?)
    }
}

#[async_trait]
impl Change for Remember {
    type Output = ();

    async fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        let mut script = Script::default();
        script
            .then("INSERT INTO generation (id, configuration, remembered_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING")
            .bind(self.id.0.as_str())
            .bind(serde_json::to_string(&self.configuration)?)
            .bind(at(self.at));
        Ok(script.run(&mut session.connection).await?)
    }
}

#[async_trait]
impl Change for Probe {
    type Output = ();

    async fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        session.count("probes", 1);
        Ok(())
    }
}
