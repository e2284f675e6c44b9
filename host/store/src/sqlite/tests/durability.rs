//! What every connection of the writer promises, the first and those after an accident.

use dispatch::port::Store;

use super::accident::rival;
use super::{Home, Sql, open};
use crate::sqlite::change::{Change, Failure};
use crate::sqlite::connect;
use crate::sqlite::session::Session;
use crate::suite::fixtures::{accept, decide_first, intake, pending, said};

/// Journal mode and synchronous level of the connection that commits.
struct Promises;

impl Change for Promises {
    type Output = (String, i64);

    fn apply(&self, session: &mut Session) -> Result<Self::Output, Failure> {
        Ok(connect::promises(session.connection())?)
    }
}

/// An accident after which the connection is not trusted any more.
struct Accident;

impl Change for Accident {
    type Output = ();

    fn apply(&self, _session: &mut Session) -> Result<(), Failure> {
        Err(Failure::Database(rusqlite::Error::InvalidQuery))
    }
}

#[tokio::test]
async fn every_connection_that_writes_syncs_each_commit() {
    let home = Home::new().await;
    let full = || ("wal".to_owned(), 2);
    assert_eq!(home.store.change(Promises).await.unwrap(), full());
    // Lost on purpose, and with the connection.
    home.store.change(Sql("INSERT INTO tally (name, count) VALUES ('lost', 0)")).await.unwrap();
    home.store.change(Accident).await.unwrap_err();
    assert_eq!(home.store.change(Promises).await.unwrap(), full(), "also after an accident");
    home.store.close().await;
    assert_eq!(open(&home.path()).await.change(Promises).await.unwrap(), full(), "also after a restart");
}

/// What an accident leaves undecided is asked of the database, and nothing that waits is forgotten.
#[tokio::test]
async fn what_waits_is_known_after_an_accident() {
    let home = Home::new().await;
    let store = &home.store;
    accept(store, vec![said("1", "one", 1), said("2", "two", 2)]).await;
    let (before, failed) = tokio::join!(store.accept(intake(vec![said("3", "three", 3)])), store.change(Accident));
    assert!(failed.is_err());
    let expected = if before.is_ok() { 3 } else { 2 };
    accept(store, vec![said("4", "four", 4)]).await;
    let waiting = pending(store).await;
    assert_eq!(waiting.len(), expected + 1);
    for one in &waiting {
        store.work(one).await.unwrap();
    }
    assert_eq!(store.pending(waiting[0].seq, 100).await.unwrap(), waiting[1..]);
    decide_first(store, "q").await;
    assert_eq!(pending(store).await, waiting[1..]);
}

/// What an earlier process had written to the log is in the file before anything is acknowledged that builds on it.
#[tokio::test]
async fn an_opened_database_has_an_empty_log() {
    let home = Home::new().await;
    accept(&home.store, vec![said("1", "one", 1)]).await;
    let crashed = tempfile::tempdir().unwrap();
    for name in ["store.db", "store.db-wal"] {
        std::fs::copy(home.path().with_file_name(name), crashed.path().join(name)).unwrap();
    }
    assert!(crashed.path().join("store.db-wal").metadata().unwrap().len() > 0);
    let path = crashed.path().join("store.db");
    // Another program that reads keeps the log from vanishing when the last connection of a start is closed.
    let reader = rival(&path);
    reader.query_row("SELECT count(*) FROM fact", (), |_| Ok(())).unwrap();
    let store = open(&path).await;
    assert_eq!(path.with_file_name("store.db-wal").metadata().unwrap().len(), 0);
    assert_eq!(pending(&store).await.len(), 1);
}
