//! Listeners, grants and the egress that is tried.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use dispatch::port::{Egress as _, EgressError, EgressGrant, EgressRequest, Secrets};
use model::{Credential, CredentialForm, Response, Secret};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::address::is_public;
use crate::egress::{EgressSettings, HttpEgress};

/// Where strangers' servers live in these tests.
pub(super) const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// The secret behind `token`.
pub(super) const SECRET: &str = "s3cret/+value";

struct Known;

impl Secrets for Known {
    fn values(&self, name: &str) -> Vec<Secret> {
        (name == "configured").then(|| Secret::new(SECRET)).into_iter().collect()
    }
}

/// An egress that asks these servers for names.
pub(super) fn egress(nameservers: &[SocketAddr]) -> HttpEgress {
    egress_of(Arc::new(Known), nameservers)
}

/// An egress with secrets of one's own.
pub(super) fn egress_of(secrets: Arc<dyn Secrets>, nameservers: &[SocketAddr]) -> HttpEgress {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(certificate().0.clone()).unwrap();
    let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(roots).with_no_client_auth();
    let settings = EgressSettings { nameservers: nameservers.to_vec() };
    let public = |address: IpAddr| address == IpAddr::V4(STRANGER) || is_public(address);
    HttpEgress::built(secrets, &settings, tls, public).unwrap()
}

pub(super) async fn send(grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError> {
    egress(&[]).send(grant, request).await
}

pub(super) fn grant(hosts: &[&str], private_network: bool) -> EgressGrant {
    let form = CredentialForm::Header { name: "authorization".to_owned(), prefix: "Bearer ".to_owned() };
    EgressGrant {
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        credentials: credentials(form, &[]),
        private_network,
        body_bytes_max: 10_000,
        header_bytes_max: 16 << 10,
        headers_max: 64,
        redirects_max: 3,
        timeout_ms_max: 1_000,
    }
}

pub(super) fn credentials(form: CredentialForm, hosts: &[&str]) -> BTreeMap<String, Credential> {
    let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    BTreeMap::from([("token".to_owned(), Credential { secret: "configured".to_owned(), form, hosts })])
}

pub(super) fn ask(method: &str, url: &str) -> EgressRequest {
    EgressRequest { method: method.to_owned(), url: url.to_owned(), ..EgressRequest::default() }
}

/// An answer that ends its connection.
pub(super) fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

/// A listener: what it heard, one text for each request, and how many connected.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

/// What a server says to a request, given as its whole text.
pub(super) trait Says: Fn(&str) -> Vec<u8> + Send + Sync + 'static {}
impl<F: Fn(&str) -> Vec<u8> + Send + Sync + 'static> Says for F {}

/// Plain HTTP on a loopback address and port (0 for any).
pub(super) async fn http(address: IpAddr, port: u16, says: impl Says) -> Server {
    listen(address, port, None, says).await
}

/// HTTPS for `front.test`, `rebind.test` and `shop.test`.
pub(super) async fn https(address: IpAddr, port: u16, says: impl Says) -> Server {
    let (certificate, key) = certificate();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let tls = tls.with_single_cert(vec![certificate.clone()], key.clone_key()).unwrap();
    listen(address, port, Some(TlsAcceptor::from(Arc::new(tls))), says).await
}

async fn listen(address: IpAddr, port: u16, tls: Option<TlsAcceptor>, says: impl Says) -> Server {
    let listener = TcpListener::bind((address, port)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = Server { port, heard: Arc::default(), connections: Arc::default() };
    let (kept, says) = (server.clone(), Arc::new(says));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            kept.connections.fetch_add(1, Ordering::SeqCst);
            let (kept, says, tls) = (kept.clone(), Arc::clone(&says), tls.clone());
            tokio::spawn(async move {
                match tls {
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            talk(stream, &kept, &*says).await;
                        }
                    }
                    None => talk(stream, &kept, &*says).await,
                }
            });
        }
    });
    server
}

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, server: &Server, says: &dyn Says) {
    let Some(heard) = heard(&mut stream).await else { return };
    server.heard.lock().unwrap().push(heard.clone());
    let _ = stream.write_all(&says(&heard)).await;
    let _ = stream.shutdown().await;
}

/// One request with its body.
pub(super) async fn heard(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = header(head, "content-length").map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Some(text);
        }
    }
}

/// A header of a request as a server heard it.
pub(super) fn header(heard: &str, name: &str) -> Option<String> {
    let lines = heard.lines().skip(1).take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": "));
    lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
}

/// A listener that does with each connection what it wants.
pub(super) async fn raw<F: Future<Output = ()> + Send + 'static>(serve: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server { port: listener.local_addr().unwrap().port(), heard: Arc::default(), connections: Arc::default() };
    let kept = server.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            kept.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream));
        }
    });
    server
}

fn certificate() -> &'static (CertificateDer<'static>, PrivateKeyDer<'static>) {
    static MADE: OnceLock<(CertificateDer<'static>, PrivateKeyDer<'static>)> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = rcgen::generate_simple_self_signed(["front.test", "rebind.test", "shop.test"].map(str::to_owned)).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.key_pair.serialize_der());
        (made.cert.der().clone(), key.into())
    })
}
