mod accident;
mod cost;
mod drain;
mod durability;
mod erasure;
mod kept;
mod opening;
mod remembering;
mod tampering;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::SqliteStore;
use super::change::{Change, Failure};
use super::session::Session;
use crate::settings::StoreSettings;
use crate::suite::state::StillClock;

/// A fresh database in a folder that goes away with it.
pub(super) struct Home {
    pub(super) store: SqliteStore,
    pub(super) clock: Arc<StillClock>,
    folder: TempDir,
}

impl Home {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(StillClock::default());
        let store =
            SqliteStore::open_with_clock(folder.path().join("store.db"), StoreSettings::default(), Arc::clone(&clock) as _).await.unwrap();
        Self { store, clock, folder }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }
}

pub(super) async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, StoreSettings::default()).await.unwrap()
}

/// SQL in the middle of a batch.
pub(super) struct Sql(pub(super) &'static str);

impl Change for Sql {
    type Output = ();

    fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        Ok(session.connection().execute_batch(self.0)?)
    }
}

macro_rules! on_sqlite {
    ($module:ident::$case:ident) => {
        #[tokio::test]
        async fn $case() {
            let home = Home::new().await;
            crate::suite::$module::$case(&home.store).await;
        }
    };
}

crate::suite::for_each_case!(on_sqlite);

macro_rules! state_on_sqlite {
    ($($case:ident),*) => {
        $(#[tokio::test]
        async fn $case() {
            let home = Home::new().await;
            crate::suite::state::$case(&home.store, &home.clock).await;
        })*
    };
}

state_on_sqlite!(writes_are_guarded_by_versions, quotas_hold, time_ends_entries);
