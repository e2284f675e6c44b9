use std::path::Path;

use dispatch::port::{AuditPoint, History, RecordedRange, Reopened, Store, StoreError};

use super::accident::rival;
use super::{Home, open};
use crate::sealed::{former_commitment, link};
use crate::suite::fixtures::{accept, decide_first, intake, pending, said};
use crate::{SqliteStore, StoreSettings};

/// What an operator reads, without the folder's random name.
async fn refusal(folder: &Path, name: &str) -> String {
    let settings = StoreSettings { busy_timeout_ms: 50, ..StoreSettings::default() };
    let error = SqliteStore::open(folder.join(name), settings).await.unwrap_err();
    anonymous(folder, &error.to_string())
}

fn anonymous(folder: &Path, text: &str) -> String {
    text.replace(&folder.display().to_string(), "[folder]").replace(&std::process::id().to_string(), "[pid]")
}

fn read_only(path: &Path, read_only: bool) {
    let mut permissions = path.metadata().unwrap().permissions();
    permissions.set_readonly(read_only);
    std::fs::set_permissions(path, permissions).unwrap();
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut said = Vec::new();

    std::fs::write(path.join("garbage.db"), "this is a letter, not a database").unwrap();
    said.push(refusal(path, "garbage.db").await);
    said.push(refusal(path, "").await);
    said.push(refusal(path, "missing/store.db").await);

    let stranger = rival(&path.join("stranger.db"));
    stranger.execute_batch("CREATE TABLE bookmarks (url TEXT)").unwrap();
    said.push(refusal(path, "stranger.db").await);

    open(&path.join("shut.db")).await.close().await;
    read_only(&path.join("shut.db"), true);
    said.push(refusal(path, "shut.db").await);

    std::fs::create_dir(path.join("shut")).unwrap();
    read_only(&path.join("shut"), true);
    said.push(refusal(path, "shut/store.db").await);
    read_only(&path.join("shut"), false);

    let held = open(&path.join("held.db")).await;
    said.push(refusal(path, "held.db").await);
    held.close().await;

    let shell = rival(&path.join("locked.db"));
    shell.execute_batch("BEGIN EXCLUSIVE").unwrap();
    said.push(refusal(path, "locked.db").await);

    let newer = rival(&path.join("newer.db"));
    open(&path.join("newer.db")).await.close().await;
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    said.push(refusal(path, "newer.db").await);

    insta::assert_snapshot!(said.join("\n"), @r"
    `[folder]/garbage.db` is not an SQLite database: name another path, or restore the file from a backup
    `[folder]/` is not an SQLite database: name another path, or restore the file from a backup
    the directory `[folder]/missing` does not exist: create it, or name another path for the database
    `[folder]/stranger.db` is a database of another program: name another path
    `[folder]/shut.db` cannot be written to: give the server's user the right to write to the file and its directory
    `[folder]/shut/store.db` cannot be written to: give the server's user the right to write to the file and its directory
    `[folder]/held.db` is in use by another server (process [pid]): stop that one, or give this one a database of its own
    `[folder]/locked.db` is locked by another program: close it (a database shell, a backup) and try again
    `[folder]/newer.db` was written by a later version (its schema is 99, this version knows 5): use that version
    ");
}

#[tokio::test]
async fn an_empty_file_becomes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    std::fs::write(&path, "").unwrap();
    open(&path).await.ready().await.unwrap();
}

