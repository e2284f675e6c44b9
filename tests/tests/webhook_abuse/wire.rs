//! A connection that sends exactly the bytes it is told to, so that it can misbehave.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use harness::Host;

use crate::desk::Desk;

/// Nothing here takes longer, unless something hangs.
const PATIENCE: Duration = Duration::from_secs(40);

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Lower-case names.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection.
pub(crate) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    pub(crate) fn connect(host: &Host) -> Self {
        let stream = TcpStream::connect(host.url().trim_start_matches("http://")).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        stream.set_write_timeout(Some(PATIENCE)).expect("a time limit");
        stream.set_nodelay(true).expect("no delay");
        Self { stream, buffer: Vec::new() }
    }

    /// Sends bytes; whether the other side still takes any.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// The next whole answer; none when the connection ends before.
    pub(crate) fn reply(&mut self) -> Option<Reply> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.more() {
                return None;
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end).collect();
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.trim_end().lines();
        let first = lines.next()?;
        assert!(first.starts_with("HTTP/1.1 "), "{first:?} is no status line");
        let status = first.split(' ').nth(1)?.parse().ok()?;
        let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        let headers: Vec<_> = lines.filter_map(header).collect();
        let mut reply = Reply { status, headers, body: Vec::new() };
        let length = reply.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        while self.buffer.len() < length && self.more() {}
        reply.body = self.buffer.drain(..length.min(self.buffer.len())).collect();
        Some(reply)
    }

    /// All answers until the other side closes.
    pub(crate) fn all(&mut self) -> Vec<Reply> {
        std::iter::from_fn(|| self.reply()).collect()
    }

    /// Whether there are more bytes; a connection that stays open in silence is a defect.
    fn more(&mut self) -> bool {
        let mut bytes = [0; 16 << 10];
        match self.stream.read(&mut bytes) {
            Ok(count) => {
                self.buffer.extend_from_slice(&bytes[..count]);
                count > 0
            }
            Err(error) => {
                assert!(!matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "the connection stays open in silence");
                false
            }
        }
    }
}

/// The last request of a connection.
const LAST: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// The answers to these bytes on a connection of their own. A connection that is not closed by itself is closed by a request of ours, whose
/// answer is left out.
pub(crate) fn ask(host: &Host, bytes: impl AsRef<[u8]>) -> Vec<Reply> {
    let mut wire = Wire::connect(host);
    wire.send(bytes);
    wire.send(LAST);
    let mut replies = wire.all();
    replies.pop_if(|reply| reply.status == 200 && reply.header("connection") == Some("close") && reply.text().contains("ok"));
    replies
}

/// A delivery in wire form. `head` is further header lines, each with its end.
pub(crate) fn post(connector: &str, head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("POST /hooks/{connector} HTTP/1.1\r\nhost: localhost\r\n{head}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// What was sent is decided, and one more is taken and decided as if nothing had been.
pub(crate) fn goes_on(desk: &Desk) {
    desk.host.wait_for_totals(PATIENCE, |totals| totals["pending"] == 0).expect("all is decided");
    desk.still_serves();
}

/// The process's resident memory.
pub(crate) fn resident_kib(host: &Host) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", host.pid())).expect("the process's status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its resident memory");
    line.split_whitespace().next().and_then(|figure| figure.parse().ok()).expect("a figure")
}

/// The `percent` percentile of some durations.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(at).copied().unwrap_or_default()
}
