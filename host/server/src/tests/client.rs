//! An HTTP client that sends exactly the bytes it is told to, so that it can misbehave.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Nothing here takes longer, unless something hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The code of the problem in the body.
    pub(super) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        self.json()["type"].as_str().unwrap().trim_start_matches("urn:pointsman:problem:").to_owned()
    }

    /// The body with the request's id, which differs each time, replaced.
    pub(super) fn stable(&self) -> serde_json::Value {
        let mut body = self.json();
        if let Some(instance) = body.get_mut("instance") {
            assert!(instance.as_str().unwrap().starts_with("urn:pointsman:request:r"), "{instance}");
            *instance = "urn:pointsman:request:…".into();
        }
        body
    }
}

/// A connection.
pub(super) struct Client {
    pub(super) stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub(super) async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap(), buffer: Vec::new() }
    }

    /// Sends bytes; the server may have closed already, which the reply will show.
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Reads until the text is there and takes it out with what stands before it.
    pub(super) async fn until(&mut self, end: &str) -> String {
        loop {
            if let Some(place) = self.buffer.windows(end.len()).position(|window| window == end.as_bytes()) {
                let taken: Vec<u8> = self.buffer.drain(..place + end.len()).collect();
                return String::from_utf8(taken).unwrap();
            }
            assert!(self.more().await, "the connection ended before {end:?}: {:?}", String::from_utf8_lossy(&self.buffer));
        }
    }

    /// Whether the server closes the connection without another byte.
    pub(super) async fn closed(&mut self) -> bool {
        !self.more().await && self.buffer.is_empty()
    }

    async fn more(&mut self) -> bool {
        let read = tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await.expect("no byte in time");
        read.is_ok_and(|count| count > 0)
    }

    async fn exactly(&mut self, count: usize) -> Vec<u8> {
        while self.buffer.len() < count {
            assert!(self.more().await, "the connection ended inside a body");
        }
        self.buffer.drain(..count).collect()
    }

    /// The status and headers of the next answer.
    pub(super) async fn head(&mut self) -> Reply {
        let head = self.until("\r\n\r\n").await;
        let mut lines = head.trim_end().lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).unwrap();
        Reply { status, headers: lines.map(header).collect(), body: Vec::new() }
    }

    /// The next whole answer.
    pub(super) async fn reply(&mut self) -> Reply {
        let mut reply = self.head().await;
        if let Some(length) = reply.header("content-length") {
            reply.body = self.exactly(length.parse().unwrap()).await;
        }
        reply
    }
}

/// One request on a connection of its own.
pub(super) async fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> Reply {
    let mut client = Client::connect(address).await;
    client.send(request).await;
    client.reply().await
}

/// A request without a body. Lines are further headers.
pub(super) fn request(method: &str, target: &str, lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n")
}

/// A delivery.
pub(super) fn post(target: &str, body: &str) -> String {
    format!("POST {target} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// `GET` with a token.
pub(super) async fn get(address: SocketAddr, target: &str, token: &str) -> Reply {
    let mut client = Client::connect(address).await;
    client.send(request("GET", target, &[&format!("authorization: Bearer {token}")])).await;
    client.reply().await
}