#[tokio::test]
async fn readers_read_beside_a_server_and_without_one() {
    let home = Home::new().await;
    accept(&home.store, vec![said("1", "one", 1)]).await;
    let reader = SqliteStore::open_reader(home.path()).await.unwrap();
    assert_eq!(reader.totals().await.unwrap().interactions, 1);
    accept(&home.store, vec![said("2", "two", 2)]).await;
    assert_eq!(reader.totals().await.unwrap().interactions, 2);
    assert!(matches!(reader.accept(intake(Vec::new())).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(reader.ready().await, Err(StoreError::Unavailable(_))));
    reader.close().await;
    home.store.close().await;
    assert_eq!(SqliteStore::open_reader(home.path()).await.unwrap().totals().await.unwrap().interactions, 2);
    let none = SqliteStore::open_reader(home.path().with_file_name("none.db")).await.unwrap_err();
    assert!(matches!(none, crate::OpenError::NoDatabase { .. }));
}

/// Makes the commitment of the only decision one of the first form, which covered the trace alone.
fn commit_as_before(shell: &rusqlite::Connection) {
    let words = "SELECT salt, trace, outline FROM decision JOIN decision_content ON decision = seq";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let (salt, trace, outline): (Vec<u8>, String, String) = shell.query_row(words, (), read).unwrap();
    let commitment = former_commitment(&salt, trace.as_bytes());
    let link = link(b"", outline.as_bytes(), commitment.as_str().as_bytes());
    shell.execute("UPDATE decision SET commitment = ?, link = ?", (commitment.as_str(), link)).unwrap();
}

/// As the first version left it, with what waited in it.
#[tokio::test]
async fn a_database_of_the_first_form_is_brought_up_to_date() {
    let home = Home::new().await;
    accept(&home.store, vec![said("1", "one", 1), said("2", "two", 2)]).await;
    decide_first(&home.store, "q").await;
    let before = pending(&home.store).await;
    home.store.close().await;
    let shell = rival(&home.path());
    commit_as_before(&shell);
    let first = "DROP TRIGGER attachment_erased; DROP TABLE attachment_content; DROP TABLE media_content; DROP TABLE kept_token;
                 DROP TABLE sent_content; DROP TABLE sent; DROP TABLE outgoing_try_content; DROP TABLE outgoing_try;
                 DROP TABLE outgoing_content; DROP TABLE outgoing; DROP TABLE outbox_tally;
                 DROP INDEX fact_sent; ALTER TABLE fact DROP COLUMN sent; ALTER TABLE conversation DROP COLUMN last_inbound_at;
                 ALTER TABLE conversation DROP COLUMN marked; ALTER TABLE conversation_content DROP COLUMN marks;
                 ALTER TABLE effect ADD COLUMN state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'dead'));
                 INSERT INTO tally (name, count) VALUES ('effects.pending', 1);
                 DROP INDEX label_interaction; DROP INDEX label_conversation; DROP TABLE label; DROP TABLE swap; DROP TABLE component;
                 CREATE INDEX effect_pending ON effect (decision) WHERE state = 'pending';
                 UPDATE effect SET state = 'done' WHERE position = 2;
                 DROP INDEX interaction_undecided; DROP INDEX decision_at; DROP INDEX decision_generation;
                 ALTER TABLE decision DROP COLUMN decided_by; DROP TABLE fault_content; DROP TABLE fault; PRAGMA user_version = 0;
                 CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
                     installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL,
                     execution_time BIGINT NOT NULL);
                 INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (1, 'store', TRUE, X'00', 0)";
    shell.execute_batch(first).unwrap();
    drop(shell);
    let older = SqliteStore::open_reader(home.path()).await.unwrap_err();
    assert!(matches!(older, crate::OpenError::Older { .. }), "a reader changes nothing");
    for _ in 0..2 {
        let store = open(&home.path()).await;
        assert_eq!(pending(&store).await, before);
        assert_eq!(store.totals().await.unwrap().decisions, 1);
        assert_eq!(store.faulted(dispatch::port::FaultedFilter { limit: 1, ..Default::default() }).await.unwrap(), []);
        let audited = store.audit(AuditPoint::default(), 10).await.unwrap();
        assert_eq!((audited.decisions, audited.tampering), (1, vec![]), "commitments of then hold");
        let decided = store.recorded(RecordedRange { limit: 10, ..RecordedRange::default() }).await.unwrap();
        let effects = store.decision(&decided[0].decision.id).await.unwrap().effects;
        assert_eq!(
            effects.iter().map(|effect| effect.state.as_str()).collect::<Vec<_>>(),
            ["parked", "done"],
            "what waited then comes as no surprise now"
        );
        store.close().await;
    }
    let store = open(&home.path()).await;
    let withdrawn = store.withdraw(&model::GenerationId("g1".to_owned())).await.unwrap();
    assert_eq!(withdrawn, Reopened { interactions: 1, effects_recalled: 0 }, "who decided is known of old decisions too");
    store.close().await;
    let path = home.path();
    let version: i64 = rival(&path).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, crate::sqlite::schema::known());
}
