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
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => error.code().and_then(|code| code.parse().ok()).map_or(Self::Connection, Self::of_code),
            sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Encode(_)
            | sqlx::Error::Decode(_) => Self::Change,
            _ => Self::Connection,
        }
    }

    /// By SQLite's extended result code, <https://www.sqlite.org/rescode.html>.
    fn of_code(code: u32) -> Self {
        match (code & 0xff, code >> 8) {
            (IOERR, FSYNC | DIR_FSYNC) => Self::Sync,
            (ERROR | CONSTRAINT | MISMATCH | TOOBIG | RANGE, _) => Self::Change,
            (BUSY | LOCKED | NOMEM | FULL, _) => Self::Moment,
            _ => Self::Connection,
        }
    }
}

const ERROR: u32 = 1;
const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const NOMEM: u32 = 7;
const IOERR: u32 = 10;
const FULL: u32 = 13;
const TOOBIG: u32 = 18;
const CONSTRAINT: u32 = 19;
const MISMATCH: u32 = 20;
const RANGE: u32 = 25;
const FSYNC: u32 = 4;
const DIR_FSYNC: u32 = 5;

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
        assert_eq!(Severity::of(&sqlx::Error::WorkerCrashed), Severity::Connection);
    }
}
