//! The small changes: quarantine, generations, the probe.

use model::{Configuration, DeliveryId, Digest, GenerationId, Timestamp};
use rusqlite::params;

use super::accept::quarantined;
use super::cell::at;
use super::change::{Change, Failure};
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

impl Change for Quarantine {
    type Output = DeliveryId;

    fn apply(&self, session: &mut Session) -> Result<DeliveryId, Failure> {
        let seq = session.sequences.next_delivery();
        let row = "INSERT INTO delivery (seq, id, connector, channel, received_at, read_by, body_bytes, facts, duplicates)
                   VALUES (?, ?, ?, '', ?, ?, ?, 0, 0)";
        let body_bytes = i64::try_from(self.content.body.len()).unwrap_or(i64::MAX);
        session.run(row, params![seq, self.id.0, self.connector, at(self.received_at), self.read_by.0, body_bytes])?;
        let content = "INSERT INTO delivery_content (delivery, head, body) VALUES (?, ?, ?)";
        session.run(content, params![seq, self.content.head, self.content.body])?;
        let quarantine = "INSERT INTO quarantine (delivery, cause, digest, tries) VALUES (?, ?, ?, 1)";
        session.run(quarantine, params![seq, self.cause, self.digest.as_str()])?;
        session.run("INSERT INTO quarantine_content (delivery, detail) VALUES (?, ?)", params![seq, self.detail])?;
        Ok(self.id.clone())
    }
}

impl Change for Retain {
    type Output = ();

    fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        let seq = quarantined(session, &self.id)?;
        let update = "UPDATE quarantine SET cause = ?, digest = ?, tries = tries + 1 WHERE delivery = ?";
        session.run(update, params![self.cause, self.digest.as_str(), seq])?;
        session.run("UPDATE quarantine_content SET detail = ? WHERE delivery = ?", params![self.detail, seq])?;
        Ok(())
    }
}

impl Change for Remember {
    type Output = ();

    fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        let row = "INSERT INTO generation (id, configuration, remembered_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING";
        session.run(row, params![self.id.0, serde_json::to_string(&self.configuration)?, at(self.at)])?;
        Ok(())
    }
}

impl Change for Probe {
    type Output = ();

    fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        session.count("probes", 1);
        Ok(())
    }
}
