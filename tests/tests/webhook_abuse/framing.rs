//! Bytes that two readers could take for different requests, other protocols, and heads that are too much.

use harness::Host;
use serde_json::json;

use super::wire::{ask, goes_on, post};
use crate::desk::{CHAIN, Desk, HOOK};

/// A request that hides in another one's body, and would store something.
fn hidden() -> String {
    let body = r#"{"id":"smuggled","text":"from inside"}"#;
    format!("POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// Heads with a body each: how long it is can be read in more than one way. `{n}` is the length of what is hidden.
const AMBIGUOUS: [(&str, &str); 41] = [
    ("content-length: 5\r\ncontent-length: {n}\r\n", ""),
    ("content-length: 5, {n}\r\n", ""),
    ("content-length: 0\r\ncontent-length: {n}\r\n", ""),
    ("content-length: +{n}\r\n", ""),
    ("content-length: -1\r\n", ""),
    ("content-length: 0x10\r\n", ""),
    ("content-length: 1_0\r\n", ""),
    ("content-length: 1e1\r\n", ""),
    ("content-length: 99999999999999999999\r\n", ""),
    ("content-length: {n}abc\r\n", ""),
    ("content-length:\r\n", ""),
    ("content-length : {n}\r\n", ""),
    (" content-length: {n}\r\n", ""),
    ("content-length\t: {n}\r\n", ""),
    ("x: y\r\n content-length: {n}\r\n", ""),
    ("transfer-encoding: chunked, identity\r\n", "0\r\n\r\n"),
    ("transfer-encoding: identity, chunked, identity\r\n", "0\r\n\r\n"),
    ("transfer-encoding: xchunked\r\n", "0\r\n\r\n"),
    ("transfer-encoding: chunkedx\r\n", "0\r\n\r\n"),
    ("transfer-encoding: \"chunked\"\r\n", "0\r\n\r\n"),
    ("transfer-encoding: identity\r\ncontent-length: {n}\r\n", ""),
    ("transfer-encoding: gzip\r\n", "0\r\n\r\n"),
    ("transfer-encoding : chunked\r\n", "0\r\n\r\n"),
    (" transfer-encoding: chunked\r\n", "0\r\n\r\n"),
    ("transfer-encoding:\r\n chunked\r\n", "0\r\n\r\n"),
    ("transfer\u{0}-encoding: chunked\r\n", "0\r\n\r\n"),
    ("transfer-encoding: chunked\u{0}\r\n", "0\r\n\r\n"),
    ("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n", "0\r\n\r\n"),
    ("transfer-encoding: chunked\r\n", "-1\r\n"),
    ("transfer-encoding: chunked\r\n", "+0\r\n\r\n"),
    ("transfer-encoding: chunked\r\n", "0x0\r\n\r\n"),
    ("transfer-encoding: chunked\r\n", "0_0\r\n\r\n"),
    ("transfer-encoding: chunked\r\n", " 0\r\n\r\n"),
    ("transfer-encoding: chunked\r\n", "\r\n0\r\n\r\n"),
    ("transfer-encoding: chunked\r\n", "ffffffffffffffff1\r\n"),
    ("transfer-encoding: chunked\r\n", "10000000000000000\r\n\r\n"),
    ("transfer-encoding: chunked\r\n", "3\r\nabcXX0\r\n\r\n"),
    ("transfer-encoding: chunked\r\n", "3\r\nabc0\r\n\r\n"),
    ("transfer-encoding: chunked\r\n", "0;a=\"\n\"\r\n\r\n"),
    ("transfer-encoding: chunked\r\n", "0\n\r\n"),
    ("transfer-encoding: chunked\r\nx-\u{0}: y\r\n", "0\r\n\r\n"),
];

#[test]
fn a_body_of_two_lengths_never_becomes_two_requests() {
    let desk = Desk::open(&[HOOK, CHAIN].concat());
    let hidden = hidden();
    for (head, body) in AMBIGUOUS {
        let head = head.replace("{n}", &hidden.len().to_string());
        let sent = format!("POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\n{head}\r\n{body}{hidden}");
        let statuses: Vec<u16> = ask(&desk.host, &sent).iter().map(|reply| reply.status).collect();
        assert_eq!(statuses, [400], "{head:?} {body:?}");
    }
    nothing_was_smuggled(&desk);
}

#[test]
fn lines_that_end_otherwise_hide_nothing() {
    let desk = Desk::open(&[HOOK, CHAIN].concat());
    let hidden = hidden();
    // Whatever a reader makes of these, it is at most the one request that everybody sees.
    for sent in [
        format!("POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\nx: a\rcontent-length: 0\r\n\r\n{hidden}"),
        format!("POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\nx: a\ncontent-length: {}\r\n\r\n{hidden}", hidden.len()),
        format!("POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{hidden}", hidden.len()),
        format!(
            "POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n{:x};a=b\r\n{hidden}\r\n0\r\n\r\n",
            hidden.len()
        ),
        format!("POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: {}\r\n\r\n", "y".repeat(100)),
        format!("POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n0;\u{0}\r\n\r\n{hidden}"),
        format!("POST /hooks/hook HTTP/1.0\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("GET /hooks/hook HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{hidden}", hidden.len()),
        // The parser leaves out a length beside chunks; so the connection ends with this request.
        format!(
            "POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
            hidden.len()
        ),
        format!(
            "POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\ncontent-length: {}\r\n\r\n0\r\n\r\n{hidden}",
            hidden.len()
        ),
    ] {
        let replies = ask(&desk.host, &sent);
        assert!(replies.len() <= 1, "{} answers to {sent:?}", replies.len());
    }
    nothing_was_smuggled(&desk);
}

fn nothing_was_smuggled(desk: &Desk) {
    let stored = desk.list("/interactions?limit=100");
    assert!(stored.iter().all(|row| row["source_id"] != "smuggled"), "{stored:?}");
    goes_on(desk);
}

#[test]
fn a_chunked_body_is_the_last_of_its_connection() {
    let desk = Desk::open(&[HOOK, CHAIN].concat());
    let body = json!({"id": "1", "text": "in pieces"}).to_string();
    let chunked = format!(
        "POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    // A length beside it can have been left out by the parser before anybody could see it, so nothing is read after it.
    let statuses: Vec<u16> = ask(&desk.host, chunked + &hidden()).iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [200]);
    assert_eq!(desk.decisions(1)[0]["excerpt"], "in pieces");
    nothing_was_smuggled(&desk);
}

#[test]
fn another_protocol_is_told_no() {
    let desk = Desk::open(&[HOOK, CHAIN].concat());
    let refused = |sent: &[u8]| {
        let replies = ask(&desk.host, sent);
        assert!(replies.iter().all(|reply| reply.status == 400) && replies.len() <= 1, "{:?}: {replies:?}", String::from_utf8_lossy(sent));
    };
    // HTTP/2 with prior knowledge, then SETTINGS, PING and a flood of resets.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    refused(preface);
    refused(
        &[
            preface.as_slice(),
            b"\0\0\0\x04\0\0\0\0\0",
            b"\0\0\x08\x06\0\0\0\0\0pingping",
            &b"\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08".repeat(1_000),
        ]
        .concat(),
    );
    refused(b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03");
    refused(b"EHLO mx.example\r\nMAIL FROM:<a@example.org>\r\n");
    refused(b"*1\r\n$4\r\nPING\r\n");
    refused(&[0; 512]);
    // Asked politely it stays what it is.
    let upgrade = "upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nconnection: upgrade, http2-settings\r\n";
    let replies = ask(&desk.host, post("hook", upgrade, json!({"id": "1", "text": "hello"}).to_string()));
    assert_eq!(replies.iter().map(|reply| reply.status).collect::<Vec<_>>(), [200]);
    goes_on(&desk);
}

#[test]
fn a_head_that_is_too_much_is_told_so() {
    let desk = Desk::open(&[HOOK, CHAIN].concat());
    let head = |line: &str, more: &str| format!("{line} HTTP/1.1\r\nhost: localhost\r\n{more}content-length: 0\r\n\r\n");
    let many: String = (0..1_000).map(|number| format!("x-{number}: y\r\n")).collect();
    let some: String = (0..120).map(|number| format!("x-{number}: y\r\n")).collect();
    check(&desk.host, &head("POST /hooks/hook", &format!("cookie: {}\r\n", "c".repeat(100_000))), 431);
    check(&desk.host, &head("POST /hooks/hook", &format!("cookie: {}\r\n", "c".repeat(40_000))), 431);
    check(&desk.host, &head("POST /hooks/hook", &many), 431);
    check(&desk.host, &head("POST /hooks/hook", &some), 431);
    check(&desk.host, &head(&format!("POST /hooks/hook?{}", "q".repeat(9_000)), ""), 414);
    check(&desk.host, &head(&format!("GET /{}", "u".repeat(70_000)), ""), 414);
    for path in
        ["/hooks/%00", "/hooks/%2e%2e/hook", "//hooks/hook", "/hooks/hook;a=b", "/HOOKS/HOOK", "/api/v1/%2e%2e/totals", "/API/V1/totals"]
    {
        check(&desk.host, &head(&format!("POST {path}"), ""), 404);
    }
    check(&desk.host, &head("POST http://elsewhere.example/hooks/hook", ""), 400);
    check(&desk.host, &head("CONNECT elsewhere.example:443", ""), 405);
    check(&desk.host, &head("TRACE /hooks/hook", ""), 405);
    check(&desk.host, "POST /hooks/hook HTTP/1.1\r\ncontent-length: 0\r\n\r\n", 400);
    check(&desk.host, &head("POST /hooks/hook", "host: elsewhere.example\r\n"), 400);
    assert_eq!(desk.ask("/totals")["deliveries"], 0);
    goes_on(&desk);
}

fn check(host: &Host, sent: &str, status: u16) {
    let told: Vec<u16> = ask(host, sent).iter().map(|reply| reply.status).collect();
    assert_eq!(told, [status], "{:?}…", sent.get(..80).unwrap_or(sent));
}
