use rusqlite::Error;

/// What an error of the database means for those who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// This change is at fault: it fails alone.
    Change,
    /// Nothing can be written now (disk full, locked, out of memory): the batch fails, the next may go through.
    Moment,
    /// The connection cannot be trusted any more: the batch fails, the next gets a new connection.
    Connection,
    /// A sync failed. What the kernel shows may not be on the disk, and another sync would not tell: nothing is acknowledged until the
    /// server has been started again and the file has been recovered from its log.
    Sync,
}

impl Severity {
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::SqliteFailure(error, _) | Error::SqlInputError { error, .. } => Self::of_code(error.extended_code),
            Error::QueryReturnedNoRows
            | Error::FromSqlConversionFailure(..)
            | Error::ToSqlConversionFailure(_)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnIndex(_)
            | Error::InvalidColumnName(_)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..) => Self::Change,
            _ => Self::Connection,
        }
    }

    /// By SQLite's extended result code, <https://www.sqlite.org/rescode.html>.
    fn of_code(code: i32) -> Self {
        match (code & 0xff, code >> 8) {
            (IOERR, FSYNC | DIR_FSYNC) => Self::Sync,
            (ERROR | CONSTRAINT | MISMATCH | TOOBIG | RANGE, _) => Self::Change,
            (BUSY | LOCKED | NOMEM | FULL, _) => Self::Moment,
            _ => Self::Connection,
        }
    }
}

const ERROR: i32 = 1;
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const NOMEM: i32 = 7;
const IOERR: i32 = 10;
const FULL: i32 = 13;
const TOOBIG: i32 = 18;
const CONSTRAINT: i32 = 19;
const MISMATCH: i32 = 20;
const RANGE: i32 = 25;
const FSYNC: i32 = 4;
const DIR_FSYNC: i32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_a_severity() {
        let check = |code, expected| assert_eq!(Severity::of_code(code), expected, "{code}");
        check(2067, Severity::Change); // SQLITE_CONSTRAINT_UNIQUE
        check(1, Severity::Change);
        check(13, Severity::Moment); // SQLITE_FULL
        check(5, Severity::Moment); // SQLITE_BUSY
        check(517, Severity::Moment); // SQLITE_BUSY_SNAPSHOT
        check(778, Severity::Connection); // SQLITE_IOERR_WRITE
        check(4874, Severity::Connection); // SQLITE_IOERR_SHMSIZE: a full disk, too
        check(11, Severity::Connection); // SQLITE_CORRUPT
        check(8, Severity::Connection); // SQLITE_READONLY
        check(1034, Severity::Sync); // SQLITE_IOERR_FSYNC
        check(1290, Severity::Sync); // SQLITE_IOERR_DIR_FSYNC
        assert_eq!(Severity::of(&Error::InvalidQuery), Severity::Connection);
    }
}
