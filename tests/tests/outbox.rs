//! Words go out: a real host, the real sender of `mastodon`, a local server that checks what it is asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use harness::{Host, HostOptions, plugins_dir, request};
use serde_json::{Value, json};

use crate::setup::Place;

/// An instance as far as a sender asks it.
#[derive(Default)]
struct Instance {
    /// Statuses of ours, by the key under which they came.
    statuses: BTreeMap<String, Value>,
    /// How often each key came.
    asked: BTreeMap<String, u32>,
    /// What customers said.
    notifications: Vec<Value>,
    /// The next statuses are kept, but never answered.
    silent: bool,
    /// The next statuses are turned away with this.
    refuses: Option<u16>,
    /// Everything that was wrong with a request.
    wrong: Vec<String>,
}

#[derive(Clone)]
struct StandIn {
    instance: Arc<(Mutex<Instance>, Condvar)>,
    port: u16,
}

impl StandIn {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let instance: Arc<(Mutex<Instance>, Condvar)> = Arc::default();
        let shared = Arc::clone(&instance);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let instance = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &instance));
            }
        });
        Self { instance, port }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Instance) -> T) -> T {
        look(&mut self.instance.0.lock().unwrap())
    }

    /// A customer mentions us in public.
    fn mention(&self, id: u64, text: &str) {
        let account = json!({"id": "7", "acct": "ann@social.example", "username": "ann", "display_name": "Ann"});
        let mentions = json!([{"id": "900", "acct": "shop", "username": "shop"}]);
        let status = json!({
            "id": id.to_string(), "created_at": "2026-01-02T03:04:05.000Z", "visibility": "public",
            "content": format!("<p>@shop {text}</p>"),
            "account": account, "mentions": mentions, "in_reply_to_id": null, "in_reply_to_account_id": null,
            "uri": format!("https://social.example/{id}"),
        });
        let account = status["account"].clone();
        let notification = json!({"id": (id * 10).to_string(), "type": "mention", "created_at": "2026-01-02T03:04:05.000Z", "account": account, "status": status});
        self.with(|instance| instance.notifications.push(notification));
    }

    /// Waits until it is so.
    fn until(&self, what: &str, so: impl Fn(&Instance) -> bool) {
        let until = Instant::now() + Duration::from_secs(60);
        while !self.with(|instance| so(instance)) {
            assert!(Instant::now() < until, "{what}: {:?}", self.with(|instance| (instance.asked.clone(), instance.wrong.clone())));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn serve(stream: TcpStream, instance: &(Mutex<Instance>, Condvar)) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        let (status, body) = {
            let mut known = instance.0.lock().unwrap();
            let answered = answer(&mut known, &asked);
            match answered {
                Some(answered) => answered,
                // Kept, and never answered.
                None => {
                    let _held = instance.1.wait_while(known, |instance| instance.silent);
                    return;
                }
            }
        };
        let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if reader.get_mut().write_all(head.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body })
}

fn answer(instance: &mut Instance, asked: &Request) -> Option<(u16, String)> {
    if asked.headers.get("authorization").map(String::as_str) != Some("Bearer our-token") {
        instance.wrong.push(format!("{} without our token", asked.path));
    }
    let path = asked.path.split('?').next().unwrap_or_default();
    let document = match (asked.method.as_str(), path) {
        ("POST", "/api/v1/statuses") => return post(instance, asked),
        ("GET", "/api/v1/notifications") => {
            let since: u64 = asked
                .path
                .split("since_id=")
                .chain(asked.path.split("min_id=").skip(1))
                .nth(1)
                .and_then(|rest| rest.split('&').next()?.parse().ok())
                .unwrap_or(0);
            let newer = |one: &&Value| one["id"].as_str().and_then(|id| id.parse::<u64>().ok()).unwrap_or(0) > since;
            json!(instance.notifications.iter().filter(newer).rev().collect::<Vec<_>>())
        }
        ("GET", "/api/v1/accounts/verify_credentials") => json!({"id": "900", "acct": "shop"}),
        ("GET", "/api/v1/accounts/7") => json!({"id": "7", "acct": "ann@social.example"}),
        ("GET", "/api/v1/accounts/900/statuses") => json!(instance.statuses.values().collect::<Vec<_>>()),
        _ => json!([]),
    };
    Some((200, document.to_string()))
}

