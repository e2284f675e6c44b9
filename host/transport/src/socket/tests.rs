//! Against a real WebSocket server on loopback, which does what each case says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dispatch::port::{Secrets, SystemClock};
use futures::future::BoxFuture;
use futures::{SinkExt as _, StreamExt as _};
use model::{Advance, Credential, CredentialForm, Frame, Secret, Timestamp, Transport};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::*;
use crate::egress::EgressSettings;
use crate::testing::{Heard, NAME, host, on, said, until};

type Peer = WebSocketStream<TcpStream>;

/// A server: where it is, and the head of each handshake.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn server(serve: impl Fn(usize, Peer) -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server { address: listener.local_addr().unwrap().to_string(), asked: Arc::default() };
    let asked = Arc::clone(&server.asked);
    tokio::spawn(async move {
        let mut number = 0;
        while let Ok((stream, _)) = listener.accept().await {
            let kept = Arc::clone(&asked);
            #[expect(clippy::result_large_err, reason = "the shape of the handshake's callback")]
            let note = move |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
                let key = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
                kept.lock().unwrap().push(format!("{} {key}", request.uri()));
                Ok(response)
            };
            if let Ok(peer) = accept_hdr_async(stream, note).await {
                tokio::spawn(serve(number, peer));
                number += 1;
            }
        }
    });
    server
}

struct Known;

impl Secrets for Known {
    fn values(&self, _name: &str) -> Vec<Secret> {
        vec![Secret::new("s3cret\"quoted")]
    }
}

fn settings(server: &Server, path: &str) -> SocketSettings {
    let form = CredentialForm::Header { name: "authorization".to_owned(), prefix: "Bearer ".to_owned() };
    let credential = Credential { secret: "configured".to_owned(), form, hosts: vec![] };
    let grant = EgressGrant {
        hosts: [server.address.clone()].into(),
        credentials: [("token".to_owned(), credential)].into(),
        private_network: true,
        body_bytes_max: 10_000,
        header_bytes_max: 10_000,
        headers_max: 64,
        redirects_max: 0,
        timeout_ms_max: 5_000,
    };
    SocketSettings {
        connector: NAME.to_owned(),
        url: format!("ws://{}{path}", server.address),
        credential: None,
        fill: None,
        resolve: None,
        grant,
        limits: SocketLimits::default(),
    }
}

/// The connection, until it is dropped.
struct Held {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Held {
    fn new(ingest: &Ingest, settings: SocketSettings) -> Self {
        let egress = HttpEgress::new(Arc::new(Known), EgressSettings::default()).unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(hold_socket(ingest.clone(), egress, settings, Arc::new(SystemClock), stop.clone()));
        Self { stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.task).await.expect("it ends when it is told to").unwrap();
    }
}

fn transport() -> Transport {
    Transport::WebSocket { url: "ws://127.0.0.1:1".to_owned(), credential: None, fill: None, resolve: None }
}

/// Says what it hears; its cursor is the last of it.
fn repeats(heard: Heard<'_>) -> Result<Advance, model::Refusal> {
    Ok(match heard {
        Heard::Frame(frame, ..) => {
            let id = String::from_utf8(frame.to_vec()).unwrap();
            Advance { facts: vec![said(&id)], cursor: Some(frame.to_vec()), ..Advance::default() }
        }
        _ => Advance::default(),
    })
}

async fn tell(peer: &mut Peer, ids: &[&str]) {
    for id in ids {
        peer.send(Message::text(*id)).await.unwrap();
    }
}

#[tokio::test]
async fn a_broken_connection_and_a_restart_resume_from_the_cursor_and_what_comes_twice_is_dropped() {
    let server = server(|number, mut peer| {
        Box::pin(async move {
            match number {
                0 => tell(&mut peer, &["1", "2"]).await,
                1 => tell(&mut peer, &["2", "3"]).await,
                _ => tell(&mut peer, &["3", "4"]).await,
            }
            // The first breaks off, the others stay.
            if number > 0 {
                while let Some(Ok(_)) = peer.next().await {}
            }
        })
    })
    .await;
    let (ingest, kept) = host(transport(), repeats);
    let held = Held::new(&ingest, settings(&server, "/stream?kind=post&cursor={cursor}"));
    until("three", || kept.said().len() == 3).await;
    held.end().await;
    // After a restart the store is all that is left.
    let ingest = on(Arc::clone(&kept), transport(), repeats);
    let held = Held::new(&ingest, settings(&server, "/stream?kind=post&cursor={cursor}"));
    until("four", || kept.said().len() == 4).await;
    held.end().await;
    assert_eq!(kept.said(), ["1", "2", "3", "4"]);
    assert_eq!(kept.memory().duplicates, 2);
    assert_eq!(*server.asked.lock().unwrap(), ["/stream?kind=post ", "/stream?kind=post&cursor=2 ", "/stream?kind=post&cursor=3 "]);
}

#[tokio::test]
async fn frames_are_sent_in_order_with_the_secret_filled_in_and_wakes_come() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept_heard = Arc::clone(&heard);
    let server = server(move |_, mut peer| {
        let heard = Arc::clone(&kept_heard);
        Box::pin(async move {
            while let Some(Ok(message)) = peer.next().await {
                match &message {
                    Message::Text(text) if text.contains("identify") => {
                        // What was said comes back, and must not reach the connector.
                        peer.send(message.clone()).await.unwrap();
                    }
                    Message::Close(_) => return,
                    _ => {}
                }
                heard.lock().unwrap().push(message);
            }
        })
    })
    .await;
    let script = |heard: Heard<'_>| {
        let text = |text: &str| Frame::Text(text.to_owned());
        Ok(match heard {
            Heard::Opened => Advance {
                send: vec![text("{\"identify\":\"{secret}\"}"), Frame::Binary(vec![1, 2]), text("plain {secret}")],
                wake_at: Some(Timestamp(0)),
                ..Advance::default()
            },
            Heard::Woken => Advance { send: vec![text("beat")], ..Advance::default() },
            Heard::Frame(frame, ..) => Advance { facts: vec![said(&String::from_utf8_lossy(frame))], ..Advance::default() },
        })
    };
    let (ingest, kept) = host(transport(), script);
    let fill = Some(Fill { name: "token".to_owned(), secret: "configured".to_owned() });
    let held = Held::new(&ingest, SocketSettings { fill, credential: Some("token".to_owned()), ..settings(&server, "/") });
    until("four frames", || heard.lock().unwrap().len() == 4).await;
    until("the echo", || kept.said().len() == 1).await;
    let texts: Vec<String> = heard.lock().unwrap().iter().map(|message| format!("{message}")).collect();
    assert_eq!(texts[0], "{\"identify\":\"s3cret\\\"quoted\"}");
    assert_eq!((texts[2].as_str(), texts[3].as_str()), ("plain s3cret\"quoted", "beat"));
    assert_eq!(kept.said(), ["{\"identify\":\"**************\"}"]);
    assert_eq!(server.asked.lock().unwrap()[0], "/ Bearer s3cret\"quoted");
    held.end().await;
}

