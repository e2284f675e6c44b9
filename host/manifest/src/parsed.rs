//! The first form: what stands in the file, field by field, nothing judged but its type. No I/O.
//!
//! Every shape keeps the key at which it was found, so that the next forms can say where something is wrong.

mod fallback;
mod plugin;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::bounds::{OUTBOX, RUNTIME, SERVER, STORE, SWAP};
use crate::report::Report;
use crate::section::{Section, kind};
use crate::source::join;

pub(crate) use fallback::{Form, Notify, Rung, Table as RungTable};
pub(crate) use plugin::{Grant, Isolation, Plugin};

/// Whole numbers by their names, as far as they were given.
pub(crate) type Numbers = BTreeMap<&'static str, u64>;

/// The whole file.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) server: Server,
    pub(crate) store: Store,
    pub(crate) runtime: Runtime,
    pub(crate) egress: Egress,
    pub(crate) swap: Swap,
    pub(crate) outbox: Outbox,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) tokens: Vec<Token>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) notify: Vec<Notify>,
    pub(crate) plugins: Vec<Plugin>,
    pub(crate) connectors: Vec<Connector>,
    pub(crate) chains: Vec<Chain>,
}

/// `[server]`
#[derive(Debug, Default)]
pub(crate) struct Server {
    pub(crate) listen: Option<String>,
    pub(crate) external_url: Option<String>,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) open_metrics: bool,
    pub(crate) open_api_on_loopback: bool,
    pub(crate) numbers: Numbers,
}

/// `[store]`
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) path: Option<String>,
    pub(crate) numbers: Numbers,
}

/// `[runtime]`
#[derive(Debug, Default)]
pub(crate) struct Runtime {
    pub(crate) cache_dir: Option<String>,
    pub(crate) numbers: Numbers,
}

/// `[egress]`
#[derive(Debug, Default)]
pub(crate) struct Egress {
    pub(crate) nameservers: Vec<String>,
}

/// `[swap]`
#[derive(Debug, Default)]
pub(crate) struct Swap {
    pub(crate) watch: bool,
    pub(crate) approvals: Option<String>,
    pub(crate) numbers: Numbers,
}

/// `[outbox]`
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) numbers: Numbers,
}

/// One entry of `[secrets]`, newest source first.
#[derive(Debug)]
pub(crate) struct Secret {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) sources: Vec<SecretPlace>,
}

/// Where one value of a secret stands.
#[derive(Debug)]
pub(crate) struct SecretPlace {
    pub(crate) key: String,
    pub(crate) env: Option<String>,
    pub(crate) file: Option<String>,
}

/// `[[token]]`
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) key: String,
    pub(crate) name: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) sha256: Option<String>,
}

/// `[[queue]]`
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) key: String,
    pub(crate) name: Option<String>,
    pub(crate) title: Option<String>,
}

/// `[[connector]]`
#[derive(Debug)]
pub(crate) struct Connector {
    pub(crate) key: String,
    pub(crate) name: Option<String>,
    pub(crate) plugin: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) poll_interval_ms: Option<u64>,
    pub(crate) lmtp_listen: Option<String>,
    pub(crate) smtp_listen: Option<String>,
    pub(crate) smtp_tls: Option<ListenerTls>,
    pub(crate) connect: Option<bool>,
    pub(crate) fallback: Option<Vec<Rung>>,
    pub(crate) public_texts: Vec<String>,
}

/// `smtp_tls` of a connector: names of secrets.
#[derive(Debug)]
pub(crate) struct ListenerTls {
    pub(crate) key: String,
    pub(crate) certificate: Option<String>,
    pub(crate) private_key: Option<String>,
}

/// `[[chain]]`
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) key: String,
    pub(crate) name: Option<String>,
    pub(crate) when: Option<String>,
    pub(crate) hold_queue: Option<String>,
    pub(crate) deadline_ms: Option<u64>,
    pub(crate) arm: Option<String>,
    pub(crate) steps: Vec<Step>,
}

