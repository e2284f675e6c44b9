//! Whoever changes the database behind the host's back is found out.

use dispatch::port::{AuditPoint, Audited, History, Losses, RecordedRange, Reopened, Store};
use model::{Digest, GenerationId};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::Home;
use super::accident::rival;
use crate::suite::fixtures::{accept, decide_first, edited, said};

/// Five decisions, and somebody with a database shell.
async fn victim() -> (Home, Connection) {
    let home = Home::new().await;
    for at in 1..=5 {
        accept(&home.store, vec![said(&at.to_string(), "The lamp is broken.", at)]).await;
        decide_first(&home.store, "q").await;
    }
    let shell = rival(&home.path());
    shell.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF").unwrap();
    (home, shell)
}

async fn audit(home: &Home) -> Audited {
    home.store.audit(AuditPoint::default(), 1_000).await.unwrap()
}

/// What was found, a line each.
async fn found(home: &Home) -> String {
    let lines: Vec<_> = audit(home).await.tampering.iter().map(|tampering| format!("{}: {}", tampering.seq, tampering.what)).collect();
    lines.join("\n")
}

#[tokio::test]
async fn every_byte_counts() {
    let (home, shell) = victim().await;
    assert_eq!(found(&home).await, "");
    for (table, key, column, stride) in [
        ("decision", "seq", "outline", 5),
        ("decision", "seq", "commitment", 9),
        ("decision", "seq", "link", 9),
        ("decision_content", "decision", "whole", 7),
        ("decision_content", "decision", "trace", 11),
        ("decision_content", "decision", "salt", 5),
    ] {
        let (read, write) = (
            format!("SELECT CAST({column} AS BLOB) FROM {table} WHERE {key} = 3"),
            format!("UPDATE {table} SET {column} = CASE typeof({column}) WHEN 'text' THEN CAST(?1 AS TEXT) ELSE ?1 END WHERE {key} = 3"),
        );
        let was: Vec<u8> = shell.query_row(&read, (), |row| row.get(0)).unwrap();
        assert!(was.len() >= 32);
        for place in (0..was.len()).step_by(stride) {
            let mut forged = was.clone();
            forged[place] ^= 1;
            shell.execute(&write, [Value::Blob(forged)]).unwrap();
            let found = audit(&home).await;
            assert!(found.tampering.iter().any(|tampering| tampering.seq == 3), "{column}, byte {place}");
            assert_eq!(found.decisions, 5, "the rest is checked all the same");
        }
        shell.execute(&write, [Value::Blob(was)]).unwrap();
        assert_eq!(found(&home).await, "", "{column}");
    }
}

#[tokio::test]
async fn what_was_changed_is_told() {
    let renumber = "UPDATE decision SET seq = 99 WHERE seq = 2; UPDATE decision SET seq = 2 WHERE seq = 3;
                    UPDATE decision SET seq = 3 WHERE seq = 99; UPDATE decision_content SET decision = 99 WHERE decision = 2;
                    UPDATE decision_content SET decision = 2 WHERE decision = 3; UPDATE decision_content SET decision = 3 WHERE decision = 99;
                    UPDATE effect SET decision = 99 WHERE decision = 2; UPDATE effect SET decision = 2 WHERE decision = 3;
                    UPDATE effect SET decision = 3 WHERE decision = 99";
    // What is hashed stays the same, byte by byte.
    let words_in_trace = "UPDATE decision_content SET trace = trace || char(10) || whole, whole = replace(whole, 'Because', 'Perhaps')
                          WHERE decision = 3";
    let trace_in_salt = "UPDATE decision_content SET salt = unhex(hex(salt) || hex(substr(trace, 1, 9))), trace = substr(trace, 10)
                         WHERE decision = 3";
    let salt_in_trace = "UPDATE decision_content SET salt = substr(salt, 1, 31),
                                                     trace = CAST(unhex(hex(substr(salt, 32)) || hex(trace)) AS TEXT)
                         WHERE decision = 3";
    let mut told = Vec::new();
    for (deed, sql) in [
        ("an outline", "UPDATE decision SET outline = replace(outline, '\"q\"', '\"x\"') WHERE seq = 3"),
        ("a sentence of the decision", "UPDATE decision_content SET whole = replace(whole, 'Because', 'Perhaps') WHERE decision = 3"),
        ("a trace", "UPDATE decision_content SET trace = replace(trace, 'broken', 'lovely') WHERE decision = 3"),
        ("a salt", "UPDATE decision_content SET salt = zeroblob(32) WHERE decision = 3"),
        ("words as a part of the trace", words_in_trace),
        ("a piece of the trace in the salt", trace_in_salt),
        ("a piece of the salt in the trace", salt_in_trace),
        ("a link", "UPDATE decision SET link = '' WHERE seq = 3"),
        ("a row that is gone", "DELETE FROM decision WHERE seq = 3"),
        ("rows that changed places", renumber),
        (
            "words that changed places",
            "UPDATE decision_content SET trace = (SELECT trace FROM decision_content WHERE decision = 2) WHERE decision = 3",
        ),
        ("a queue column", "UPDATE decision SET queue = 'x' WHERE seq = 3"),
        ("a generation column", "UPDATE decision SET decided_by = 'g2' WHERE seq = 3"),
        ("a time column", "UPDATE decision SET decided_at = 0 WHERE seq = 3"),
        ("an effect", "UPDATE effect_content SET whole = replace(whole, 'thank you', 'go away')"),
        ("an effect that is gone", "DELETE FROM effect WHERE decision = 3 AND position = 2"),
        ("a tail that was cut off", "DELETE FROM decision WHERE seq > 3"),
        ("everything", "DELETE FROM decision"),
    ] {
        let (home, shell) = victim().await;
        shell.execute_batch(sql).unwrap();
        told.push(format!("{deed}\n{}", found(&home).await));
    }
    insta::assert_snapshot!(told.join("\n\n"));
}

