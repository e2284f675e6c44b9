//! What a channel is told.

use std::sync::atomic::Ordering;

use super::client::{ask, post};
use super::house::{House, SECRET};
use crate::ServerSettings;

#[tokio::test]
async fn the_connectors_answer_is_passed_on_without_what_is_the_connections() {
    let house = House::new().await;
    let body = "status 201\nheader x-own: a\nheader x-own: b\nheader connection: upgrade\nheader transfer-encoding: chunked\n\
                header content-length: 3\nheader set-cookie: a=b\nheader access-control-allow-origin: *\nheader content-type: text/html";
    let reply = ask(house.address, post("/hooks/open?x=%20y", body)).await;
    assert_eq!((reply.status, reply.text().as_str()), (201, body));
    let own: Vec<_> = reply.headers.iter().filter(|(name, _)| name == "x-own").map(|(_, value)| value.as_str()).collect();
    assert_eq!(own, ["a", "b"]);
    for absent in ["connection", "transfer-encoding", "set-cookie", "access-control-allow-origin"] {
        assert_eq!(reply.header(absent), None, "{absent}");
    }
    assert_eq!(reply.header("x-url"), Some("http://localhost/hooks/open?x=%20y"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(house.store.accepted.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_plugins_own_error_is_no_problem_of_ours() {
    let house = House::new().await;
    let reply = ask(house.address, post("/hooks/open", "status 422")).await;
    assert_eq!((reply.status, reply.header("content-type")), (422, Some("text/plain; charset=utf-8")));
    let reply = ask(house.address, post("/hooks/open", "status 204")).await;
    assert_eq!((reply.status, reply.text().as_str()), (204, ""));
    for none in ["100", "99", "0", "1000"] {
        assert_eq!(ask(house.address, post("/hooks/open", &format!("status {none}"))).await.status, 200, "{none}");
    }
}

#[tokio::test]
async fn bytes_reach_the_core_as_they_were_sent() {
    let house = House::new().await;
    let mut request =
        b"POST /hooks/open HTTP/1.1\r\nhost: localhost\r\nX-Two: one\r\nx-two: two\r\nx-odd: \xff\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_vec();
    request.extend_from_slice(b"3\r\na\0\xff\r\n2\r\n\r\n\r\n0\r\n\r\n");
    assert_eq!(ask(house.address, request).await.status, 200);
    let raw = house.store.accepted.lock().unwrap()[0].raw.clone();
    assert_eq!((raw.method.as_str(), raw.body.as_slice()), ("POST", b"a\0\xff\r\n".as_slice()));
    let two: Vec<_> = raw.headers.iter().filter(|header| header.name == "x-two").map(model::Header::text).collect();
    assert_eq!(two, ["one", "two"]);
    assert!(raw.headers.iter().any(|header| header.name == "x-odd" && header.value == b"\xff"));
}

#[tokio::test]
async fn the_url_is_the_configured_one() {
    let settings = ServerSettings { external_url: Some("https://hooks.example/".parse().unwrap()), ..ServerSettings::default() };
    let house = House::with(settings).await;
    let reply = ask(house.address, post("/hooks/open?a=b", "hello")).await;
    assert_eq!(reply.header("x-url"), Some("https://hooks.example/hooks/open?a=b"));
}

#[tokio::test]
async fn what_is_not_genuine_gets_one_answer_whatever_the_cause() {
    let house = House::new().await;
    let with = |line: &str| format!("POST /hooks/signed HTTP/1.1\r\nhost: localhost\r\n{line}content-length: 2\r\n\r\nhi");
    let first = ask(house.address, with("")).await;
    insta::assert_json_snapshot!(first.stable());
    for line in ["x-token: \r\n", "x-token: wrong\r\n", "x-token: The channel's secret\r\n"] {
        let reply = ask(house.address, with(line)).await;
        assert_eq!((reply.status, reply.stable()), (401, first.stable()), "{line}");
    }
    assert!(house.store.accepted.lock().unwrap().is_empty());
    let reply = ask(house.address, with(&format!("x-token: {SECRET}\r\n"))).await;
    assert_eq!((reply.status, reply.text().as_str()), (200, "hi"));
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_and_not_sent_again() {
    let house = House::new().await;
    for body in ["refuse", "fault"] {
        let reply = ask(house.address, post("/hooks/open", body)).await;
        assert_eq!(reply.status, 202, "{body}");
        let id = reply.json()["quarantined"].as_str().unwrap().to_owned();
        let kept = house.store.quarantine.lock().unwrap().iter().find(|row| row.0.id.0 == id).unwrap().1.clone();
        assert_eq!(kept.body, body.as_bytes());
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_sent_again() {
    let house = House::new().await;
    house.store.broken.store(true, Ordering::SeqCst);
    for body in ["hello", "refuse"] {
        let reply = ask(house.address, post("/hooks/open", body)).await;
        assert_eq!((reply.status, reply.problem().as_str()), (503, "store-unavailable"));
        assert!(reply.header("retry-after").is_some());
        assert!(!reply.text().contains("disk"), "{}", reply.text());
    }
}
