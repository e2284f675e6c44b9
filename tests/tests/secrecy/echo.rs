//! A service that knows what it is sent, and repeats it: in answers, in refusals, in errors.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

#[derive(Default)]
struct Heard {
    heads: Vec<String>,
    /// Whether somebody waits for an answer to `slow`, and whether it may be given.
    waiting: bool,
    released: bool,
}

/// The running service; ends with the process.
#[derive(Clone)]
pub(crate) struct Echo {
    pub(crate) port: u16,
    heard: Arc<(Mutex<Heard>, Condvar)>,
}

impl Echo {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let heard = Arc::new((Mutex::new(Heard::default()), Condvar::new()));
        let echo = Self { port, heard };
        let shared = echo.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let echo = shared.clone();
                std::thread::spawn(move || echo.serve(stream));
            }
        });
        echo
    }

    /// Everything that it was sent.
    pub(crate) fn heard(&self) -> String {
        self.heard.0.lock().unwrap_or_else(PoisonError::into_inner).heads.concat()
    }

    /// Waits until a request for `slow` has come; it is answered after [`Self::release`].
    pub(crate) fn await_slow(&self) {
        let heard = self.heard.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.heard.1.wait_while(heard, |heard| !heard.waiting));
    }

    pub(crate) fn release(&self) {
        self.heard.0.lock().unwrap_or_else(PoisonError::into_inner).released = true;
        self.heard.1.notify_all();
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some(head) = head(&mut reader) {
            self.heard.0.lock().unwrap_or_else(PoisonError::into_inner).heads.push(head.clone());
            if head.contains("/slow") {
                let mut heard = self.heard.0.lock().unwrap_or_else(PoisonError::into_inner);
                heard.waiting = true;
                self.heard.1.notify_all();
                drop(self.heard.1.wait_while(heard, |heard| !heard.released));
            }
            if head.contains("/reset") || reader.get_mut().write_all(&answer(&head)).is_err() {
                return;
            }
        }
    }
}

/// What is repeated: the whole head, and the credential by itself.
fn answer(head: &str) -> Vec<u8> {
    let credential = head.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization:")).unwrap_or_default();
    let value = credential.split_once(':').map_or("", |(_, value)| value.trim());
    let token = value.rsplit(' ').next().unwrap_or_default();
    let (status, more) = match head {
        head if head.contains("/redirect") => ("302 Found", format!("location: http://169.254.169.254/{token}\r\n")),
        head if head.contains("/status") => ("500 It Failed", format!("x-echo: {value}\r\nwww-authenticate: Bearer realm=\"{token}\"\r\n")),
        head if head.contains("/odd") => ("200 OK", format!("bad header {token}\r\n")),
        _ => ("200 OK", format!("x-echo: {value}\r\nset-cookie: a={token}\r\n")),
    };
    let mut body = format!("{token}\nyour credential is {value}\n{}", head.replace('\r', ""));
    if head.contains("/large") {
        body = body.repeat(20_000);
    }
    format!("HTTP/1.1 {status}\r\n{more}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A request's head; its body is read and forgotten.
fn head(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    loop {
        let before = head.len();
        reader.read_line(&mut head).ok().filter(|read| *read > 0)?;
        if head[before..].trim_end().is_empty() {
            break;
        }
    }
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<u64>().ok());
    let _ = reader.take(length.unwrap_or_default()).read_to_end(&mut Vec::new());
    Some(head)
}
