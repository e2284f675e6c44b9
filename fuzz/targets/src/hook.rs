//! HTTP as it arrives: raw bytes of a connection through the parser, the server's checks and routes, up to the core and back.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncWriteExt as _;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use crate::{Target, repository};

#[allow(dead_code, clippy::unwrap_used, reason = "a file of tests, of which only a part is needed here")]
#[path = "../../../host/server/src/tests/desk.rs"]
mod desk;
// The house, its store in memory and its plugin that does what it is told are those of the server's own tests.
#[allow(dead_code, clippy::unwrap_used, reason = "a file of tests, of which only a part is needed here")]
#[path = "../../../host/server/src/tests/house.rs"]
mod house;
#[allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "a file of tests, of which only a part is needed here")]
#[path = "../../../host/server/src/tests/memory.rs"]
mod memory;
#[path = "../../../host/server/src/tests/stub.rs"]
mod stub;

/// No request is answered with 500, there are not more requests than the bytes can hold, and the connection ends when its bytes do.
pub const TARGET: Target = Target { name: "hook", run, seeds };

/// The store in memory keeps everything, so it is thrown away from time to time.
const USES_MAX: u32 = 500;
/// The shortest request there can be.
const REQUEST_BYTES_MIN: usize = 16;
/// Nothing waits here, unless something hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server that is used for a while.
struct Stand {
    runtime: Runtime,
    routes: Router,
    uses: u32,
}

thread_local! {
    static STAND: RefCell<Option<Stand>> = const { RefCell::new(None) };
}

fn run(bytes: &[u8]) {
    // The stub panics when it is asked to, which is a test of something else.
    if bytes.windows(5).any(|window| window == b"panic") {
        return;
    }
    let seen = STAND.with_borrow_mut(|stand| {
        if stand.as_ref().is_none_or(|stand| stand.uses >= USES_MAX) {
            *stand = Stand::new();
        }
        stand.as_mut().map(|stand| stand.talk(bytes)).unwrap_or_default()
    });
    assert_eq!(seen.failed, 0, "a request was answered with 500");
    assert!(seen.requests <= bytes.len() / REQUEST_BYTES_MIN + 1, "{} requests", seen.requests);
}

/// What a connection's requests came to.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    requests: usize,
    failed: usize,
}

impl Stand {
    fn new() -> Option<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().ok()?;
        let mut services = house::idle();
        services.settings = crate::ServerSettings {
            trusted_proxies: "0.0.0.0/0".parse().into_iter().collect(),
            body_bytes_max: 1_000,
            headers_max: 20,
            headers_bytes_max: 2_000,
            target_bytes_max: 500,
            address_rate: None,
            connector_rate: None,
            ..crate::ServerSettings::default()
        };
        let routes = server::router(services, CancellationToken::new()).ok()?;
        Some(Self { runtime, routes, uses: 0 })
    }

    /// All of the bytes on a connection of their own, which then ends.
    fn talk(&mut self, bytes: &[u8]) -> Seen {
        self.uses += 1;
        let seen = Rc::new(Cell::new(Seen::default()));
        let conversation = converse(self.routes.clone(), bytes, Rc::clone(&seen));
        let ended = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, conversation).await });
        assert!(ended.is_ok(), "the connection does not end");
        seen.get()
    }
}

async fn converse(routes: Router, bytes: &[u8], seen: Rc<Cell<Seen>>) {
    let (mut ours, theirs) = tokio::io::duplex(64 << 10);
    let routes = TowerToHyperService::new(routes);
    let service = service_fn(|request| {
        let (answer, seen) = (routes.call(request), Rc::clone(&seen));
        async move {
            let answer = answer.await;
            let failed = usize::from(answer.as_ref().is_ok_and(|answer| answer.status() == 500));
            let before = seen.get();
            seen.set(Seen { requests: before.requests + 1, failed: before.failed + failed });
            answer
        }
    });
    let mut http = http1::Builder::new();
    // All bytes are there at once, and then their end: what was asked before it is answered all the same.
    http.half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_headers(40)
        .max_header_size(5_000)
        .max_buf_size(64 << 10);
    let serving = async {
        // How it ends is the connection's affair: refused framing is an error too.
        let _ = http.serve_connection(TokioIo::new(theirs), service).await;
    };
    let asking = async {
        let _ = ours.write_all(bytes).await;
        let _ = ours.shutdown().await;
        let _ = tokio::io::copy(&mut ours, &mut tokio::io::sink()).await;
    };
    tokio::join!(serving, asking);
}

/// Deliveries of the sample and the requests of the server's own tests, in wire form.
fn seeds() -> Vec<Vec<u8>> {
    let post = |head: &str, body: &[u8]| {
        let head = format!("POST /hooks/open HTTP/1.1\r\nhost: localhost\r\n{head}content-length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let mut seeds: Vec<Vec<u8>> = repository::files("examples/01-first-chain/payloads/shop", ".json")
        .iter()
        .map(|body| post("content-type: application/json\r\n", body))
        .collect();
    let two = [post("", b"refuse"), post("connection: close\r\n", b"status 204\nheader x-own: a")].concat();
    let forwarded = "forwarded: for=\"[2001:db8::17]:4711\";proto=https;host=shop.example, for=unknown\r\n";
    let older = "x-forwarded-for: 6.6.6.6, 198.51.100.7:80\r\nx-forwarded-proto: https\r\nx-forwarded-host: shop.example\r\n";
    seeds.extend([two, post(forwarded, b"hello"), post(older, b"fault"), post("x-token: wrong\r\ncookie: a=b\r\n", b"x")]);
    let plain = [
        "POST /hooks/signed HTTP/1.1\r\nhost: localhost\r\nx-token: wrong\r\ntransfer-encoding: chunked\r\n\r\n\
         3;x=y\r\nabc\r\n0\r\nt: u\r\n\r\n",
        "GET /hooks/open?a=b%20 HTTP/1.0\r\nhost: localhost\r\n\r\n",
        "GET /api/v1/decisions?limit=5&before=x HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer x\r\n\r\n",
        "POST /hooks/open HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
        "CONNECT localhost:80 HTTP/1.1\r\nhost: localhost\r\n\r\nHEAD http://a/healthz HTTP/1.1\r\nhost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    seeds.extend(plain.map(|text| text.as_bytes().to_vec()));
    seeds
}
