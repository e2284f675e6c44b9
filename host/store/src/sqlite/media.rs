//! Files of attachments, by content: the port `MediaStore`. They go with the words that they came with, by triggers of the database.

use async_trait::async_trait;
use dispatch::port::{MediaFile, MediaStore, NewMedia, StoreError};
use model::{Delivery, Digest, InteractionId};
use rusqlite::{OptionalExtension as _, Row, params};

use super::SqliteStore;
use super::cell::{at, cell, number};
use super::change::{Change, Failure};
use super::session::Session;
use crate::noted::RawContent;

#[async_trait]
impl MediaStore for SqliteStore {
    async fn media(&self, interaction: &InteractionId, number: u32, origin: &str) -> Result<Option<MediaFile>, StoreError> {
        let (id, origin) = (interaction.0.clone(), origin.to_owned());
        let found = self.readers.ask(move |connection| {
            let sql = "SELECT digest, media_type, size_bytes, name FROM attachment_content
                       JOIN interaction ON interaction.seq = attachment_content.interaction
                       WHERE interaction.id = ? AND number = ? AND origin = ?";
            Ok(connection.prepare_cached(sql)?.query_row(params![id, number, origin], file).optional()?)
        });
        found.await?.map(|(digest, file)| Ok(MediaFile { sha256: parsed(&digest)?, ..file })).transpose()
    }

    async fn media_bytes(&self, sha256: &Digest) -> Result<Vec<u8>, StoreError> {
        let digest = sha256.as_str().to_owned();
        let found = self.readers.ask({
            let digest = digest.clone();
            move |connection| {
                let mut bytes = connection.prepare_cached("SELECT bytes FROM media_content WHERE digest = ?")?;
                Ok(bytes.query_row([digest], |row| row.get(0)).optional()?)
            }
        });
        found.await?.ok_or(StoreError::NotFound { kind: "file", id: digest })
    }

    async fn keep_media(&self, interaction: &InteractionId, number: u32, new: NewMedia) -> Result<(), StoreError> {
        self.change(Keep { interaction: interaction.clone(), number, new, fetched_at: at(self.clock.now()) }).await
    }

    async fn raw_of(&self, interaction: &InteractionId) -> Result<Delivery, StoreError> {
        let id = interaction.0.clone();
        let found = self.readers.ask(move |connection| {
            let sql = "SELECT delivery_content.head, delivery_content.body FROM interaction
                       JOIN delivery_content ON delivery_content.delivery = interaction.delivery
                       WHERE interaction.id = ?";
            let found = connection.prepare_cached(sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let raw = found.map(|(head, body): (String, Vec<u8>)| RawContent::restore(&head, body)).transpose()?;
            Ok(raw)
        });
        found.await?.ok_or_else(|| gone(interaction))
    }
}

fn gone(interaction: &InteractionId) -> StoreError {
    StoreError::NotFound { kind: "interaction", id: interaction.0.clone() }
}

fn parsed(digest: &str) -> Result<Digest, StoreError> {
    Digest::parse(digest).ok_or_else(|| StoreError::Corrupt("a digest is none".to_owned()))
}

fn file(row: &Row<'_>) -> Result<(String, MediaFile), rusqlite::Error> {
    let size_bytes = number(row.get(2)?);
    Ok((row.get(0)?, MediaFile { sha256: Digest::default(), media_type: row.get(1)?, size_bytes, name: row.get(3)? }))
}

struct Keep {
    interaction: InteractionId,
    number: u32,
    new: NewMedia,
    fetched_at: i64,
}

impl Change for Keep {
    type Output = ();

    fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        let known = "SELECT interaction.seq FROM interaction
                     JOIN interaction_content ON interaction_content.interaction = interaction.seq WHERE interaction.id = ?";
        let Some(seq) = session.first(known, [&self.interaction.0], |row| row.get::<_, i64>(0))? else {
            return Err(Failure::Refused(gone(&self.interaction)));
        };
        let NewMedia { file, origin, bytes } = &self.new;
        // What stood there goes first, so that its file goes when nothing else names it; then the new one is never without a name.
        session.run("DELETE FROM attachment_content WHERE interaction = ? AND number = ?", params![seq, self.number])?;
        let row = "INSERT INTO attachment_content (interaction, number, origin, digest, media_type, size_bytes, name, fetched_at)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let (digest, size) = (file.sha256.as_str(), cell(file.size_bytes));
        session.run(row, params![seq, self.number, origin, digest, file.media_type, size, file.name, self.fetched_at])?;
        session.run("INSERT INTO media_content (digest, bytes) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING", params![digest, bytes])?;
        Ok(())
    }
}