/// `[[chain.step]]`
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) key: String,
    pub(crate) plugin: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) when: Option<String>,
    pub(crate) on_fault: Option<OnFault>,
}

/// `on_fault` as written.
#[derive(Debug)]
pub(crate) enum OnFault {
    /// `"skip"` or `"hold"`, or what somebody took for it.
    Word(String),
    /// `{ fallback = "…" }`
    Fallback(String),
}

impl Document {
    /// Reads a table that was TOML.
    pub(crate) fn read(root: &Map<String, Json>, report: &Report) -> Self {
        let mut root = Section::new(report, "", root);
        let document = Self {
            server: root.table("server").map(server).unwrap_or_default(),
            store: root.table("store").map(store).unwrap_or_default(),
            runtime: root.table("runtime").map(runtime).unwrap_or_default(),
            egress: root.table("egress").map(egress).unwrap_or_default(),
            swap: root.table("swap").map(swap).unwrap_or_default(),
            outbox: root.table("outbox").map(outbox).unwrap_or_default(),
            secrets: root.table("secrets").map(|section| secrets(&section)).unwrap_or_default(),
            tokens: root.tables("token").into_iter().map(token).collect(),
            queues: root.tables("queue").into_iter().map(queue).collect(),
            notify: root.tables("notify").into_iter().map(fallback::notify).collect(),
            plugins: root.tables("plugin").into_iter().map(plugin::plugin).collect(),
            connectors: root.tables("connector").into_iter().map(connector).collect(),
            chains: root.tables("chain").into_iter().map(chain).collect(),
        };
        root.finish();
        document
    }
}

fn server(mut section: Section<'_>) -> Server {
    let server = Server {
        listen: section.text("listen"),
        external_url: section.text("external_url"),
        trusted_proxies: section.texts("trusted_proxies"),
        open_metrics: section.flag("open_metrics").unwrap_or_default(),
        open_api_on_loopback: section.flag("open_api_on_loopback").unwrap_or_default(),
        numbers: numbers(&mut section, SERVER.iter().map(|bound| bound.name)),
    };
    section.finish();
    server
}

fn store(mut section: Section<'_>) -> Store {
    let store = Store { path: section.text("path"), numbers: numbers(&mut section, STORE.iter().map(|bound| bound.name)) };
    section.finish();
    store
}

fn runtime(mut section: Section<'_>) -> Runtime {
    let runtime = Runtime { cache_dir: section.text("cache_dir"), numbers: numbers(&mut section, RUNTIME.iter().map(|bound| bound.name)) };
    section.finish();
    runtime
}

fn egress(mut section: Section<'_>) -> Egress {
    let egress = Egress { nameservers: section.texts("nameservers") };
    section.finish();
    egress
}

fn swap(mut section: Section<'_>) -> Swap {
    let swap = Swap {
        watch: section.flag("watch").unwrap_or_default(),
        approvals: section.text("approvals"),
        numbers: numbers(&mut section, SWAP.iter().map(|bound| bound.name)),
    };
    section.finish();
    swap
}

fn outbox(mut section: Section<'_>) -> Outbox {
    let outbox = Outbox { numbers: numbers(&mut section, OUTBOX.iter().map(|bound| bound.name)) };
    section.finish();
    outbox
}

fn numbers(section: &mut Section<'_>, names: impl Iterator<Item = &'static str>) -> Numbers {
    names.filter_map(|name| section.number(name).map(|number| (name, number))).collect()
}

fn secrets(section: &Section<'_>) -> Vec<Secret> {
    let report = section.report();
    section
        .entries()
        .map(|(name, value)| {
            let key = join(&section.key, name);
            let sources = match value {
                Json::Array(items) => {
                    let place = |(index, item)| secret_place(report, &format!("{key}[{index}]"), item);
                    items.iter().enumerate().filter_map(place).collect()
                }
                one => secret_place(report, &key, one).into_iter().collect(),
            };
            Secret { key, name: name.clone(), sources }
        })
        .collect()
}

