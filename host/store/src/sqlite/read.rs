//! What readers ask. Nothing here writes; every list has a bound.

pub(crate) mod conversations;
pub(crate) mod decisions;
pub(crate) mod deliveries;
pub(crate) mod interactions;
pub(crate) mod queues;
pub(crate) mod totals;
pub(crate) mod work;

use dispatch::port::StoreError;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{FromRow, QueryBuilder, Sqlite};

use super::change::store_error;
use crate::noted::broken;

/// Rows of a page.
const PAGE_ROWS_MAX: u32 = 500;

/// A query put together from literals and bound values.
type Query = QueryBuilder<Sqlite>;

async fn all<T>(readers: &SqlitePool, query: &mut Query) -> Result<Vec<T>, StoreError>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    query.build_query_as().fetch_all(readers).await.map_err(|error| store_error(&error))
}

async fn first<T>(readers: &SqlitePool, query: &mut Query) -> Result<Option<T>, StoreError>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    query.build_query_as().fetch_optional(readers).await.map_err(|error| store_error(&error))
}

fn page(query: &mut Query, limit: u32) {
    query.push(" LIMIT ").push_bind(limit.min(PAGE_ROWS_MAX));
}

fn not_found(kind: &'static str, id: &str) -> StoreError {
    StoreError::NotFound { kind, id: id.to_owned() }
}

/// What the store wrote as JSON.
fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Corrupt(broken(&error)))
}