#[tokio::test]
async fn erasure_is_not_tampering() {
    let (home, shell) = victim().await;
    let before = audit(&home).await;
    shell
        .execute_batch("DELETE FROM decision_content WHERE decision = 3; DELETE FROM effect_content; DELETE FROM interaction_content")
        .unwrap();
    assert_eq!(audit(&home).await, Audited { erased: 1, ..before });
    let recorded = home.store.recorded(RecordedRange { limit: 10, ..RecordedRange::default() }).await.unwrap();
    let traces: Vec<_> = recorded.iter().map(|recorded| recorded.trace.is_some()).collect();
    assert_eq!(traces, [true, true, false, true, true]);
    assert_eq!(recorded[2].decision.routing.disposition, recorded[1].decision.routing.disposition);
}

/// What a point that was noted elsewhere is good for.
#[tokio::test]
async fn a_cut_is_found_by_what_was_noted() {
    let (home, shell) = victim().await;
    let noted = audit(&home).await.reached;
    shell.execute_batch("DELETE FROM decision WHERE seq > 3; UPDATE tally SET count = 3 WHERE name = 'decisions'").unwrap();
    assert_eq!(found(&home).await, "", "nothing in the file tells");
    let resumed = home.store.audit(noted.clone(), 10).await.unwrap();
    assert_eq!((resumed.tampering.len(), resumed.tampering[0].seq, &resumed.reached), (1, 5, &noted));
    let forged = AuditPoint { seq: 3, link: noted.link };
    assert_eq!(home.store.audit(forged, 10).await.unwrap().tampering.len(), 1);
}

#[tokio::test]
async fn a_component_that_was_changed_is_not_given() {
    let (home, shell) = victim().await;
    let digest = Digest::of(b"component");
    home.store.keep_component(&digest, b"component".as_slice().into()).await.unwrap();
    shell.execute_batch("UPDATE component SET bytes = X'00'").unwrap();
    assert!(matches!(home.store.component(&digest).await, Err(dispatch::port::StoreError::Corrupt(_))));
}

#[tokio::test]
async fn what_is_lost_or_duplicated_is_counted() {
    for (sql, expected) in [
        ("DELETE FROM occasion WHERE interaction = 6", Losses { lost: 1, ..Losses::default() }),
        ("DELETE FROM occasion WHERE interaction = 1", Losses { lost: 1, ..Losses::default() }),
        ("UPDATE interaction SET decision = NULL WHERE seq = 5", Losses { lost: 1, ..Losses::default() }),
        (
            "INSERT INTO decision SELECT 6, 'again', 99, interaction, connector, channel, disposition, queue, decided_at, faulted, outline,
                    commitment, link, decided_by FROM decision WHERE seq = 5",
            Losses { duplicated: 1, ..Losses::default() },
        ),
    ] {
        let (home, shell) = victim().await;
        accept(&home.store, vec![said("6", "six", 6), edited("1", "one!", 7)]).await;
        assert_eq!(home.store.losses().await.unwrap(), Losses::default());
        shell.execute_batch(sql).unwrap();
        assert_eq!(home.store.losses().await.unwrap(), expected, "{sql}");
    }
}

/// No port gives a conversation to an agent yet.
#[tokio::test]
async fn what_an_agent_has_stays() {
    let (home, shell) = victim().await;
    shell.execute_batch("UPDATE conversation SET agent = 'ann'").unwrap();
    let withdrawn = home.store.withdraw(&GenerationId("g1".to_owned())).await.unwrap();
    assert_eq!((withdrawn, home.store.totals().await.unwrap().pending), (Reopened::default(), 0));
}
