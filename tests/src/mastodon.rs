//! A stand-in for a Mastodon instance: answers the endpoints that a poll asks, from files, and holds a stream open.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// What the instance answers; shared with its thread.
#[derive(Default)]
struct Pages {
    /// By path. Lists are answered once in whole, then only what is newer than `since_id` or `min_id`.
    by_path: BTreeMap<String, Value>,
    /// Server-sent events in wire form.
    events: String,
    /// Authorization headers that were seen.
    tokens: Vec<String>,
}

/// A local instance; ends with the process.
#[derive(Clone)]
pub struct StandIn {
    pages: Arc<(Mutex<Pages>, Condvar)>,
    port: u16,
}

impl StandIn {
    /// Listens on this port of loopback; 0 for any.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn start(port: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).with_context(|| format!("listening on port {port}"))?;
        let port = listener.local_addr()?.port();
        let pages = Arc::new((Mutex::new(Pages::default()), Condvar::new()));
        let shared = Arc::clone(&pages);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let pages = Arc::clone(&shared);
                std::thread::spawn(move || answer(stream, &pages));
            }
        });
        Ok(Self { pages, port })
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers this path with this document from now on.
    pub fn serve(&self, path: &str, document: Value) {
        let mut pages = self.pages.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.by_path.insert(path.to_owned(), document);
    }

    /// Sends these events to whoever listens to the stream, now or later.
    pub fn stream(&self, events: &str) {
        self.pages.0.lock().unwrap_or_else(PoisonError::into_inner).events = events.to_owned();
        self.pages.1.notify_all();
    }

    /// The credentials that were shown to it.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.pages.0.lock().unwrap_or_else(PoisonError::into_inner).tokens.clone()
    }
}

fn answer(stream: TcpStream, (pages, changed): &(Mutex<Pages>, Condvar)) {
    let mut reader = BufReader::new(stream);
    while let Some((path, query, token)) = head(&mut reader) {
        let mut pages = pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.tokens.extend(token);
        if path.contains("/streaming/") {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-store\r\n\r\n:)\n";
            let _ = reader.get_mut().write_all(head.as_bytes());
            let silent = |pages: &mut Pages| pages.events.is_empty();
            let events = changed.wait_while(pages, silent).unwrap_or_else(PoisonError::into_inner).events.clone();
            let _ = reader.get_mut().write_all(events.as_bytes());
            // The stream stays open until the other side closes it.
            let mut rest = String::new();
            let _ = reader.read_line(&mut rest);
            return;
        }
        let body = pages.by_path.get(&path).map_or_else(|| "[]".to_owned(), |page| newer(page, &query).to_string());
        drop(pages);
        let whole = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if reader.get_mut().write_all(whole.as_bytes()).is_err() {
            return;
        }
    }
}

/// Path, query and authorization of a request.
fn head(reader: &mut BufReader<TcpStream>) -> Option<(String, String, Option<String>)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let target = first.split(' ').nth(1)?.to_owned();
    let mut token = None;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line.trim_end().is_empty() {
            break;
        }
        if line.to_ascii_lowercase().starts_with("authorization:") {
            token = line.split_once(':').map(|(_, value)| value.trim().to_owned());
        }
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some((path.to_owned(), query.to_owned(), token))
}

/// Of a list, what is newer than the query's `since_id` or `min_id`; ids of Mastodon are numbers that grow.
fn newer(page: &Value, query: &str) -> Value {
    let since = query.split('&').find_map(|pair| pair.strip_prefix("since_id=").or_else(|| pair.strip_prefix("min_id=")));
    let (Some(since), Value::Array(items)) = (since.and_then(number), page) else { return page.clone() };
    let kept = items.iter().filter(|item| item.get("id").and_then(Value::as_str).and_then(number).is_none_or(|id| id > since));
    Value::Array(kept.cloned().collect())
}

fn number(text: &str) -> Option<u128> {
    text.parse().ok()
}
