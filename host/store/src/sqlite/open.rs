//! From a path to a database that can be trusted: ours, alone, up to date.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{Migrate as _, MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use super::lock::{Lock, Unlocked, private};
use super::open_error::OpenError;
use super::session::Session;
use crate::settings::StoreSettings;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// In the header of every database that is ours; the first migration writes it.
const APPLICATION_ID: i64 = 0x5053_4D4E;
const HEADER: &[u8] = b"SQLite format 3\0";
/// The log is copied into the file when it has this many pages (16 MiB), and cut to this size after a burst.
const CHECKPOINT_PAGES: &str = "4096";
const LOG_BYTES_MAX: &str = "67108864";
const STATEMENTS_MAX: usize = 512;

/// Locks, checks and migrates the database; makes it when there is none.
pub(crate) async fn writer(path: &Path, settings: &StoreSettings) -> Result<(Session, SqliteConnectOptions, Lock), OpenError> {
    check_directory(path)?;
    check_file(path)?;
    let lock = Lock::take(path).map_err(|unlocked| match unlocked {
        Unlocked::Held(pid) => OpenError::InUse { path: path.to_owned(), pid },
        Unlocked::Io(error) => io_error(path, &error),
    })?;
    create(path).map_err(|error| io_error(path, &error))?;
    let plain = options(path, settings);
    check_owner(path, &plain).await?;
    let options = plain
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("secure_delete", "ON")
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("journal_size_limit", LOG_BYTES_MAX)
        .statement_cache_capacity(STATEMENTS_MAX);
    let failed = |error: sqlx::Error| database_error(path, &error);
    let mut connection = options.connect().await.map_err(failed)?;
    MIGRATIONS.run(&mut connection).await.map_err(|error| migrate_error(path, error))?;
    connection.close().await.map_err(failed)?;
    let session = Session::open(&options).await.map_err(failed)?;
    Ok((session, options, lock))
}

/// Connections that cannot write. They are made when they are needed.
pub(crate) fn readers(path: &Path, settings: &StoreSettings) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(settings.reader_connections_max.max(1))
        .acquire_timeout(Duration::from_millis(settings.busy_timeout_ms.max(1)))
        .test_before_acquire(false)
        .connect_lazy_with(options(path, settings).read_only(true))
}

/// Whether the file can be read by this version, beside a server that may be running.
pub(crate) async fn check_readable(path: &Path, settings: &StoreSettings) -> Result<(), OpenError> {
    check_directory(path)?;
    if !path.exists() {
        return Err(OpenError::NoDatabase { path: path.to_owned() });
    }
    check_header(path)?;
    let options = options(path, settings).read_only(true);
    check_owner(path, &options).await?;
    let failed = |error: sqlx::Error| database_error(path, &error);
    let mut connection = options.connect().await.map_err(failed)?;
    let schema = schema(&mut connection).await.map_err(failed)?;
    match (schema, known()) {
        (Some(schema), known) if schema > known => Err(OpenError::Newer { path: path.to_owned(), schema, known }),
        (Some(schema), known) if schema == known => Ok(()),
        _ => Err(OpenError::Older { path: path.to_owned() }),
    }
}

fn options(path: &Path, settings: &StoreSettings) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_millis(settings.busy_timeout_ms)).disable_statement_logging()
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
async fn check_owner(path: &Path, options: &SqliteConnectOptions) -> Result<(), OpenError> {
    let failed = |error: sqlx::Error| database_error(path, &error);
    let mut connection = options.connect().await.map_err(failed)?;
    let mark: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut connection).await.map_err(failed)?;
    let strangers = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT IN ('_sqlx_migrations', 'sqlite_sequence')";
    let tables: i64 = sqlx::query_scalar(strangers).fetch_one(&mut connection).await.map_err(failed)?;
    connection.close().await.map_err(failed)?;
    if mark == APPLICATION_ID || (mark == 0 && tables == 0) { Ok(()) } else { Err(OpenError::Foreign { path: path.to_owned() }) }
}

async fn schema(connection: &mut SqliteConnection) -> Result<Option<i64>, sqlx::Error> {
    let applied = connection.list_applied_migrations("_sqlx_migrations").await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error,
        error => sqlx::Error::Migrate(Box::new(error)),
    })?;
    Ok(applied.iter().map(|migration| migration.version).max())
}

fn known() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

fn migrate_error(path: &Path, error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(schema) => OpenError::Newer { path: path.to_owned(), schema, known: known() },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => database_error(path, &error),
        error => OpenError::Other { path: path.to_owned(), detail: error.to_string() },
    }
}

fn io_error(path: &Path, error: &io::Error) -> OpenError {
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => OpenError::ReadOnly { path },
        _ => OpenError::Other { path, detail: error.to_string() },
    }
}

/// By SQLite's primary result code.
fn database_error(path: &Path, error: &sqlx::Error) -> OpenError {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    let path = path.to_owned();
    match code.map(|code| code & 0xff) {
        Some(5 | 6) => OpenError::Locked { path },
        Some(3 | 8 | 14) => OpenError::ReadOnly { path },
        Some(26) => OpenError::NotADatabase { path },
        _ => OpenError::Other { path, detail: error.to_string() },
    }
}
