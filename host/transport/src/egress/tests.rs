//! Against real listeners on loopback; only the store of secrets is a plain map.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dispatch::port::{Egress as _, EgressError, EgressGrant, EgressRequest, Secrets};
use model::{Credential, CredentialForm, Header, Response, Secret};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::HttpEgress;

struct Known(BTreeMap<String, String>);

impl Secrets for Known {
    fn values(&self, name: &str) -> Vec<Secret> {
        self.0.get(name).map(|value| Secret::new(value.as_bytes())).into_iter().collect()
    }
}

fn egress() -> HttpEgress {
    HttpEgress::new(Arc::new(Known(BTreeMap::from([("mastodon-token".to_owned(), "s3cret".to_owned())])))).unwrap()
}

fn grant(hosts: &[&str], private_network: bool) -> EgressGrant {
    let form = CredentialForm::Header { name: "authorization".to_owned(), prefix: "Bearer ".to_owned() };
    let credential = Credential { secret: "mastodon-token".to_owned(), form };
    EgressGrant {
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        credentials: BTreeMap::from([("token".to_owned(), credential)]),
        private_network,
        body_bytes_max: 1000,
        timeout_ms_max: 2_000,
    }
}

fn get(url: &str) -> EgressRequest {
    EgressRequest { method: "GET".to_owned(), url: url.to_owned(), ..EgressRequest::default() }
}

/// Answers every request with `answer`; counts connections; gives back what it last heard in the answer's body when that is empty.
async fn server(answer: &'static str) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let mut heard = vec![0; 4096];
            let read = stream.read(&mut heard).await.unwrap();
            let echo = String::from_utf8_lossy(&heard[..read]).into_owned();
            let whole = if answer.is_empty() {
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{echo}", echo.len())
            } else {
                answer.to_owned()
            };
            stream.write_all(whole.as_bytes()).await.unwrap();
        }
    });
    (port, connections)
}

async fn send(grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError> {
    egress().send(grant, request).await
}

#[tokio::test]
async fn a_granted_request_carries_its_credential() {
    let (port, _) = server("").await;
    let mut request = get(&format!("http://127.0.0.1:{port}/api?x=1"));
    request.credential = Some("token".to_owned());
    request.headers = vec![Header::new("Accept", "application/json")];
    let answer = send(&grant(&[&format!("127.0.0.1:{port}")], true), request).await.unwrap();
    let heard = String::from_utf8(answer.body).unwrap();
    assert!(heard.starts_with("GET /api?x=1 HTTP/1.1\r\n"), "{heard}");
    assert!(heard.to_lowercase().contains("authorization: bearer s3cret"), "{heard}");
    assert!(heard.contains("accept: application/json"), "{heard}");
}

#[tokio::test]
async fn what_is_not_granted_is_refused_by_name() {
    let granted = grant(&["api.example.com"], false);
    let cases = [
        (get("https://other.example.com/"), "host `other.example.com` port 443"),
        (get("https://api.example.com:8443/"), "host `api.example.com` port 8443"),
        (get("http://api.example.com/"), "scheme `http`"),
        (get("file:///etc/passwd"), "scheme `file`"),
        (get("https://user@api.example.com/"), "user information in a URL"),
        (EgressRequest { method: "CONNECT".to_owned(), ..get("https://api.example.com/") }, "method `CONNECT`"),
        (EgressRequest { credential: Some("other".to_owned()), ..get("https://api.example.com/") }, "credential `other`"),
        (EgressRequest { headers: vec![Header::new("Host", "x")], ..get("https://api.example.com/") }, "header `host`"),
        (EgressRequest { headers: vec![Header::new("x", "a\r\nb: c")], ..get("https://api.example.com/") }, "header `x`"),
        (
            EgressRequest { headers: vec![Header::new("Transfer-Encoding", "chunked")], ..get("https://api.example.com/") },
            "header `transfer-encoding`",
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(send(&granted, request).await, Err(EgressError::NotGranted(expected.to_owned())));
    }
}

#[tokio::test]
async fn no_form_of_a_private_address_is_connected_to() {
    let (port, connections) = server("").await;
    let hosts = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "0.0.0.0",
        "127。0。0。1",
    ];
    for host in hosts {
        let url = format!("https://{host}:{port}/");
        let named = url::Url::parse(&url).unwrap().host_str().unwrap().to_owned();
        let refused = send(&grant(&[&format!("{named}:{port}")], false), get(&url)).await;
        assert_eq!(refused, Err(EgressError::RefusedAddress), "{host}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn answers_are_bounded_and_redirects_are_not_followed() {
    let (port, _) = server("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    let granted = grant(&[&format!("127.0.0.1:{port}")], true);
    let answer = send(&granted, get(&format!("http://127.0.0.1:{port}/"))).await.unwrap();
    assert_eq!(answer.status, 302);

    let large: &'static str = Box::leak(format!("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{}", "x".repeat(5000)).into_boxed_str());
    let (port, _) = server(large).await;
    let granted = grant(&[&format!("127.0.0.1:{port}")], true);
    assert_eq!(send(&granted, get(&format!("http://127.0.0.1:{port}/"))).await, Err(EgressError::TooLarge(1000)));

    let (port, _) = server("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nonly").await;
    let granted = EgressGrant { timeout_ms_max: 200, ..grant(&[&format!("127.0.0.1:{port}")], true) };
    let cut = send(&granted, get(&format!("http://127.0.0.1:{port}/"))).await;
    assert!(matches!(cut, Err(EgressError::Timeout | EgressError::Unavailable(_))), "{cut:?}");
}
