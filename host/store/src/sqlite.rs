//! The store on one machine: an SQLite file, one writer, a few readers.

mod accept;
mod cell;
mod change;
mod conversation;
mod decide;
mod edit;
mod fact;
mod keep;
mod lock;
mod open;
mod open_error;
mod port;
mod read;
mod script;
mod session;
mod severity;
mod state;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;

use dispatch::port::{Clock, StoreError, SystemClock};
use sqlx::SqlitePool;

use self::change::Change;
use self::writer::Writer;
use crate::settings::StoreSettings;

pub use self::open_error::OpenError;

/// A database file. Clones share it; the file is closed when all are gone, or by [`SqliteStore::close`].
#[derive(Clone)]
pub struct SqliteStore {
    /// None: reads only.
    writer: Option<Writer>,
    readers: SqlitePool,
    clock: Arc<dyn Clock>,
}

impl SqliteStore {
    /// Opens the database for the one server that decides on it; makes it when there is none, brings an older one up to date.
    ///
    /// # Errors
    /// See [`OpenError`]: nothing was changed unless the database is ours.
    pub async fn open(path: impl AsRef<Path>, settings: StoreSettings) -> Result<Self, OpenError> {
        Self::open_with_clock(path, settings, Arc::new(SystemClock)).await
    }

    /// As [`Self::open`], with the clock by which plugins' state expires.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_with_clock(path: impl AsRef<Path>, settings: StoreSettings, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let (session, options, lock) = open::writer(path, &settings).await?;
        let writer = Writer::start(session, options, lock, &settings);
        Ok(Self { writer: Some(writer), readers: open::readers(path, &settings), clock })
    }

    /// Opens the database for reading, beside a server or without one. Whatever writes is answered `Unavailable`.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_reader(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let settings = StoreSettings::default();
        open::check_readable(path, &settings).await?;
        Ok(Self { writer: None, readers: open::readers(path, &settings), clock: Arc::new(SystemClock) })
    }

    /// Writes what waits, refuses what comes later and closes the file. Returns when another server may open it.
    pub async fn close(&self) {
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }

    async fn change<C: Change>(&self, change: C) -> Result<C::Output, StoreError> {
        match &self.writer {
            Some(writer) => writer.change(change).await,
            None => Err(StoreError::Unavailable("it was opened for reading only".to_owned())),
        }
    }
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("writes", &self.writer.is_some()).finish_non_exhaustive()
    }
}
