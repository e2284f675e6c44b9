//! A server that expects given requests in order, and answers as it is told.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The fields of a form.
    pub(crate) fn form(&self) -> Map<String, Value> {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.map(|(name, value)| (decoded(name), Value::String(decoded(value)))).collect()
    }
}

/// Says what is wrong with a request, given the exchange that it belongs to.
pub(crate) type Judge = dyn Fn(&Value, &Arrived) -> Option<String> + Send + Sync;
/// Answers requests that belong to no exchange, such as those for tokens.
pub(crate) type Aside = dyn Fn(&Arrived) -> Option<Value> + Send + Sync;

/// Where it listens when nobody else does: settings that are the same in every run are compiled once.
const PLACE: &str = "127.71.3.9:18471";

#[derive(Default)]
struct Script {
    exchanges: VecDeque<Value>,
    wrong: Vec<String>,
    judge: Option<Arc<Judge>>,
    aside: Option<Arc<Aside>>,
    /// What was refused last.
    refused: Option<(Arrived, Value)>,
}

/// A local server; ends with the process.
#[derive(Clone)]
pub(crate) struct Scripted {
    script: Arc<Mutex<Script>>,
    host: String,
}

impl Scripted {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(PLACE).or_else(|_| TcpListener::bind("127.0.0.1:0")).expect("a port of loopback");
        let host = listener.local_addr().expect("an address").to_string();
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = Arc::clone(&script);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let script = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &script));
            }
        });
        Self { script, host }
    }

    /// Address and port.
    pub(crate) fn host(&self) -> String {
        self.host.clone()
    }

    /// Expects these exchanges from now on, judged by `judge`.
    pub(crate) fn expect(&self, exchanges: Vec<Value>, judge: Arc<Judge>, aside: Arc<Aside>) {
        let script = Script { exchanges: exchanges.into(), judge: Some(judge), aside: Some(aside), ..Script::default() };
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = script;
    }

    /// What was wrong, and what did not come.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = script.exchanges.iter().map(|exchange| format!("never came: {}", exchange["request"]));
        script.wrong.iter().cloned().chain(missing).collect()
    }
}

fn serve(stream: TcpStream, script: &Mutex<Script>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = arrived(&mut reader) {
        let answer = answered(&mut script.lock().unwrap_or_else(PoisonError::into_inner), &request);
        if reader.get_mut().write_all(&wire(&answer, request.method == "HEAD")).is_err() {
            return;
        }
    }
}

fn answered(script: &mut Script, request: &Arrived) -> Value {
    if let Some(answer) = script.aside.as_ref().and_then(|aside| aside(request)) {
        return answer;
    }
    // A token that opens nothing is obtained anew by the host, and the same is asked once more.
    let again = script.refused.take().filter(|(refused, _)| refused.target == request.target && refused.body == request.body);
    if let Some((_, answer)) = again.filter(|_| script.exchanges.is_empty()) {
        return answer;
    }
    let Some(exchange) = script.exchanges.pop_front() else {
        script.wrong.push(format!("nobody expected {} {}", request.method, request.target));
        return json!({"status": 500});
    };
    let wrong = script.judge.as_ref().and_then(|judge| judge(&exchange, request));
    script.wrong.extend(wrong);
    let answer = exchange["response"].clone();
    script.refused = (answer["status"] == 400 || answer["status"] == 401).then(|| (request.clone(), answer.clone()));
    answer
}

fn arrived(reader: &mut BufReader<TcpStream>) -> Option<Arrived> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split(' ');
    let mut request = Arrived { method: words.next()?.to_owned(), target: words.next()?.to_owned(), ..Arrived::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

/// `{"status": …, "headers": {…}, "body": …}` as bytes of HTTP.
fn wire(response: &Value, head_only: bool) -> Vec<u8> {
    let body = match &response["body"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        document => document.to_string(),
    };
    let status = response["status"].as_u64().unwrap_or(200);
    let mut head = format!("HTTP/1.1 {status} Told\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in response["headers"].as_object().into_iter().flatten() {
        head.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap_or_default()));
    }
    if !head.to_lowercase().contains("\r\ncontent-type:") {
        head.push_str("content-type: application/json\r\n");
    }
    let body = if head_only || status == 204 || status == 304 { "" } else { &body };
    format!("{head}\r\n{body}").into_bytes()
}

pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let escaped = bytes.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match (bytes[at], escaped) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
