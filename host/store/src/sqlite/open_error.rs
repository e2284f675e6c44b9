use std::path::PathBuf;

use thiserror::Error;

/// Why a database was not opened. Each text says what to do.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another server decides on it.
    #[error("`{}` is in use by another server{}: stop that one, or give this one a database of its own", path.display(), process(*.pid))]
    InUse {
        /// The database.
        path: PathBuf,
        /// The other server.
        pid: Option<u32>,
    },
    /// Some other program holds SQLite's own lock on it.
    #[error("`{}` is locked by another program: close it (a database shell, a backup) and try again", path.display())]
    Locked {
        /// The database.
        path: PathBuf,
    },
    /// It or its directory must not be written to.
    #[error("`{}` cannot be written to: give the server's user the right to write to the file and its directory", path.display())]
    ReadOnly {
        /// The database.
        path: PathBuf,
    },
    /// There is no such directory.
    #[error("the directory `{}` does not exist: create it, or name another path for the database", path.display())]
    NoDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// There is no such file, and a reader makes none.
    #[error("there is no database `{}`: start the server once, or name another path", path.display())]
    NoDatabase {
        /// The database.
        path: PathBuf,
    },
    /// The file is something else, or damaged in its first bytes.
    #[error("`{}` is not an SQLite database: name another path, or restore the file from a backup", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// An SQLite database of another program.
    #[error("`{}` is a database of another program: name another path", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A later version has written it.
    #[error("`{}` was written by a later version (its schema is {schema}, this version knows {known}): use that version", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// The schema in the file.
        schema: i64,
        /// The latest that is known here.
        known: i64,
    },
    /// An earlier version has written it, and a reader does not change it.
    #[error("`{}` was written by an earlier version: start the server once, which brings it up to date", path.display())]
    Older {
        /// The database.
        path: PathBuf,
    },
    /// Anything else.
    #[error("`{}` cannot be opened: {detail}", path.display())]
    Other {
        /// The database.
        path: PathBuf,
        /// In SQLite's or the system's words.
        detail: String,
    },
}

fn process(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}
