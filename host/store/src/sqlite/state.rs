//! Plugins' own small state: the port `State`.

use std::sync::Arc;

use async_trait::async_trait;
use dispatch::port::{Clock, State, StateEntry, StateError, StoreError};
use rusqlite::{OptionalExtension as _, Row, params};

use super::SqliteStore;
use super::cell::{at, cell, number};
use super::change::{Change, Failure};
use super::session::Session;

#[async_trait]
impl State for SqliteStore {
    async fn get(&self, plugin: &str, key: &str) -> Result<Option<StateEntry>, StateError> {
        let (plugin, key, now) = (plugin.to_owned(), key.to_owned(), at(self.clock.now()));
        let found = self.readers.ask(move |connection| {
            let sql = "SELECT value, version FROM plugin_state WHERE plugin = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)";
            let mut entry = connection.prepare_cached(sql)?;
            let read = |row: &Row<'_>| Ok(StateEntry { value: row.get(0)?, version: number(row.get(1)?) });
            Ok(entry.query_row((plugin, key, now), read).optional()?)
        });
        found.await.map_err(unavailable)
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

impl Change for Put {
    type Output = Result<u64, StateError>;

    fn apply(&self, session: &mut Session) -> Result<Self::Output, Failure> {
        let now = self.clock.now();
        let Entry { plugin, key } = &self.entry;
        let found = "SELECT (SELECT version FROM plugin_state WHERE plugin = ?1 AND key = ?2 AND (expires_at IS NULL OR expires_at > ?3)),
                            (SELECT coalesce(sum(bytes), 0) FROM plugin_state WHERE plugin = ?1 AND key <> ?2
                                    AND (expires_at IS NULL OR expires_at > ?3))";
        let found = session.first(found, params![plugin, key, at(now)], |row| Ok((row.get::<_, Option<i64>>(0)?, row.get(1)?)))?;
        let (version, others) = found.unwrap_or_default();
        if version.map(number) != self.expected {
            return Ok(Err(StateError::Conflict));
        }
        let bytes = key.len().saturating_add(self.value.len());
        if number(others).saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX)) > self.bytes_max {
            return Ok(Err(StateError::Quota { bytes_max: self.bytes_max }));
        }
        // What is over is cleared away by whoever writes next.
        session.run("DELETE FROM plugin_state WHERE plugin = ? AND (key = ? OR expires_at <= ?)", params![plugin, key, at(now)])?;
        let row = "INSERT INTO plugin_state (plugin, key, value, bytes, subject, expires_at) VALUES (?, ?, ?, ?, ?, ?)";
        let expires_at = self.ttl_ms.map(|ms| cell(now.plus_ms(ms).0));
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        session.run(row, params![plugin, key, self.value, bytes, self.subject, expires_at])?;
        Ok(Ok(session.last_given()))
    }
}

impl Change for Delete {
    type Output = ();

    fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        session.run("DELETE FROM plugin_state WHERE plugin = ? AND key = ?", (&self.0.plugin, &self.0.key))?;
        Ok(())
    }
}