fn secret_place(report: &Report, key: &str, value: &Json) -> Option<SecretPlace> {
    let Json::Object(table) = value else {
        let message = if value.is_string() {
            "a secret's value must not stand in this file".to_owned()
        } else {
            format!("must be a table, not {}", kind(value))
        };
        report.error(key, message, "name its place: `{ env = \"NAME\" }` or `{ file = \"path\" }`");
        return None;
    };
    let mut section = Section::new(report, key, table);
    let place = SecretPlace { key: key.to_owned(), env: section.text("env"), file: section.text("file") };
    section.finish();
    Some(place)
}

fn token(mut section: Section<'_>) -> Token {
    let token = Token {
        key: section.key.clone(),
        name: section.required("name", "name whom or what it is for"),
        role: section.required("role", "it is `viewer`, `operator` or `admin`"),
        sha256: section.required("sha256", "it is the SHA-256 of the token in hex"),
    };
    section.finish();
    token
}

fn queue(mut section: Section<'_>) -> Queue {
    let queue =
        Queue { key: section.key.clone(), name: section.required("name", "name it as decisions name it"), title: section.text("title") };
    section.finish();
    queue
}

fn connector(mut section: Section<'_>) -> Connector {
    let connector = Connector {
        key: section.key.clone(),
        name: section.required("name", "deliveries are sent to `/hooks/{name}`"),
        plugin: section.required("plugin", "name the plugin that reads for it"),
        channel: section.text("channel"),
        account: section.text("account"),
        poll_interval_ms: section.number("poll_interval_ms"),
        lmtp_listen: section.text("lmtp_listen"),
        smtp_listen: section.text("smtp_listen"),
        smtp_tls: section.table("smtp_tls").map(listener_tls),
        connect: section.flag("connect"),
        fallback: fallback::fallback(&mut section),
        public_texts: section.texts("public_texts"),
    };
    section.finish();
    connector
}

fn listener_tls(mut section: Section<'_>) -> ListenerTls {
    let tls = ListenerTls {
        key: section.key.clone(),
        certificate: section.required("certificate", "name the secret whose value is the certificate, PEM"),
        private_key: section.required("key", "name the secret whose value is its private key, PEM"),
    };
    section.finish();
    tls
}

fn chain(mut section: Section<'_>) -> Chain {
    let chain = Chain {
        key: section.key.clone(),
        name: section.required("name", "name it as decisions and metrics shall show it"),
        when: section.text("when"),
        hold_queue: section.required("hold_queue", "name the queue for interactions that nobody could decide about"),
        deadline_ms: section.number("deadline_ms"),
        arm: section.text("arm"),
        steps: section.tables("step").into_iter().map(step).collect(),
    };
    section.finish();
    chain
}

fn step(mut section: Section<'_>) -> Step {
    let step = Step {
        key: section.key.clone(),
        plugin: section.required("plugin", "name the plugin that makes this step"),
        role: section.text("role"),
        when: section.text("when"),
        on_fault: on_fault(&mut section),
    };
    section.finish();
    step
}

fn on_fault(section: &mut Section<'_>) -> Option<OnFault> {
    const REMEDY: &str = "write `\"skip\"`, `\"hold\"` or `{ fallback = \"plugin\" }`";
    let key = section.at("on_fault");
    match section.any("on_fault")? {
        Json::String(word) => Some(OnFault::Word(word.clone())),
        Json::Object(table) => {
            let mut inner = Section::new(section.report(), &key, table);
            let fallback = inner.required("fallback", REMEDY);
            inner.finish();
            fallback.map(OnFault::Fallback)
        }
        other => {
            section.report().error(&key, format!("must be a text or a table, not {}", kind(other)), REMEDY);
            None
        }
    }
}
