//! A server that a plugin may ask, and that is as unkind as the plugin.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;

/// Listens on a loopback port until the process ends.
///
/// `/drip`: a byte every second. `/bomb`: 10 MiB. `/headers`: ten thousand of them. `/echo`: what it was sent. `/away`: elsewhere, to the
/// address of the metadata of a cloud. `/round`: to itself. Anything else: a word.
#[derive(Clone, Debug)]
pub struct Peer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no port.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let peer = Self { address: listener.local_addr()?, asked: Arc::default() };
        let serving = peer.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let peer = serving.clone();
                std::thread::spawn(move || peer.serve(stream));
            }
        });
        Ok(peer)
    }

    /// `127.0.0.1:port`
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// The first lines of all requests.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whoever breaks off has heard enough: nothing is done about errors.
    fn serve(&self, stream: TcpStream) {
        let _ = self.answer(stream);
    }

    fn answer(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut head = String::new();
        let mut lines = BufReader::new(stream.try_clone()?);
        while lines.read_line(&mut head)? > 2 {}
        let first = head.lines().next().unwrap_or_default().to_owned();
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(first.clone());
        let mut out = stream;
        match first.split(' ').nth(1).unwrap_or_default() {
            "/drip" => drip(&mut out),
            "/bomb" => say(&mut out, "200 OK", "", &vec![b'x'; 10 << 20]),
            "/headers" => say(&mut out, "200 OK", &(0..10_000).map(|number| format!("x-{number}: {number}\r\n")).collect::<String>(), b""),
            "/echo" => say(&mut out, "200 OK", "", head.as_bytes()),
            "/away" => say(&mut out, "302 Found", "location: http://169.254.169.254/latest/meta-data/\r\n", b""),
            "/round" => say(&mut out, "302 Found", &format!("location: http://{}/round\r\n", self.address), b""),
            _ => say(&mut out, "200 OK", "", b"a word"),
        }
    }
}

fn say(out: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    write!(out, "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
    out.write_all(body)
}

fn drip(out: &mut TcpStream) -> std::io::Result<()> {
    write!(out, "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\nconnection: close\r\n\r\n")?;
    for _ in 0..100_000 {
        out.write_all(b"x")?;
        std::thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}
