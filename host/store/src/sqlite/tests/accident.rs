//! What happens when things go wrong.

use dispatch::port::{Store, StoreError};

use super::{Home, Sql, open};
use crate::suite::fixtures::{accept, assign, decide_first, decided, intake, pending, said};

/// What the disk has at some moment, opened as after a crash: nothing was closed.
#[tokio::test]
async fn what_was_accepted_waits_after_a_crash() {
    let home = Home::new().await;
    let accepted = accept(&home.store, vec![said("1", "hello", 1), said("2", "again", 2)]).await;
    decide_first(&home.store, "q").await;
    let crashed = tempfile::tempdir().unwrap();
    for name in ["store.db", "store.db-wal"] {
        std::fs::copy(home.path().with_file_name(name), crashed.path().join(name)).unwrap();
    }
    let store = open(&crashed.path().join("store.db")).await;
    let waiting = pending(&store).await;
    assert_eq!(waiting.iter().map(|pending| &pending.interaction).collect::<Vec<_>>(), [&accepted.interactions[1]]);
    assert_eq!(accept(&store, vec![said("1", "hello", 1)]).await.duplicates, 1, "what the channel sends again is known");
    decide_first(&store, "q").await;
    assert_eq!(store.totals().await.unwrap().decisions, 2);
    store.close().await;
}

#[tokio::test]
async fn a_change_that_fails_harms_no_neighbour() {
    let home = Home::new().await;
    let store = &home.store;
    let broken = Sql("INSERT INTO tally (name, count) VALUES (NULL, 0)");
    let late = Sql("INSERT INTO fact (seq, key, delivery, kind, at) VALUES (NULL, NULL, 0, 'said', 0)");
    let (one, failed, two, failed_too, three) = tokio::join!(
        store.accept(intake(vec![said("1", "one", 1)])),
        store.change(broken),
        store.accept(intake(vec![said("2", "two", 2)])),
        store.change(late),
        store.accept(intake(vec![said("3", "three", 3)])),
    );
    assert!(matches!(failed, Err(StoreError::Corrupt(_))), "{failed:?}");
    assert!(matches!(failed_too, Err(StoreError::Corrupt(_))), "{failed_too:?}");
    for accepted in [one, two, three] {
        assert_eq!(accepted.unwrap().interactions.len(), 1);
    }
    assert_eq!(pending(store).await.len(), 3);
    assert_eq!(store.totals().await.unwrap().interactions, 3, "counted once, though applied twice");
}

#[tokio::test]
async fn two_decisions_of_one_id_are_one_too_many() {
    let home = Home::new().await;
    let store = &home.store;
    accept(store, vec![said("1", "one", 1), said("2", "two", 2)]).await;
    let waiting = pending(store).await;
    let first = decided(store, &waiting[0], assign("q"), 1.0).await;
    let mut second = decided(store, &waiting[1], assign("q"), 1.0).await;
    second.decision.id = first.decision.id.clone();
    let (first, second) = tokio::join!(store.decide(first), store.decide(second));
    assert!(first.is_ok() && second.is_err(), "{second:?}");
    assert_eq!(pending(store).await, waiting[1..], "it still waits");
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_and_recovers() {
    let home = Home::new().await;
    let store = &home.store;
    accept(store, vec![said("1", "one", 1)]).await;
    // SQLite's own limit gives the error of a full disk.
    store.change(Sql("PRAGMA max_page_count = 1")).await.unwrap();
    let large = "x".repeat(100_000);
    let (one, two) = tokio::join!(store.accept(intake(vec![said("2", &large, 2)])), store.accept(intake(vec![said("3", &large, 3)])),);
    for refused in [one, two] {
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    assert_eq!(store.totals().await.unwrap().interactions, 1);
    assert_eq!(pending(store).await.len(), 1, "reading works");
    store.change(Sql("PRAGMA max_page_count = 1000000")).await.unwrap();
    store.ready().await.unwrap();
    assert_eq!(accept(store, vec![said("2", &large, 2)]).await.interactions.len(), 1);
}

#[tokio::test]
async fn a_lock_of_another_program_is_waited_for_and_then_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let settings = crate::StoreSettings { busy_timeout_ms: 50, ..crate::StoreSettings::default() };
    let store = super::SqliteStore::open(&path, settings).await.unwrap();
    let shell = rival(&path);
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.accept(intake(vec![said("1", "one", 1)])).await, Err(StoreError::Unavailable(_))));
    shell.execute_batch("ROLLBACK").unwrap();
    store.ready().await.unwrap();
    assert_eq!(accept(&store, vec![said("1", "one", 1)]).await.facts, 1, "nothing of the refused delivery was kept");
}

#[tokio::test]
async fn what_comes_after_closing_is_refused() {
    let home = Home::new().await;
    home.store.close().await;
    home.store.close().await;
    assert!(matches!(home.store.accept(intake(Vec::new())).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(home.store.totals().await, Err(StoreError::Unavailable(_))));
    open(&home.path()).await;
}

/// Another program with the same file.
pub(super) fn rival(path: &std::path::Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}
