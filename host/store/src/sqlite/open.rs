//! From a path to a database that can be trusted: ours, alone, up to date.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use rusqlite::Error;

use super::connect::Place;
use super::lock::{Lock, Unlocked, private};
use super::open_error::OpenError;
use super::schema;
use super::session::Session;

/// In the header of every database that is ours; the first migration writes it.
const APPLICATION_ID: i64 = 0x5053_4D4E;
const HEADER: &[u8] = b"SQLite format 3\0";

/// Locks, checks and migrates the database; makes it when there is none.
pub(crate) fn writer(place: &Place) -> Result<(Session, Lock), OpenError> {
    let path = place.path();
    check_directory(path)?;
    check_file(path)?;
    let lock = Lock::take(path).map_err(|unlocked| match unlocked {
        Unlocked::Held(pid) => OpenError::InUse { path: path.to_owned(), pid },
        Unlocked::Io(error) => io_error(path, &error),
    })?;
    create(path).map_err(|error| io_error(path, &error))?;
    let failed = |error: Error| database_error(path, &error);
    let plain = place.plain().map_err(failed)?;
    check_owner(path, &plain)?;
    check_version(path, &plain)?;
    drop(plain);
    let connection = place.writer().map_err(failed)?;
    schema::migrate(&connection).map_err(failed)?;
    drop(connection);
    Ok((Session::open(place).map_err(failed)?, lock))
}

/// Whether the file can be read by this version, beside a server that may be running.
pub(crate) fn check_readable(place: &Place) -> Result<(), OpenError> {
    let path = place.path();
    check_directory(path)?;
    if !path.exists() {
        return Err(OpenError::NoDatabase { path: path.to_owned() });
    }
    check_header(path)?;
    let connection = place.reader().map_err(|error| database_error(path, &error))?;
    check_owner(path, &connection)?;
    match check_version(path, &connection)? {
        version if version == schema::known() => Ok(()),
        _ => Err(OpenError::Older { path: path.to_owned() }),
    }
}

fn check_directory(path: &Path) -> Result<(), OpenError> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    if directory.is_dir() { Ok(()) } else { Err(OpenError::NoDirectory { path: directory }) }
}

/// Mode bits count even for a superuser, who could write all the same: whoever took them away meant it.
fn check_file(path: &Path) -> Result<(), OpenError> {
    let read_only = |path: &Path| path.metadata().is_ok_and(|metadata| metadata.permissions().readonly());
    if path.is_dir() {
        return Err(OpenError::NotADatabase { path: path.to_owned() });
    }
    if read_only(path) || path.parent().is_some_and(read_only) {
        return Err(OpenError::ReadOnly { path: path.to_owned() });
    }
    if path.exists() { check_header(path) } else { Ok(()) }
}

fn check_header(path: &Path) -> Result<(), OpenError> {
    let file = std::fs::File::open(path).map_err(|error| io_error(path, &error))?;
    let mut header = Vec::with_capacity(HEADER.len());
    file.take(16).read_to_end(&mut header).map_err(|error| io_error(path, &error))?;
    // An empty file is a database that was never written to.
    if header.is_empty() || header == HEADER { Ok(()) } else { Err(OpenError::NotADatabase { path: path.to_owned() }) }
}

fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    private(&mut options);
    options.open(path).map(drop)
}

/// Before anything is changed in it: nobody's browser history becomes a store.
fn check_owner(path: &Path, connection: &rusqlite::Connection) -> Result<(), OpenError> {
    let failed = |error: Error| database_error(path, &error);
    let mark: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    let strangers = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT IN ('_sqlx_migrations', 'sqlite_sequence')";
    let tables: i64 = connection.query_row(strangers, (), |row| row.get(0)).map_err(failed)?;
    if mark == APPLICATION_ID || (mark == 0 && tables == 0) { Ok(()) } else { Err(OpenError::Foreign { path: path.to_owned() }) }
}

/// The form of the database, unless a later version has written it.
fn check_version(path: &Path, connection: &rusqlite::Connection) -> Result<i64, OpenError> {
    let version = schema::version(connection).map_err(|error| database_error(path, &error))?;
    let known = schema::known();
    if version > known { Err(OpenError::Newer { path: path.to_owned(), schema: version, known }) } else { Ok(version) }
}

fn io_error(path: &Path, error: &io::Error) -> OpenError {
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => OpenError::ReadOnly { path },
        _ => OpenError::Other { path, detail: error.to_string() },
    }
}

/// By SQLite's primary result code.
fn database_error(path: &Path, error: &Error) -> OpenError {
    let code = error.sqlite_error().map(|error| error.extended_code & 0xff);
    let path = path.to_owned();
    match code {
        Some(5 | 6) => OpenError::Locked { path },
        Some(3 | 8 | 14) => OpenError::ReadOnly { path },
        Some(26) => OpenError::NotADatabase { path },
        _ => OpenError::Other { path, detail: error.to_string() },
    }
}
