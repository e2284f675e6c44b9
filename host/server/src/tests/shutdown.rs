//! The end: what is in hand is finished, what waits is closed, nothing is accepted any more.

use tokio::net::TcpStream;

use super::client::{Client, ask, request};
use super::house::{House, VIEWER};
use crate::{BindError, ServerSettings, Shutdown, bind};

#[tokio::test]
async fn what_is_in_hand_is_finished_and_the_rest_closed() {
    let house = House::new().await;
    let address = house.address;
    let mut idle = Client::connect(address).await;
    idle.send(request("GET", "/healthz", &[])).await;
    assert_eq!(idle.reply().await.status, 200);
    let mut busy = Client::connect(address).await;
    busy.send("POST /hooks/open HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n").await;
    busy.until("100 Continue\r\n\r\n").await;
    let mut live = Client::connect(address).await;
    live.send(request("GET", "/api/v1/live", &[&format!("authorization: Bearer {VIEWER}")])).await;
    assert_eq!(live.head().await.status, 200);

    house.stop.cancel();
    assert!(idle.closed().await);
    live.until("0\r\n\r\n").await;
    busy.send("hello").await;
    let reply = busy.reply().await;
    assert_eq!((reply.status, reply.text().as_str()), (200, "hello"));
    let store = std::sync::Arc::clone(&house.store);
    assert_eq!(house.close().await, Shutdown { connections_cut: 0 });
    assert_eq!(store.accepted.lock().unwrap().len(), 1);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_takes_longer_than_the_grace_is_cut() {
    let house = House::with(ServerSettings { grace_ms: 10, ..ServerSettings::default() }).await;
    let mut busy = Client::connect(house.address).await;
    busy.send("POST /hooks/open HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n").await;
    busy.until("100 Continue\r\n\r\n").await;
    assert_eq!(house.close().await, Shutdown { connections_cut: 1 });
    assert!(busy.closed().await);
}

#[tokio::test]
async fn readiness_is_the_stores() {
    let house = House::new().await;
    assert_eq!(ask(house.address, request("GET", "/readyz", &[])).await.status, 200);
    house.store.broken.store(true, std::sync::atomic::Ordering::SeqCst);
    let reply = ask(house.address, request("GET", "/readyz", &[])).await;
    insta::assert_json_snapshot!("problem-not-ready", reply.stable());
    assert_eq!(ask(house.address, request("GET", "/healthz", &[])).await.status, 200);
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let house = House::new().await;
    let error = bind(house.address).await.unwrap_err();
    assert!(matches!(error, BindError::InUse(address) if address == house.address), "{error}");
    assert!(error.to_string().contains("in use"), "{error}");
}
