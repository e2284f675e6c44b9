//! Who may do what: every route of the document with every kind of caller.

use std::net::SocketAddr;

use super::client::{Client, Reply, ask, request};
use super::house::{ADMIN, House, OPERATOR, VIEWER};
use crate::site::ROLE;
use crate::{Access, ServerSettings};

/// All operations of the document: method, path and the role that it demands.
fn operations() -> Vec<(String, String, Option<Access>)> {
    let document = crate::document();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let role = operation[ROLE].as_str().map(|name| Access::parse(name).unwrap());
            assert_eq!(role.is_some(), operation.get("security").is_some(), "{method} {path}");
            all.push((method.to_uppercase(), path.clone(), role));
        }
    }
    all
}

async fn head(address: SocketAddr, method: &str, path: &str, lines: &[&str]) -> Reply {
    let target = path.replace("{id}", "nobody").replace("{connector}", "nobody");
    let mut client = Client::connect(address).await;
    client.send(request(method, &target, lines)).await;
    client.head().await
}

#[tokio::test]
async fn every_route_asks_for_its_role() {
    let house = House::new().await;
    let callers =
        [(VIEWER, Some(Access::Viewer)), (OPERATOR, Some(Access::Operator)), (ADMIN, Some(Access::Admin)), ("nobody's token", None)];
    for (method, path, needed) in operations() {
        let reply = head(house.address, &method, &path, &[]).await;
        assert_eq!(reply.status == 401, needed.is_some(), "{method} {path} without a token: {reply:?}");
        for (token, access) in callers {
            let status = head(house.address, &method, &path, &[&format!("authorization: Bearer {token}")]).await.status;
            let expected = match (needed, access) {
                (Some(_), None) => Some(401),
                (Some(needed), Some(access)) if access < needed => Some(403),
                _ => None,
            };
            assert_eq!(matches!(status, 401 | 403).then_some(status), expected, "{method} {path} with {token}");
        }
    }
}

#[tokio::test]
async fn head_is_guarded_as_get_is() {
    let house = House::new().await;
    assert_eq!(head(house.address, "HEAD", "/api/v1/totals", &[]).await.status, 401);
    assert_eq!(head(house.address, "HEAD", "/api/v1/totals", &[&format!("authorization: Bearer {VIEWER}")]).await.status, 200);
}

#[tokio::test]
async fn what_is_no_bearer_token_is_refused() {
    let house = House::new().await;
    for line in [
        "authorization: Bearer",
        "authorization: Bearer ",
        "authorization: Bearer nobody's token",
        &format!("authorization: Basic {VIEWER}"),
        &format!("authorization: {VIEWER}"),
        &format!("authorization: Bearer {VIEWER}x"),
        &format!("authorization: Bearer {VIEWER}\r\nauthorization: Bearer {ADMIN}"),
    ] {
        let reply = ask(house.address, request("GET", "/api/v1/totals", &[line])).await;
        assert_eq!(reply.status, 401, "{line}");
        assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer "), "{line}");
        insta::assert_json_snapshot!("problem-unauthorised", reply.stable());
    }
    let in_the_url = ask(house.address, request("GET", &format!("/api/v1/totals?access_token={}", VIEWER.replace(' ', "%20")), &[])).await;
    assert_eq!(in_the_url.status, 401);
    let forbidden = ask(house.address, request("GET", "/api/v1/quarantine/d1", &[&format!("authorization: bearer {VIEWER}")])).await;
    insta::assert_json_snapshot!("problem-forbidden", forbidden.stable());
}

#[tokio::test]
async fn an_open_api_is_open_to_programs_of_this_machine_only() {
    let house = House::with(ServerSettings { open_api_on_loopback: true, ..ServerSettings::default() }).await;
    let check = async |lines: &[&str], status: u16| {
        let reply = ask(house.address, format!("GET /api/v1/totals HTTP/1.1\r\n{}\r\n\r\n", lines.join("\r\n"))).await;
        assert_eq!(reply.status, status, "{lines:?}");
    };
    check(&["host: localhost"], 200).await;
    check(&["host: rebound.example"], 401).await;
    check(&["host: localhost", "origin: https://evil.example"], 401).await;
    check(&["host: localhost", "authorization: Bearer nobody's"], 401).await;
    let admin = ask(house.address, request("GET", "/api/v1/generations/x", &[])).await;
    assert_eq!(admin.status, 403);
}

#[tokio::test]
async fn metrics_are_open_when_configured_so() {
    let house = House::with(ServerSettings { open_metrics: true, ..ServerSettings::default() }).await;
    assert_eq!(ask(house.address, request("GET", "/metrics", &[])).await.status, 200);
    assert_eq!(ask(house.address, request("GET", "/api/v1/totals", &[])).await.status, 401);
}
