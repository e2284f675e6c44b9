//! Webhooks over connections that stay open: as little work as a client can do, because it shares the machine with what is measured.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use harness::Signer;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::sample::Sample;

/// The sample's forms over and over, each with an id of its own.
pub(crate) fn bodies<'a>(sample: &'a Sample, prefix: &'a str, count: usize) -> impl Iterator<Item = String> + 'a {
    sample.forms.iter().cycle().take(count).enumerate().map(move |(at, form)| {
        let mut form = form.clone();
        if let Some(form) = form.as_object_mut() {
            form.remove("thread");
        }
        with_id(form, prefix, at)
    })
}

/// A body with an id of its own.
pub(crate) fn with_id(mut body: Value, prefix: &str, at: usize) -> String {
    if let Some(body) = body.as_object_mut() {
        body.insert("id".to_owned(), Value::from(format!("{prefix}-{at:06}")));
    }
    body.to_string()
}

/// A signed request in wire form.
pub(crate) fn request(host: &str, signer: &Signer, body: &str) -> Vec<u8> {
    let mut head = format!("POST /hooks/shop HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n");
    for (name, value) in signer.headers("", body.as_bytes()) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Sends all requests over so many connections; how long each waited for its answer.
pub(crate) async fn send(host: &str, mut requests: Vec<Vec<u8>>, connections: usize) -> Result<Vec<Duration>> {
    let part = requests.len().div_ceil(connections.max(1)).max(1);
    let mut senders = JoinSet::new();
    while !requests.is_empty() {
        let rest = requests.split_off(part.min(requests.len()));
        let part = std::mem::replace(&mut requests, rest);
        let host = host.to_owned();
        senders.spawn(async move { send_all(&host, part).await });
    }
    let mut waited = Vec::new();
    while let Some(ended) = senders.join_next().await {
        waited.extend(ended??);
    }
    Ok(waited)
}

/// Sends the requests one after the other; each must be answered 2xx before the next.
async fn send_all(host: &str, requests: Vec<Vec<u8>>) -> Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(host).await.context("connecting to the host")?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(4_096);
    let mut waited = Vec::with_capacity(requests.len());
    for request in requests {
        let started = Instant::now();
        stream.write_all(&request).await?;
        let answer = answer(&mut stream, &mut buffer).await?;
        waited.push(started.elapsed());
        if !answer.starts_with("HTTP/1.1 2") {
            bail!("a delivery was answered {answer}");
        }
    }
    Ok(waited)
}

/// Reads one whole answer; its head.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<String> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the host broke off");
        }
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(buffer.get(..end).unwrap_or_default()).to_ascii_lowercase().replacen("http", "HTTP", 1);
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        while buffer.len() < end + 4 + length.unwrap_or_default() {
            if stream.read_buf(buffer).await? == 0 {
                bail!("the host broke off");
            }
        }
        return Ok(head);
    }
}
