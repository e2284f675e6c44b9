//! What strangers send. Each row is one bad request, what it is told, and nothing is stored.

use super::client::{Client, ask, get, post, request};
use super::house::{House, VIEWER};
use crate::{Rate, ServerSettings};

fn small() -> ServerSettings {
    ServerSettings { body_bytes_max: 1_000, target_bytes_max: 500, headers_max: 20, headers_bytes_max: 2_000, ..ServerSettings::default() }
}

#[tokio::test]
async fn bad_requests_are_told_what_is_wrong() {
    let house = House::with(small()).await;
    let told = std::cell::RefCell::new(Vec::new());
    let check = async |name: &str, bytes: String, status: u16, problem: &str| {
        let reply = ask(house.address, bytes).await;
        assert_eq!((reply.status, reply.problem().as_str()), (status, problem), "{name}");
        told.borrow_mut().push(format!("{name}: {status} {problem}: {}", reply.json()["detail"].as_str().unwrap()));
    };
    let head = |line: &str| format!("POST /hooks/open HTTP/1.1\r\nhost: localhost\r\n{line}\r\n\r\n");
    let many: String = (0..25).map(|number| format!("x-{number}: y\r\n")).collect();
    check("one byte too many", post("/hooks/open", &"x".repeat(1_001)), 413, "body-too-large").await;
    check("a gigabyte announced", head("content-length: 1000000000"), 413, "body-too-large").await;
    check("gzip", head("content-encoding: gzip\r\ncontent-length: 3") + "abc", 415, "unsupported-encoding").await;
    check("brotli", head("content-encoding: br\r\ncontent-length: 3") + "abc", 415, "unsupported-encoding").await;
    check("nested encodings", head("content-encoding: identity, gzip\r\ncontent-length: 3") + "abc", 415, "unsupported-encoding").await;
    check("an unknown encoding", head("content-encoding: x-nobody\r\ncontent-length: 3") + "abc", 415, "unsupported-encoding").await;
    check("many headers", head(many.trim_end()), 431, "headers-too-large").await;
    check("a large header", head(&format!("cookie: {}", "c".repeat(2_100))), 431, "headers-too-large").await;
    check("a long target", request("GET", &format!("/hooks/open?{}", "q".repeat(600)), &[]), 414, "target-too-long").await;
    check("no host", "GET /healthz HTTP/1.1\r\n\r\n".to_owned(), 400, "bad-request").await;
    check("two hosts", request("GET", "/healthz", &["host: other"]), 400, "bad-request").await;
    check("an absolute target", request("GET", "http://evil.example/healthz", &[]), 400, "bad-request").await;
    check("a strange host", "GET /healthz HTTP/1.1\r\nhost: user@evil\r\n\r\n".to_owned(), 400, "bad-request").await;
    insta::assert_snapshot!(told.into_inner().join("\n"));
    assert!(house.store.accepted.lock().unwrap().is_empty());
}

