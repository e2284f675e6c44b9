//! SQLite's integers are signed; the domain's are not.

use model::Timestamp;

/// As a column keeps it. Nothing we count comes near the end.
pub(crate) fn cell(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A time as a column keeps it.
pub(crate) fn at(time: Timestamp) -> i64 {
    cell(time.0)
}

/// A count from a column.
pub(crate) fn count(cell: i64) -> u32 {
    u32::try_from(cell.max(0)).unwrap_or(u32::MAX)
}

/// A number from a column.
pub(crate) fn number(cell: i64) -> u64 {
    u64::try_from(cell).unwrap_or_default()
}

/// A time from a column.
pub(crate) fn time(cell: i64) -> Timestamp {
    Timestamp(number(cell))
}