fn post(instance: &mut Instance, asked: &Request) -> Option<(u16, String)> {
    let key = asked.headers.get("idempotency-key").cloned().unwrap_or_default();
    let sent: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    if key.is_empty() || sent["status"].as_str().is_none_or(str::is_empty) {
        instance.wrong.push(format!("a status without key or words: {sent}"));
    }
    *instance.asked.entry(key.clone()).or_default() += 1;
    if let Some(status) = instance.refuses {
        return Some((status, json!({"error": "no"}).to_string()));
    }
    let id = (500 + instance.statuses.len()).to_string();
    let content = format!("<p>{}</p>", sent["status"].as_str().unwrap_or_default());
    let status = json!({
        "id": id, "created_at": "2026-01-02T03:05:00.000Z", "visibility": sent["visibility"], "content": content,
        "in_reply_to_id": sent["in_reply_to_id"], "account": {"id": "900", "acct": "shop"},
    });
    let kept = instance.statuses.entry(key).or_insert(status).clone();
    if instance.silent { None } else { Some((200, kept.to_string())) }
}

fn configuration(place: &Place, port: u16, effects: &str) -> String {
    format!(
        r#"
[server]
listen = "127.0.0.1:0"
open_api_on_loopback = true

[store]
path = "{store}"

[runtime]
cache_dir = "{cache}"

[outbox]
backoff_ms = 50
backoff_ms_max = 200
find_after_ms = 50
tries_max = 4
rescan_ms = 100

[secrets]
mastodon-token = {{ env = "MASTODON_TOKEN" }}

[[queue]]
name = "care"
[[queue]]
name = "phone"

[[plugin]]
name = "mastodon"
file = "{dist}/mastodon.wasm"
[plugin.limits]
deadline_ms = 20000
[plugin.grant]
hosts = ["127.0.0.1:{port}"]
secrets = {{ token = "mastodon-token" }}
private_network = true
[plugin.settings]
base_url = "http://127.0.0.1:{port}"
poll = ["notifications"]
acct = "shop"
account_id = "900"
lookback_hours = 876000

[[connector]]
name = "social"
plugin = "mastodon"
account = "shop"
poll_interval_ms = 1000
fallback = ["thread", "private", {{ queue = "phone" }}]

[[plugin]]
name = "rules"
file = "{dist}/rules.wasm"
[plugin.settings]
rules = [{{ name = "all", then = {{ queue = "care", effects = {effects} }} }}]

[[chain]]
name = "main"
hold_queue = "care"
[[chain.step]]
plugin = "rules"
"#,
        store = place.path("pointsman.db").display(),
        cache = place.path("cache").display(),
        dist = plugins_dir().display(),
    )
}

fn start(place: &Place, text: &str) -> Host {
    let options = HostOptions { env: vec![("MASTODON_TOKEN".to_owned(), "our-token".to_owned())], ..HostOptions::default() };
    Host::start(&place.configure(text), &options).expect("the host starts")
}

fn outgoing(host: &Host, query: &str) -> Vec<Value> {
    let page = host.api(&format!("/outgoing{query}")).expect("an answer").json().expect("JSON");
    page["items"].as_array().cloned().unwrap_or_default()
}

/// The only thing of this kind, when it is in this state.
fn settled(host: &Host, kind: &str, state: &str) -> Value {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let rows = outgoing(host, &format!("?kind={kind}"));
        if let [row] = rows.as_slice()
            && row["state"] == state
        {
            let id = row["id"].as_str().unwrap_or_default();
            return host.api(&format!("/outgoing/{id}")).expect("an answer").json().expect("JSON");
        }
        assert!(Instant::now() < until, "{kind} is not {state}: {rows:?}\n{}", host.log());
        std::thread::sleep(Duration::from_millis(30));
    }
}

fn history(record: &Value) -> Vec<String> {
    let lines = record["history"].as_array().cloned().unwrap_or_default();
    lines
        .iter()
        .map(|line| format!("{} {}", line["call"].as_str().unwrap_or_default(), line["outcome"].as_str().unwrap_or_default()))
        .collect()
}

const ACKNOWLEDGES: &str = r#"[{ answer = { text = "We look into it." } }]"#;

#[test]
fn a_host_that_is_killed_while_it_sends_says_it_once() {
    let (place, instance) = (Place::new(), StandIn::start());
    let text = configuration(&place, instance.port, ACKNOWLEDGES);
    instance.with(|instance| instance.silent = true);
    instance.mention(1, "my lamp is broken");
    let host = start(&place, &text);
    instance.until("it is being sent", |instance| instance.statuses.len() == 1);
    host.kill().expect("killing");
    instance.with(|instance| instance.silent = false);
    instance.instance.1.notify_all();
    let host = start(&place, &text);
    let record = settled(&host, "answer", "done");
    assert_eq!(history(&record), ["send interrupted", "find found"]);
    assert_eq!(record["sent"][0]["source_id"], "500");
    let asked = instance.with(|instance| (instance.asked.clone(), instance.wrong.clone()));
    assert_eq!((asked.0.values().copied().collect::<Vec<_>>(), asked.1), (vec![1], vec![]), "once");
    host.stop().expect("a graceful end");
}

