use std::collections::BTreeMap;

use dispatch::port::{StoreError, Totals};
use model::{Configuration, GenerationId};
use sqlx::SqlitePool;

use super::{Query, all, first, not_found, parse};
use crate::sqlite::cell::number;

/// From the counters; only what is small is counted anew.
pub(crate) async fn totals(readers: &SqlitePool) -> Result<Totals, StoreError> {
    let mut query = Query::new(
        "SELECT name, count FROM tally
         UNION ALL SELECT 'quarantined', count(*) FROM quarantine
         UNION ALL SELECT 'pending', count(*) FROM occasion",
    );
    let rows: Vec<(String, i64)> = all(readers, &mut query).await?;
    let counts: BTreeMap<String, u64> = rows.into_iter().map(|(name, count)| (name, number(count))).collect();
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    let facts = counts.iter().filter_map(|(name, count)| Some((name.strip_prefix("facts.")?.to_owned(), *count)));
    Ok(Totals {
        deliveries: count("deliveries"),
        quarantined: count("quarantined"),
        facts: facts.collect(),
        interactions: count("interactions"),
        pending: count("pending"),
        decisions: count("decisions"),
        effects_pending: count("effects.pending"),
    })
}

/// Where a connector's feed or connection resumes.
pub(crate) async fn cursor(readers: &SqlitePool, connector: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut query = Query::new("SELECT position FROM cursor WHERE connector = ");
    query.push_bind(connector.to_owned());
    let row: Option<(Vec<u8>,)> = first(readers, &mut query).await?;
    Ok(row.map(|(position,)| position))
}

/// The configuration of a generation.
pub(crate) async fn generation(readers: &SqlitePool, id: &GenerationId) -> Result<Configuration, StoreError> {
    let mut query = Query::new("SELECT configuration FROM generation WHERE id = ");
    query.push_bind(id.0.clone());
    let row: Option<(String,)> = first(readers, &mut query).await?;
    row.ok_or_else(|| not_found("generation", &id.0)).and_then(|(json,)| parse(&json))
}
