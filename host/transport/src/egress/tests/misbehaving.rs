//! Servers that do what no server should: each ends in its error, within the cap and the time.

use std::time::{Duration, Instant};

use dispatch::port::EgressError;
use model::Response;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::house::{ask, grant, heard, raw, send};

/// Time that a refusal may take beyond its limit on a busy machine.
const SLACK: Duration = Duration::from_millis(1_500);

/// Reads a request, says `head`, then `piece` for ever.
async fn flooded(head: &'static str, piece: Vec<u8>, pause_ms: u64) -> (Result<Response, EgressError>, Duration) {
    let server = raw(move |mut stream: TcpStream| {
        let piece = piece.clone();
        async move {
            let _ = heard(&mut stream).await;
            let mut open = stream.write_all(head.as_bytes()).await.is_ok();
            while open {
                open = !piece.is_empty() && stream.write_all(&piece).await.is_ok();
                match pause_ms {
                    0 => tokio::task::yield_now().await,
                    pause_ms => tokio::time::sleep(Duration::from_millis(pause_ms)).await,
                }
            }
        }
    })
    .await;
    let start = Instant::now();
    let told = send(&grant(&[&server.host()], true), ask("GET", &format!("http://{}/", server.host()))).await;
    (told, start.elapsed())
}

async fn check(head: &'static str, piece: impl AsRef<[u8]>, expected: EgressError) {
    let (told, took) = flooded(head, piece.as_ref().to_vec(), 0).await;
    assert_eq!(told, Err(expected), "{head}");
    assert!(took < Duration::from_secs(1) + SLACK, "{head} took {took:?}");
}

const OK: &str = "HTTP/1.1 200 OK\r\n\r\n";

#[tokio::test]
async fn bodies_end_at_the_cap() {
    let large = EgressError::TooLarge(10_000);
    check("HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n", [b'x'; 4096], large.clone()).await;
    check(OK, [b'x'; 4096], large.clone()).await;
    check(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        b"400\r\n".iter().copied().chain([b'x'; 1024]).chain(*b"\r\n").collect::<Vec<_>>(),
        large.clone(),
    )
    .await;
    check("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n".repeat(200), large).await;
}

#[tokio::test]
async fn compressed_bodies_are_refused() {
    let why = EgressError::Unavailable("the answer is compressed, which was not asked for".to_owned());
    check("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 10\r\n\r\n", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0], why.clone())
        .await;
    check("HTTP/1.1 200 OK\r\ncontent-encoding: identity, br\r\n\r\n", [0; 64], why.clone()).await;
    check("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n", b"1\r\nx\r\n", why).await;
}

#[tokio::test]
async fn heads_end_at_the_cap() {
    let large = EgressError::TooLarge(16 << 10);
    check("HTTP/1.1 200 OK\r\n", b"a: b\r\n".repeat(100), large.clone()).await;
    check("HTTP/1.1 200 OK\r\na: ", [b'x'; 4096], large.clone()).await;
    check("HTTP/1.1 200 OK\r\n", format!("a: {}\r\n", "x".repeat(1 << 10)), large.clone()).await;
    let fields = |count: usize, size: usize| -> &'static str {
        let headers = format!("a: {}\r\n", "x".repeat(size)).repeat(count);
        Box::leak(format!("HTTP/1.1 200 OK\r\n{headers}content-length: 0\r\n\r\n").into_boxed_str())
    };
    check(fields(70, 1), "", EgressError::Unavailable("the answer has more than 64 headers".to_owned())).await;
    check(fields(20, 1 << 10), "", large).await;
}

#[tokio::test]
async fn interim_answers_and_other_protocols_are_refused() {
    let flood = EgressError::Unavailable("more than 8 interim answers".to_owned());
    check("", "HTTP/1.1 100 Continue\r\n\r\n", flood.clone()).await;
    check("", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", flood).await;
    let switched = EgressError::Unavailable("the answer has status 101: protocols are not switched".to_owned());
    check("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", "", switched).await;
}

#[tokio::test]
async fn slow_answers_end_in_time() {
    for (head, piece) in [
        (OK, "x"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", "x"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
        ("HTTP/1.1 200 OK\r\nx: ", "y"),
        ("", "H"),
    ] {
        let (told, took) = flooded(head, piece.as_bytes().to_vec(), 100).await;
        let ended = matches!(told, Err(EgressError::Timeout | EgressError::Unavailable(_)));
        assert!(ended && took < Duration::from_secs(1) + SLACK, "{head:?}: {told:?} in {took:?}");
    }
    let silent = raw(|stream: TcpStream| async move {
        let _kept = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let start = Instant::now();
    assert_eq!(send(&grant(&[&silent.host()], true), ask("GET", &format!("http://{}/", silent.host()))).await, Err(EgressError::Timeout));
    assert!(start.elapsed() < Duration::from_secs(1) + SLACK);
}

#[tokio::test]
async fn what_is_no_http_is_said_to_be_unavailable() {
    for head in [
        "",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nonly",
    ] {
        let (told, took) = flooded(head, vec![], 0).await;
        assert!(matches!(told, Err(EgressError::Unavailable(_))), "{head:?}: {told:?}");
        assert!(took < Duration::from_secs(1), "{head:?} took {took:?}");
    }
}

#[tokio::test]
async fn trailers_and_chunk_extensions_end_somewhere() {
    for (head, piece) in [
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", "a: b\r\n".repeat(100)),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", "x".repeat(4096)),
    ] {
        let (told, took) = flooded(head, piece.into_bytes(), 0).await;
        assert!(matches!(told, Err(EgressError::Unavailable(_) | EgressError::TooLarge(_))), "{head:?}: {told:?}");
        assert!(took < Duration::from_secs(1) + SLACK, "{head:?} took {took:?}");
    }
}
