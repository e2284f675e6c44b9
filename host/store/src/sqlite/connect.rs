//! Connections and what each must be before anything is entrusted to it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Error, OpenFlags, ffi};

use crate::settings::StoreSettings;

/// The log is copied into the file when it has this many pages (16 MiB), and cut to this size after a burst.
const CHECKPOINT_PAGES: i64 = 4_096;
const LOG_BYTES_MAX: i64 = 67_108_864;
/// Pages that the writer keeps in memory; readers, whose pages are void after every commit, keep SQLite's default of 2 MiB.
const WRITER_CACHE_KIB: i64 = 32_768;
const STATEMENTS_MAX: usize = 256;

/// Where a database is and how long to wait for it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: PathBuf,
    busy_timeout: Duration,
}

impl Place {
    pub(crate) fn new(path: &Path, settings: &StoreSettings) -> Self {
        Self { path: path.to_owned(), busy_timeout: Duration::from_millis(settings.busy_timeout_ms) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A connection as it comes: for a look before anything is changed.
    pub(crate) fn plain(&self) -> Result<Connection, Error> {
        self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// A connection that cannot write.
    pub(crate) fn reader(&self) -> Result<Connection, Error> {
        self.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// A connection whose commits are on the disk when they return. It is refused when it does not say so itself. What an earlier
    /// process had written to the log without a sync is made durable first: nothing that is read here can be lost afterwards.
    pub(crate) fn writer(&self) -> Result<Connection, Error> {
        let connection = self.plain()?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        connection.pragma_update(None, "journal_size_limit", LOG_BYTES_MAX)?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        check(&connection)?;
        empty_log(&connection)?;
        Ok(connection)
    }

    fn connect(&self, access: OpenFlags) -> Result<Connection, Error> {
        let connection = Connection::open_with_flags(&self.path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(self.busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        Ok(connection)
    }
}

/// Journal mode and synchronous level, as the connection tells them.
pub(crate) fn promises(connection: &Connection) -> Result<(String, i64), Error> {
    let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let level = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    Ok((mode, level))
}

fn check(connection: &Connection) -> Result<(), Error> {
    const FULL: i64 = 2;
    match promises(connection)? {
        (mode, FULL) if mode == "wal" => Ok(()),
        (mode, level) => {
            let why = format!("the connection does not promise durable commits: journal mode {mode}, synchronous {level}");
            Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_MISUSE), Some(why)))
        }
    }
}

/// Copies the log into the file, with a sync, and begins a new one. After a failed sync the log that the system shows may not be the log
/// on the disk: whatever was appended to it would be lost with the frame that is missing.
fn empty_log(connection: &Connection) -> Result<(), Error> {
    let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))?;
    if busy { Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)) } else { Ok(()) }
}
