use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use url::Url;

use crate::bounds::{self, OUTBOX, RUNTIME, SERVER, STORE, SWAP};
use crate::parsed;
use crate::report::Report;
use crate::settings::{EgressSettings, Network, OutboxSettings, ServerSettings};

/// The most nameservers that are asked one after the other.
const NAMESERVERS_MAX: usize = 8;

/// `[store]`, its path as written.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) path: String,
    pub(crate) busy_timeout_ms: u64,
}

/// `[runtime]`, its path as written.
#[derive(Debug)]
pub(crate) struct Runtime {
    pub(crate) cache_dir: String,
    pub(crate) instances_max: u64,
    pub(crate) compile_memory_bytes_max: u64,
    pub(crate) compile_cpu_ms_max: u64,
    pub(crate) stack_bytes_max: u64,
}

/// `[swap]`, its path as written.
#[derive(Debug)]
pub(crate) struct Swap {
    pub(crate) watch: bool,
    pub(crate) kept_generations_max: u64,
    /// Absent: beside the configuration, under its name.
    pub(crate) approvals: Option<String>,
}

pub(super) fn server(server: &parsed::Server, report: &Report) -> ServerSettings {
    let number = |name| bounds::number(report, "server", &SERVER, &server.numbers, name);
    let standard = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
    ServerSettings {
        listen: server.listen.as_deref().and_then(|listen| address(listen, "server.listen", report)).unwrap_or(standard),
        external_url: server.external_url.as_deref().and_then(|url| external_url(url, report)),
        trusted_proxies: networks(&server.trusted_proxies, report),
        body_bytes_max: number("body_bytes_max"),
        header_bytes_max: number("header_bytes_max"),
        headers_max: number("headers_max"),
        requests_per_minute: number("requests_per_minute"),
        address_requests_per_minute: number("address_requests_per_minute"),
        connections_max: number("connections_max"),
        live_clients_max: number("live_clients_max"),
        shutdown_grace_ms: number("shutdown_grace_ms"),
        open_metrics: server.open_metrics,
        open_api_on_loopback: server.open_api_on_loopback,
    }
}

pub(super) fn store(store: parsed::Store, report: &Report) -> Store {
    let path = path(store.path, "pointsman.db", "store.path", report);
    Store { path, busy_timeout_ms: bounds::number(report, "store", &STORE, &store.numbers, "busy_timeout_ms") }
}

pub(super) fn runtime(runtime: parsed::Runtime, report: &Report) -> Runtime {
    let number = |name| bounds::number(report, "runtime", &RUNTIME, &runtime.numbers, name);
    let (instances_max, compile_memory_bytes_max) = (number("instances_max"), number("compile_memory_bytes_max"));
    let (compile_cpu_ms_max, stack_bytes_max) = (number("compile_cpu_ms_max"), number("stack_bytes_max"));
    let cache_dir = path(runtime.cache_dir, "pointsman-cache", "runtime.cache_dir", report);
    Runtime { cache_dir, instances_max, compile_memory_bytes_max, compile_cpu_ms_max, stack_bytes_max }
}

pub(super) fn swap(swap: parsed::Swap, report: &Report) -> Swap {
    if swap.approvals.as_deref().is_some_and(|path| path.trim().is_empty()) {
        report.error("swap.approvals", "a path must not be empty", "leave it out for a file beside this one, named after it");
    }
    Swap {
        watch: swap.watch,
        kept_generations_max: bounds::number(report, "swap", &SWAP, &swap.numbers, "kept_generations_max"),
        approvals: swap.approvals,
    }
}

pub(super) fn outbox(outbox: &parsed::Outbox, report: &Report) -> OutboxSettings {
    let number = |name| bounds::number(report, "outbox", &OUTBOX, &outbox.numbers, name);
    let settings = OutboxSettings {
        sends_parallel_max: number("sends_parallel_max"),
        account_sends_max: number("account_sends_max"),
        tries_max: number("tries_max"),
        find_tries_max: number("find_tries_max"),
        backoff_ms: number("backoff_ms"),
        backoff_ms_max: number("backoff_ms_max"),
        find_after_ms: number("find_after_ms"),
        automatic_answers_per_hour_max: number("automatic_answers_per_hour_max"),
        rescan_ms: number("rescan_ms"),
    };
    if settings.backoff_ms > settings.backoff_ms_max {
        report.error("outbox.backoff_ms", "the first wait is longer than the longest", "raise `backoff_ms_max`");
    }
    settings
}

pub(super) fn egress(egress: &parsed::Egress, report: &Report) -> EgressSettings {
    if egress.nameservers.len() > NAMESERVERS_MAX {
        let message = format!("there are {} nameservers, at most {NAMESERVERS_MAX} are asked", egress.nameservers.len());
        report.error_at_key("egress.nameservers", message, "name the ones that matter");
    }
    let read = |(index, text): (usize, &String)| nameserver(text, &format!("egress.nameservers[{index}]"), report);
    EgressSettings { nameservers: egress.nameservers.iter().enumerate().filter_map(read).collect() }
}

fn nameserver(text: &str, key: &str, report: &Report) -> Option<SocketAddr> {
    let address = text.parse().ok();
    if address.is_none() {
        // Without a port it is the usual mistake; a name cannot be looked up without a nameserver.
        let remedy = match text.parse::<IpAddr>() {
            Ok(ip) => format!("write `{}`", SocketAddr::new(ip, 53)),
            Err(_) => "write an IP address and a port, such as `127.0.0.1:53` or `[::1]:53`".to_owned(),
        };
        report.error(key, format!("`{text}` is no address of a nameserver"), &remedy);
    }
    address
}

/// An address with a port.
pub(super) fn address(text: &str, key: &str, report: &Report) -> Option<SocketAddr> {
    let address = text.parse().ok();
    if address.is_none() {
        report.error(key, format!("`{text}` is no address to listen on"), &address_remedy(text));
    }
    address
}

/// What was probably meant by an address that is none.
fn address_remedy(text: &str) -> String {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let port = port.parse::<u16>().or_else(|_| text.parse()).unwrap_or(8080);
    match host {
        "" => format!("write `0.0.0.0:{port}` for all interfaces, `127.0.0.1:{port}` for this machine alone"),
        "localhost" => format!("write `127.0.0.1:{port}`"),
        "*" => format!("write `0.0.0.0:{port}`"),
        _ => "write an IP address and a port, such as `127.0.0.1:8080` or `[::1]:8080`".to_owned(),
    }
}

fn external_url(text: &str, report: &Report) -> Option<String> {
    const REMEDY: &str = "write it as channels call it, such as `https://desk.example.com`";
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(why) => {
            report.error("server.external_url", format!("`{text}` is no URL: {why}"), REMEDY);
            return None;
        }
    };
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
        report.error("server.external_url", "must be `http:` or `https:` with a host, without user, query and fragment", REMEDY);
        return None;
    }
    Some(url.as_str().trim_end_matches('/').to_owned())
}

fn networks(texts: &[String], report: &Report) -> Vec<Network> {
    let mut networks = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(why) => {
                let key = format!("server.trusted_proxies[{index}]");
                report.error(&key, format!("{why}"), "write an address or a range, such as `10.0.0.0/8`");
            }
        }
    }
    networks
}

fn path(given: Option<String>, default: &str, key: &str, report: &Report) -> String {
    if given.as_deref().is_some_and(|path| path.trim().is_empty()) {
        report.error(key, "a path must not be empty", &format!("leave it out for `{default}`"));
    }
    given.unwrap_or_else(|| default.to_owned())
}
