//! Plugins' own small state: the port `State`.

use std::sync::Arc;

use async_trait::async_trait;
use dispatch::port::{Clock, State, StateEntry, StateError, StoreError};
use sqlx::Row as _;

use super::SqliteStore;
use super::cell::{at, cell, number};
use super::change::{Change, Failure};
use super::script::Script;
use super::session::Session;

#[async_trait]
impl State for SqliteStore {
    async fn get(&self, plugin: &str, key: &str) -> Result<Option<StateEntry>, StateError> {
        let sql = "SELECT value, version FROM plugin_state WHERE plugin = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)";
        let row: Option<(Vec<u8>, i64)> = sqlx::query_as(sql)
            .bind(plugin)
            .bind(key)
            .bind(at(self.clock.now()))
            .fetch_optional(&self.readers)
            .await
            .map_err(|error| StateError::Unavailable(error.to_string()))?;
        Ok(row.map(|(value, version)| StateEntry { value, version: number(version) }))
    }

    async fn put(
        &self,
        plugin: &str,
        key: &str,
        value: Vec<u8>,
        expected: Option<u64>,
        subject: Option<String>,
        ttl_ms: Option<u64>,
        bytes_max: u64,
    ) -> Result<u64, StateError> {
        let entry = Entry { plugin: plugin.to_owned(), key: key.to_owned() };
        let put = Put { entry, value, expected, subject, ttl_ms, bytes_max, clock: Arc::clone(&self.clock) };
        self.change(put).await.map_err(unavailable)?
    }

    async fn delete(&self, plugin: &str, key: &str) -> Result<(), StateError> {
        self.change(Delete(Entry { plugin: plugin.to_owned(), key: key.to_owned() })).await.map_err(unavailable)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn unavailable(error: StoreError) -> StateError {
    StateError::Unavailable(error.to_string())
}

struct Entry {
    plugin: String,
    key: String,
}

struct Put {
    entry: Entry,
    value: Vec<u8>,
    expected: Option<u64>,
    subject: Option<String>,
    ttl_ms: Option<u64>,
    bytes_max: u64,
    clock: Arc<dyn Clock>,
}

struct Delete(Entry);

#[async_trait]
impl Change for Put {
    type Output = Result<u64, StateError>;

    async fn apply(&self, session: &mut Session) -> Result<Self::Output, Failure> {
        let now = self.clock.now();
        let Entry { plugin, key } = &self.entry;
        let found = "SELECT (SELECT version FROM plugin_state WHERE plugin = ?1 AND key = ?2 AND (expires_at IS NULL OR expires_at > ?3)),
                            (SELECT coalesce(sum(bytes), 0) FROM plugin_state WHERE plugin = ?1 AND key <> ?2
                                    AND (expires_at IS NULL OR expires_at > ?3))";
        let (version, others): (Option<i64>, i64) =
            sqlx::query_as(found).bind(plugin).bind(key).bind(at(now)).fetch_one(&mut session.connection).await?;
        if version.map(number) != self.expected {
            return Ok(Err(StateError::Conflict));
        }
        let bytes = key.len().saturating_add(self.value.len());
        if number(others).saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX)) > self.bytes_max {
            return Ok(Err(StateError::Quota { bytes_max: self.bytes_max }));
        }
        // What is over is cleared away by whoever writes next.
        let mut script = Script::default();
        script
            .then("DELETE FROM plugin_state WHERE plugin = ? AND (key = ? OR expires_at <= ?)")
            .bind(plugin.as_str())
            .bind(key.as_str())
            .bind(at(now));
        script.run(&mut session.connection).await?;
        let insert =
            "INSERT INTO plugin_state (plugin, key, value, bytes, subject, expires_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING version";
        let row = sqlx::query(insert)
            .bind(plugin)
            .bind(key)
            .bind(self.value.as_slice())
            .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
            .bind(self.subject.as_deref())
            .bind(self.ttl_ms.map(|ms| cell(now.plus_ms(ms).0)))
            .fetch_one(&mut session.connection)
            .await?;
        Ok(Ok(number(row.try_get(0)?)))
    }
}

#[async_trait]
impl Change for Delete {
    type Output = ();

    async fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        let mut script = Script::default();
        script.then("DELETE FROM plugin_state WHERE plugin = ? AND key = ?").bind(self.0.plugin.as_str()).bind(self.0.key.as_str());
        Ok(script.run(&mut session.connection).await?)
    }
}
