//! The database's form: migrations in order, each applied once.

use rusqlite::{Connection, Error, OptionalExtension as _};

/// Never changed once released: a new form is a new file.
const MIGRATIONS: [&str; 5] = [
    include_str!("../../migrations/0001_store.sql"),
    include_str!("../../migrations/0002_fault.sql"),
    include_str!("../../migrations/0003_history.sql"),
    include_str!("../../migrations/0004_outbox.sql"),
    include_str!("../../migrations/0005_kept.sql"),
];

/// Where the first form's number is kept, in databases that were made before the number moved into the file's header.
const FORMER: &str = "_sqlx_migrations";

/// The form that this version writes.
pub(crate) fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The form of a database; zero when it is empty.
pub(crate) fn version(connection: &Connection) -> Result<i64, Error> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > 0 {
        return Ok(version);
    }
    let former = connection.query_row("SELECT 1 FROM sqlite_master WHERE name = ?", [FORMER], |_| Ok(())).optional()?;
    match former {
        Some(()) => connection.query_row("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success", (), |row| row.get(0)),
        None => Ok(0),
    }
}

/// Brings a database of an earlier form up to date, step by step, each step whole or not at all. A later form is left as it is.
pub(crate) fn migrate(connection: &Connection) -> Result<(), Error> {
    let from = version(connection)?;
    for (number, migration) in (1_i64..).zip(MIGRATIONS) {
        if number > from {
            apply(connection, number, migration)?;
        }
    }
    Ok(())
}

fn apply(connection: &Connection, number: i64, migration: &str) -> Result<(), Error> {
    let step = format!("BEGIN IMMEDIATE; {migration}; DROP TABLE IF EXISTS {FORMER}; PRAGMA user_version = {number}; COMMIT");
    connection.execute_batch(&step).inspect_err(|_| {
        // Fails when SQLite has rolled back by itself.
        let _already = connection.execute_batch("ROLLBACK");
    })
}