#[tokio::test]
async fn a_frame_that_is_not_taken_comes_again() {
    let server = server(|_, mut peer| {
        Box::pin(async move {
            tell(&mut peer, &["1"]).await;
            while let Some(Ok(_)) = peer.next().await {}
        })
    })
    .await;
    let (ingest, kept) = host(transport(), repeats);
    kept.memory().away = 1;
    let held = Held::new(&ingest, settings(&server, "/"));
    until("the frame", || kept.said().len() == 1).await;
    assert_eq!(server.asked.lock().unwrap().len(), 2, "the connection was opened again");
    held.end().await;
}

#[tokio::test]
async fn silence_and_frames_that_are_too_large_end_a_connection() {
    let server = server(|number, mut peer| {
        Box::pin(async move {
            match number {
                // Says nothing, and answers no ping, because it does not read.
                0 => tokio::time::sleep(Duration::from_secs(60)).await,
                1 => {
                    let _ = peer.send(Message::text("x".repeat(2_000))).await;
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
                _ => {
                    tell(&mut peer, &["1"]).await;
                    // Answers pings, so that its silence does no harm.
                    while let Some(Ok(_)) = peer.next().await {}
                }
            }
        })
    })
    .await;
    let (ingest, kept) = host(transport(), repeats);
    let limits = SocketLimits { message_bytes_max: 1_000, silence_ms_max: 300, ..SocketLimits::default() };
    let held = Held::new(&ingest, SocketSettings { limits, ..settings(&server, "/") });
    until("the third connection", || kept.said().len() == 1).await;
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(server.asked.lock().unwrap().len(), 3, "who answers pings is there");
    assert!(kept.memory().quarantined.is_empty());
    held.end().await;
}

#[tokio::test]
async fn nothing_but_granted_hosts_and_nothing_plain_outside_private_networks() {
    let server = server(|_, _| Box::pin(async {})).await;
    let (ingest, _) = host(transport(), repeats);
    let egress = HttpEgress::new(Arc::new(Known), EgressSettings::default()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let stop = CancellationToken::new();
    let check = async |settings: SocketSettings| {
        let talk = Talk { ingest: &ingest, egress: &egress, settings: &settings, clock: &clock, stop: &stop };
        talk.hold().await.unwrap_err().to_string()
    };
    let open = settings(&server, "/");
    let public = EgressGrant { private_network: false, ..open.grant.clone() };
    let said = check(SocketSettings { grant: public.clone(), ..open.clone() }).await;
    assert_eq!(said, "the connection failed: not granted: scheme `ws`");
    let secure = SocketSettings { url: open.url.replace("ws:", "wss:"), grant: public, ..open.clone() };
    assert_eq!(check(secure).await, "the connection failed: the name leads to an address that is not public");
    let elsewhere = SocketSettings { url: "ws://127.0.0.1:9/".to_owned(), ..open };
    assert_eq!(check(elsewhere).await, "the connection failed: not granted: host `127.0.0.1` port 9");
    assert!(server.asked.lock().unwrap().is_empty());
}
