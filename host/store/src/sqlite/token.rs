//! Tokens that the host obtained, sealed by who keeps them: the port `Tokens`. Nothing else reads or writes their table.

use async_trait::async_trait;
use dispatch::port::{StoreError, Tokens};
use rusqlite::{OptionalExtension as _, params};

use super::SqliteStore;
use super::cell::at;
use super::change::{Change, Failure};
use super::session::Session;

#[async_trait]
impl Tokens for SqliteStore {
    async fn kept(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let key = key.to_owned();
        let found = self.readers.ask(move |connection| {
            let mut kept = connection.prepare_cached("SELECT sealed FROM kept_token WHERE key = ?")?;
            Ok(kept.query_row([key], |row| row.get(0)).optional()?)
        });
        found.await
    }

    async fn keep(&self, key: &str, sealed: Vec<u8>) -> Result<(), StoreError> {
        self.change(Keep { key: key.to_owned(), sealed, kept_at: at(self.clock.now()) }).await
    }
}

struct Keep {
    key: String,
    sealed: Vec<u8>,
    kept_at: i64,
}

impl Change for Keep {
    type Output = ();

    fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        let row = "INSERT INTO kept_token (key, sealed, kept_at) VALUES (?, ?, ?)
                   ON CONFLICT (key) DO UPDATE SET sealed = excluded.sealed, kept_at = excluded.kept_at";
        session.run(row, params![self.key, self.sealed, self.kept_at])?;
        Ok(())
    }
}
