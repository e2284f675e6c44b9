use async_trait::async_trait;
use model::{Delivery, Digest, InteractionId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{EgressError, Nothing, StoreError};

/// The file of an attachment, as it was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFile {
    /// SHA-256 of its bytes: the same file is kept once.
    pub sha256: Digest,
    /// By its bytes, not by what the channel says.
    pub media_type: String,
    /// Of all its bytes.
    pub size_bytes: u64,
    /// As the channel gives it; never a path to write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A file to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMedia {
    /// What it is.
    pub file: MediaFile,
    /// Where the interaction says it is, so that it does not stand for another one after an edit.
    pub origin: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Where files are kept, as long as the words that they came with.
#[async_trait]
pub trait MediaStore: Send + Sync {
    /// The file that was fetched for an attachment from this origin; none when it was not.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn media(&self, interaction: &InteractionId, number: u32, origin: &str) -> Result<Option<MediaFile>, StoreError>;
    /// The bytes of a file.
    ///
    /// # Errors
    /// `NotFound` when they are not there (any more).
    async fn media_bytes(&self, sha256: &Digest) -> Result<Vec<u8>, StoreError>;
    /// Keeps a file for an attachment, instead of what was kept for it before.
    ///
    /// # Errors
    /// `NotFound` when there is no such interaction, or its words were erased.
    async fn keep_media(&self, interaction: &InteractionId, number: u32, new: NewMedia) -> Result<(), StoreError>;
    /// The delivery that an interaction came with.
    ///
    /// # Errors
    /// `NotFound` when it was erased.
    async fn raw_of(&self, interaction: &InteractionId) -> Result<Delivery, StoreError>;
}

/// Why there is no file.
#[derive(Debug, Error)]
pub enum MediaError {
    /// No such interaction or attachment.
    #[error("the interaction has no attachment {0}")]
    NoAttachment(u32),
    /// It was not fetched yet.
    #[error("the attachment was not fetched yet")]
    NotFetched,
    /// The connector that read it does not serve any more, or cannot say where the file is.
    #[error("{0}")]
    NoWay(String),
    /// It was not let out, or nobody answered.
    #[error("the file could not be fetched: {0}")]
    Egress(EgressError),
    /// The channel answered something else than the file.
    #[error("the channel answered with status {0}")]
    Status(u16),
    /// What came is not kept.
    #[error("the file is not kept: {0}")]
    Refused(String),
    /// Too many are fetched at a time.
    #[error("too many files are fetched at a time")]
    Busy,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Fetches the files of attachments, and hands them out.
#[async_trait]
pub trait Media: Send + Sync {
    /// Fetches the file of an attachment, unless it is there.
    ///
    /// # Errors
    /// See [`MediaError`].
    async fn fetch(&self, interaction: &InteractionId, number: u32) -> Result<MediaFile, MediaError>;
    /// A file that was fetched, with its bytes.
    ///
    /// # Errors
    /// See [`MediaError`].
    async fn file(&self, interaction: &InteractionId, number: u32) -> Result<(MediaFile, Vec<u8>), MediaError>;
}

#[async_trait]
impl Media for Nothing {
    async fn fetch(&self, _interaction: &InteractionId, number: u32) -> Result<MediaFile, MediaError> {
        Err(MediaError::NoAttachment(number))
    }

    async fn file(&self, _interaction: &InteractionId, number: u32) -> Result<(MediaFile, Vec<u8>), MediaError> {
        Err(MediaError::NoAttachment(number))
    }
}
