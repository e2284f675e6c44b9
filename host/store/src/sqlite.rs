//! The store on one machine: an SQLite file, one writer, a few readers.

mod accept;
mod cell;
mod change;
mod connect;
mod conversation;
mod decide;
mod edit;
mod fact;
mod fault;
mod history;
mod keep;
mod label;
mod lock;
mod media;
mod occasion;
mod open;
mod open_error;
mod outbox;
mod port;
mod read;
mod readers;
mod schema;
mod session;
mod severity;
mod state;
mod swap;
#[cfg(test)]
mod tests;
mod token;
mod waiting;
mod withdraw;
mod withdrawals;
mod writer;

use std::io;
use std::path::Path;
use std::sync::Arc;

use dispatch::port::{Clock, StoreError, SystemClock};

use self::change::Change;
use self::connect::Place;
use self::readers::Readers;
use self::waiting::Waiting;
use self::writer::Writer;
use crate::settings::StoreSettings;

pub use self::open_error::OpenError;

/// A database file. Clones share it; the file is closed when all are gone, or by [`SqliteStore::close`].
#[derive(Clone)]
pub struct SqliteStore {
    /// None: reads only.
    writer: Option<Writer>,
    readers: Readers,
    /// Empty without a writer.
    waiting: Arc<Waiting>,
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
        let place = Place::new(path.as_ref(), &settings);
        let opened = off(&place, open::writer).await??;
        let waiting = Arc::new(Waiting::default());
        let failed = |error: io::Error| OpenError::Other { path: place.path().to_owned(), detail: error.to_string() };
        let readers = Readers::start(&place, &settings).map_err(failed)?;
        let writer = Writer::start(opened, place.clone(), Arc::clone(&waiting), &settings).map_err(failed)?;
        Ok(Self { writer: Some(writer), readers, waiting, clock })
    }

    /// Opens the database for reading, beside a server or without one. Whatever writes is answered `Unavailable`.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_reader(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let settings = StoreSettings::default();
        let place = Place::new(path.as_ref(), &settings);
        off(&place, open::check_readable).await??;
        let failed = |error: io::Error| OpenError::Other { path: place.path().to_owned(), detail: error.to_string() };
        let readers = Readers::start(&place, &settings).map_err(failed)?;
        Ok(Self { writer: None, readers, waiting: Arc::default(), clock: Arc::new(SystemClock) })
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

/// Opening may wait for the disk and for locks.
async fn off<T: Send + 'static>(place: &Place, open: fn(&Place) -> Result<T, OpenError>) -> Result<Result<T, OpenError>, OpenError> {
    let opened = place.clone();
    let failed = |error: tokio::task::JoinError| OpenError::Other { path: place.path().to_owned(), detail: error.to_string() };
    tokio::task::spawn_blocking(move || open(&opened)).await.map_err(failed)
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("writes", &self.writer.is_some()).finish_non_exhaustive()
    }
}