#[test]
fn a_person_answers_and_the_ladder_ends_with_a_person() {
    let (place, instance) = (Place::new(), StandIn::start());
    let text = configuration(&place, instance.port, "[]");
    instance.mention(1, "where is it?");
    let host = start(&place, &text);
    host.wait_for_totals(Duration::from_secs(60), |totals| totals["decisions"] == 1).expect("it is decided");
    let interaction = host.api("/interactions").unwrap().json().unwrap()["items"][0]["interaction"]["id"].as_str().unwrap().to_owned();
    let ask = |path: &str, key: Option<&str>, body: Value| {
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        headers.extend(key.map(|key| ("idempotency-key".to_owned(), key.to_owned())));
        let answer = request("POST", &format!("{}/api/v1{path}", host.url()), &headers, body.to_string().as_bytes()).unwrap();
        (answer.status, answer.json().unwrap())
    };
    let reply = format!("/interactions/{interaction}/reply");
    let (status, taken) = ask(&reply, Some("k1"), json!({"text": "It left yesterday."}));
    assert_eq!(status, 202, "{taken}");
    assert_eq!(ask(&reply, Some("k1"), json!({"text": "It left yesterday."})), (202, taken.clone()), "asked once");
    assert_eq!(ask(&reply, Some("k1"), json!({"text": "Something else."})).0, 409);
    assert_eq!(ask("/interactions/i0/reply", None, json!({"text": "x"})).0, 404);
    assert_eq!(ask(&reply, None, json!({"text": " "})).0, 400);
    let record = settled(&host, "reply", "done");
    assert_eq!((record["outgoing"]["by"].as_str(), record["outgoing"]["id"].clone()), (Some("loopback"), taken["id"].clone()));
    let status = instance.with(|instance| instance.statuses.values().next().cloned()).unwrap();
    assert_eq!((status["in_reply_to_id"].as_str(), status["visibility"].as_str()), (Some("1"), Some("public")));
    assert!(status["content"].as_str().unwrap().contains("@ann@social.example It left yesterday."), "{status}");
    host.wait_for_totals(Duration::from_secs(60), |totals| totals["decisions"] == 2).expect("the policy is asked again");
    let again = host.api("/decisions?limit=1").unwrap().json().unwrap();
    assert_eq!(again["items"][0]["decision"]["trigger"], "agent_replied");
    // Private words never go into the public thread; the instance refuses the private way; a person has it then.
    instance.with(|instance| instance.refuses = Some(422));
    assert_eq!(ask(&reply, None, json!({"text": "Your order 83-11920 left."})).0, 202);
    let until = Instant::now() + Duration::from_secs(60);
    let parked = loop {
        if let [row] = outgoing(&host, "?state=parked").as_slice() {
            break row.clone();
        }
        assert!(Instant::now() < until, "{}", host.log());
        std::thread::sleep(Duration::from_millis(30));
    };
    let why = parked["why"].as_str().unwrap();
    assert!(why.starts_with("a person has it in `phone`; rung 1: private-content") && why.contains("rung 2: never"), "{why}");
    let queues = host.api("/queues").unwrap().json().unwrap();
    let waits = |queue: &Value| queue["name"] == "phone" && queue["waiting"] == 1;
    assert!(queues["items"].as_array().is_some_and(|queues| queues.iter().any(waits)), "{queues}");
    instance.with(|instance| instance.refuses = None);
    let id = parked["id"].as_str().unwrap();
    assert_eq!(ask(&format!("/outgoing/{id}/retry"), None, json!({})).0, 200);
    instance.until("it went out in private", |instance| instance.statuses.values().any(|status| status["visibility"] == "direct"));
    let metrics = harness::get(&format!("{}/metrics", host.url())).unwrap().body;
    assert!(metrics.contains(r#"pointsman_outgoing_tries_total{connector="social",outcome="sent"}"#), "{metrics}");
    assert_eq!(instance.with(|instance| instance.wrong.clone()), Vec::<String>::new());
    host.stop().expect("a graceful end");
}
