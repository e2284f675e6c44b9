//! What readers ask. Nothing here writes; every list has a bound.

pub(crate) mod audit;
mod brief;
pub(crate) mod conversations;
pub(crate) mod decisions;
pub(crate) mod deliveries;
pub(crate) mod faults;
pub(crate) mod interactions;
pub(crate) mod outbox;
pub(crate) mod outgoing;
pub(crate) mod queues;
pub(crate) mod recorded;
pub(crate) mod swaps;
pub(crate) mod totals;
pub(crate) mod work;

use dispatch::port::StoreError;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use super::change::Failure;

/// Rows of a page.
const PAGE_ROWS_MAX: u32 = 500;

/// A query put together from literals and bound values.
struct Query {
    sql: String,
    values: Vec<Value>,
}

impl Query {
    fn new(sql: &'static str) -> Self {
        Self { sql: sql.to_owned(), values: Vec::new() }
    }

    fn push(&mut self, sql: &'static str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.sql.push('?');
        self.values.push(value.into());
        self
    }

    fn page(&mut self, limit: u32) -> &mut Self {
        self.push(" LIMIT ").bind(limit.min(PAGE_ROWS_MAX))
    }

    fn all<T>(&self, connection: &Connection, read: impl FnMut(&Row<'_>) -> Result<T, rusqlite::Error>) -> Result<Vec<T>, Failure> {
        let mut statement = connection.prepare_cached(&self.sql)?;
        let rows = statement.query_map(params_from_iter(&self.values), read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn first<T>(&self, connection: &Connection, read: impl FnOnce(&Row<'_>) -> Result<T, rusqlite::Error>) -> Result<Option<T>, Failure> {
        let mut statement = connection.prepare_cached(&self.sql)?;
        Ok(statement.query_row(params_from_iter(&self.values), read).optional()?)
    }
}

fn not_found(kind: &'static str, id: &str) -> Failure {
    Failure::Refused(StoreError::NotFound { kind, id: id.to_owned() })
}

/// What the store wrote as JSON.
fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, Failure> {
    Ok(serde_json::from_str(json)?)
}