#[tokio::test]
async fn paths_that_try_something_lead_nowhere() {
    let house = House::with(small()).await;
    for target in [
        "/",
        "//",
        "/hooks",
        "/hooks/",
        "/hooks//open",
        "/hooks/open/",
        "/hooks/open/x",
        "/HOOKS/open",
        "/API/v1/totals",
        "/api/v1/../v1/totals",
        "/api/v1/%2e%2e/v1/totals",
        "/api/v1/totals;x",
        "/api/v1/totals/",
        "//api/v1/totals",
        "/api/v1",
        "/api/v1/decisions/",
        "/%00",
        "/.env",
    ] {
        let reply = get(house.address, target, VIEWER).await;
        assert_eq!((reply.status, reply.problem().as_str()), (404, "no-such-route"), "{target}");
        insta::assert_json_snapshot!("problem-no-such-route", reply.stable());
    }
    for name in ["nobody", "..", "%2e%2e", "%2e%2e%2fapi", "open%00", "OPEN", "open%20", "%ff", "open;x"] {
        let reply = ask(house.address, post(&format!("/hooks/{name}"), "hello")).await;
        assert_eq!(reply.status, 404, "{name}");
        assert!(!reply.text().contains(name), "{name} is echoed");
    }
    for id in ["nobody", "%00", "%2e%2e", &"x".repeat(400)] {
        let reply = get(house.address, &format!("/api/v1/decisions/{id}"), VIEWER).await;
        assert_eq!((reply.status, reply.problem().as_str()), (404, "not-found"), "{id}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let house = House::new().await;
    let check = async |method: &str, target: &str, allow: &str| {
        let lines = [&format!("authorization: Bearer {VIEWER}"), "content-length: 0"];
        let mut client = Client::connect(house.address).await;
        client.send(request(method, target, &lines)).await;
        let reply = client.head().await;
        let mut allowed: Vec<_> = reply.header("allow").unwrap().split(',').map(str::trim).collect();
        allowed.sort_unstable();
        assert_eq!((reply.status, allowed.join(", ").as_str()), (405, allow), "{method} {target}");
        if method != "HEAD" {
            let length = reply.header("content-length").unwrap().parse::<usize>().unwrap();
            assert!(length > 0);
            insta::assert_snapshot!("problem-method-not-allowed-type", reply.header("content-type").unwrap());
        }
    };
    for method in ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
        check(method, "/hooks/open", "GET, POST").await;
    }
    check("POST", "/api/v1/totals", "GET, HEAD").await;
    check("DELETE", "/healthz", "GET, HEAD").await;
    check("TRACE", "/api/v1/totals", "GET, HEAD, POST").await;
    check("CONNECT", "localhost:80", "GET, HEAD, POST").await;
    assert!(house.store.accepted.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_endless_body_ends_at_the_limit() {
    let house = House::with(small()).await;
    let mut client = Client::connect(house.address).await;
    client.send("POST /hooks/open HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n").await;
    for _ in 0..11 {
        client.send(format!("64\r\n{}\r\n", "x".repeat(100))).await;
    }
    assert_eq!(client.reply().await.problem(), "body-too-large");
}

#[tokio::test]
async fn a_body_is_not_asked_for_when_it_is_refused_already() {
    let house = House::with(small()).await;
    let mut client = Client::connect(house.address).await;
    client.send("POST /hooks/open HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 5000\r\n\r\n").await;
    assert_eq!(client.reply().await.status, 413, "not 100");
}

#[tokio::test]
async fn framing_that_can_be_read_in_two_ways_is_refused_and_the_connection_closed() {
    let house = House::new().await;
    for lines in [
        "content-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        "content-length: 5, 6\r\n\r\nhello",
        "content-length: -5\r\n\r\nhello",
        "content-length: +5\r\n\r\nhello",
        "content-length: 0x5\r\n\r\nhello",
        "transfer-encoding: chunked, identity\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "transfer-encoding: xchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n5_\r\nhello\r\n0\r\n\r\n",
        "x-space : y\r\ncontent-length: 5\r\n\r\nhello",
        "x-nul: a\0b\r\ncontent-length: 5\r\n\r\nhello",
        " folded: y\r\ncontent-length: 5\r\n\r\nhello",
        "x-fold: a\r\n b\r\ncontent-length: 5\r\n\r\nhello",
    ] {
        let mut client = Client::connect(house.address).await;
        client.send(format!("POST /hooks/open HTTP/1.1\r\nhost: localhost\r\n{lines}")).await;
        let reply = client.reply().await;
        assert_eq!(reply.status, 400, "{lines:?}");
        assert!(client.closed().await, "{lines:?}");
    }
    assert!(house.store.accepted.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_request_in_chunks_is_the_last_of_its_connection() {
    let house = House::new().await;
    for length in ["", "content-length: 5\r\n"] {
        let mut client = Client::connect(house.address).await;
        client
            .send(format!(
                "POST /hooks/open HTTP/1.1\r\nhost: localhost\r\n{length}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            ))
            .await;
        assert_eq!(client.reply().await.status, 200);
        assert!(client.closed().await, "{length:?}");
    }
}

#[tokio::test]
async fn who_sends_too_much_is_told_when_to_come_back() {
    let rate = Rate { per_second: 1, burst: 2 };
    let house = House::with(ServerSettings { connector_rate: Some(rate), address_rate: None, ..ServerSettings::default() }).await;
    for _ in 0..2 {
        assert_eq!(ask(house.address, post("/hooks/open", "hello")).await.status, 200);
    }
    let reply = ask(house.address, post("/hooks/open", "hello")).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("1")));
    insta::assert_json_snapshot!("problem-too-many-requests", reply.stable());
    assert_eq!(ask(house.address, post("/hooks/signed", "hello")).await.status, 401, "the other connector has its own share");
}

#[tokio::test]
async fn a_forwarded_address_does_not_escape_the_rate() {
    let rate = Rate { per_second: 1, burst: 1 };
    let house = House::with(ServerSettings { address_rate: Some(rate), ..ServerSettings::default() }).await;
    let from =
        |address: &str| format!("POST /hooks/open HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {address}\r\ncontent-length: 1\r\n\r\nx");
    assert_eq!(ask(house.address, from("198.51.100.1")).await.status, 200);
    assert_eq!(ask(house.address, from("198.51.100.2")).await.status, 429);
}

#[tokio::test]
async fn all_bodies_together_have_a_bound() {
    let settings = ServerSettings { body_bytes_max: 64 << 10, bodies_bytes_max: 64 << 10, ..ServerSettings::default() };
    let house = House::with(settings).await;
    let mut first = Client::connect(house.address).await;
    first.send("POST /hooks/open HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 50000\r\n\r\n").await;
    first.until("100 Continue\r\n\r\n").await;
    first.send("x".repeat(49_999)).await;
    // The first body holds its place as soon as it was read, which the second finds out by trying.
    let refused = loop {
        let reply = ask(house.address, post("/hooks/open", &"y".repeat(40_000))).await;
        if reply.status != 200 {
            break reply;
        }
    };
    assert_eq!((refused.status, refused.problem().as_str()), (503, "busy"));
    first.send("x").await;
    assert_eq!(first.reply().await.status, 200);
    assert_eq!(ask(house.address, post("/hooks/open", &"y".repeat(40_000))).await.status, 200);
}

#[tokio::test]
async fn slow_heads_and_bodies_are_cut() {
    let settings = ServerSettings { head_read_ms_max: 50, body_read_ms_max: 50, ..ServerSettings::default() };
    let house = House::with(settings).await;
    let mut head = Client::connect(house.address).await;
    head.send("POST /hooks/open HTTP/1.1\r\nhost: loc").await;
    let mut silent = Client::connect(house.address).await;
    let mut body = Client::connect(house.address).await;
    body.send("POST /hooks/open HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nhel").await;
    assert_eq!(body.reply().await.problem(), "body-timeout");
    assert!(silent.closed().await);
    assert!(head.closed().await);
    assert!(house.store.accepted.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_request_too() {
    let house = House::with(ServerSettings { head_read_ms_max: 50, ..ServerSettings::default() }).await;
    let mut client = Client::connect(house.address).await;
    client.send(request("GET", "/healthz", &[])).await;
    assert_eq!(client.reply().await.status, 200);
    assert!(client.closed().await);
}

#[tokio::test]
async fn a_connection_too_many_is_turned_away_and_the_others_are_served() {
    let house = House::with(ServerSettings { connections_max: 1, ..ServerSettings::default() }).await;
    let mut first = Client::connect(house.address).await;
    first.send(request("GET", "/healthz", &[])).await;
    assert_eq!(first.reply().await.status, 200);
    let mut second = Client::connect(house.address).await;
    assert_eq!(second.reply().await.status, 503);
    first.send(request("GET", "/healthz", &[])).await;
    assert_eq!(first.reply().await.status, 200);
}

#[tokio::test]
async fn a_panic_is_a_problem_that_tells_nothing() {
    let house = House::new().await;
    let reply = ask(house.address, post("/hooks/open", "panic")).await;
    assert_eq!(reply.status, 500);
    insta::assert_json_snapshot!("problem-internal", reply.stable());
    assert_eq!(ask(house.address, post("/hooks/open", "hello")).await.status, 200);
}
