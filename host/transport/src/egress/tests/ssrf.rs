//! No spelling, name or redirect leads to an address that is not public: nobody connects to a listener that waits on loopback.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use dispatch::port::{Egress as _, EgressError, EgressGrant};

use super::house::{STRANGER, Server, answer, ask, egress, grant, http, https};
use super::nameserver::{self, Record};

/// Spellings of hosts, and whole URLs, that must lead nowhere. The shared list is tried as well where there is one.
const OWN: [&str; 40] = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "127.0.0.1%2e",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "localhost",
    "LOCALHOST.",
    "localhost.localdomain",
    "0.0.0.0",
    "0",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1%25eth0]",
    "[2606:4700::5efe:7f00:1]",
    "169.254.169.254",
    "0xA9FEA9FE",
    "100.100.100.200",
    "168.63.129.16",
    "10.0.0.1",
    "100.64.0.1",
    "224.0.0.1",
    "user:pw@127.0.0.1",
    "example.com@127.0.0.1",
    "127.0.0.1#@example.com",
    "127.0.0.1\\@example.com",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "metadata.google.internal",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_",
];

fn rows() -> Vec<String> {
    let shared = std::env::var("POINTSMAN_SHARED").ok().and_then(|folder| std::fs::read_to_string(format!("{folder}/lists/ssrf.tsv")).ok());
    if shared.is_none() {
        eprintln!("POINTSMAN_SHARED is not set: only the test's own rows are tried");
    }
    let listed = shared.iter().flat_map(|text| text.lines().skip(1)).filter_map(|line| line.split('\t').next()).map(str::to_owned);
    OWN.into_iter().map(str::to_owned).chain(listed).collect()
}

/// The URL of a row: rows may be hosts, hosts with ports, or URLs; behind a name there may be a remark.
fn url(row: &str, port: u16) -> String {
    let host = if row.contains(".test ") { row.split(' ').next().unwrap_or_default() } else { row };
    let ends_in_port = host
        .rsplit_once(':')
        .is_some_and(|(before, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) && !before.ends_with(':'));
    match host {
        _ if host.contains("://") || host.starts_with("unix:") => host.to_owned(),
        _ if ends_in_port || host.contains(['#', '\\']) || host.contains(":80@") => format!("https://{host}/"),
        _ => format!("https://{host}:{port}/"),
    }
}

/// A grant for wherever a URL leads, as far as a grant can say it.
fn granted(url: &str) -> EgressGrant {
    let mut granted = grant(&["example.com", "*.example.com"], false);
    if let Ok(parsed) = url::Url::parse(url) {
        let host = parsed.host_str().unwrap_or_default().to_owned();
        granted.hosts.extend([host.clone(), format!("{host}:{}", parsed.port_or_known_default().unwrap_or(443))]);
    }
    granted
}

/// Listeners on both loopback addresses at one port, and the names that lead there.
struct Trap {
    four: Server,
    six: Option<Server>,
    names: std::net::SocketAddr,
    asked: Arc<std::sync::atomic::AtomicUsize>,
}

impl Trap {
    async fn set() -> Self {
        let four = http(Ipv4Addr::LOCALHOST.into(), 0, |_| answer("200 OK", "", "caught")).await;
        let six = match tokio::net::TcpListener::bind((Ipv6Addr::LOCALHOST, four.port)).await {
            Ok(free) => {
                drop(free);
                Some(http(Ipv6Addr::LOCALHOST.into(), four.port, |_| answer("200 OK", "", "caught")).await)
            }
            Err(_) => None,
        };
        let (names, asked) = nameserver::serve(zone).await;
        Self { four, six, names, asked }
    }

    fn caught(&self) -> usize {
        self.four.connections() + self.six.as_ref().map_or(0, Server::connections)
    }
}

fn zone(name: &str, asked: usize) -> Vec<Record> {
    let here = || Record::Address(Ipv4Addr::LOCALHOST.into());
    let stranger = || Record::Address(STRANGER.into());
    let address = |text: &str| Record::Address(text.parse().unwrap());
    match name {
        "front.test" => vec![stranger()],
        "rebind.test" => vec![if asked.is_multiple_of(2) { stranger() } else { here() }],
        "cname.test" => vec![Record::Alias("localhost".into(), vec![here()])],
        "cname2.test" => vec![Record::Alias("a.test".into(), vec![Record::Alias("b.test".into(), vec![here()])])],
        "multi.test" => vec![stranger(), here()],
        "multi2.test" => vec![here(), stranger()],
        "mixed.test" => vec![stranger(), address("::1")],
        "mapped.test" => vec![address("::ffff:127.0.0.1")],
        "metadata.google.internal" => vec![address("169.254.169.254")],
        _ => match name.strip_prefix("v4-").or_else(|| name.strip_prefix("v6-")).and_then(|name| name.strip_suffix(".test")) {
            Some(written) if name.starts_with("v4-") => written.replace('-', ".").parse().map(Record::Address).into_iter().collect(),
            Some(written) => written.replace('-', ":").parse().map(Record::Address).into_iter().collect(),
            None => vec![here()],
        },
    }
}

fn is_refusal(told: &Result<model::Response, EgressError>) -> bool {
    matches!(told, Err(EgressError::NotGranted(_) | EgressError::RefusedAddress))
}

#[tokio::test]
async fn no_spelling_leads_inside() {
    let trap = Trap::set().await;
    for names in [vec![], vec![trap.names]] {
        let egress = egress(&names);
        for row in rows().iter().filter(|row| !row.starts_with("rebind.test")) {
            let url = url(row, trap.four.port);
            let told = egress.send(&granted(&url), ask("GET", &url)).await;
            let no_name = names.is_empty() && matches!(told, Err(EgressError::Unavailable(_)));
            assert!(is_refusal(&told) || no_name, "{row} as {url}: {told:?}");
        }
    }
    assert_eq!(trap.caught(), 0);
}

#[tokio::test]
async fn no_name_leads_inside() {
    let trap = Trap::set().await;
    let egress = egress(&[trap.names]);
    let addresses = rows().into_iter().filter_map(|row| {
        let bare = row.trim_start_matches('[').trim_end_matches(']').to_owned();
        bare.parse::<IpAddr>().ok().map(|address| match address {
            IpAddr::V4(four) => format!("v4-{}.test", four.to_string().replace('.', "-")),
            IpAddr::V6(six) => format!("v6-{}.test", six.segments().map(|part| format!("{part:x}")).join("-")),
        })
    });
    let named = [
        "cname.test",
        "cname2.test",
        "multi.test",
        "multi2.test",
        "mixed.test",
        "mapped.test",
        "localhost",
        "a.localhost",
        "metadata.google.internal",
    ];
    for name in addresses.chain(named.map(str::to_owned)) {
        let url = format!("https://{name}:{}/", trap.four.port);
        let told = egress.send(&granted(&url), ask("GET", &url)).await;
        assert_eq!(told, Err(EgressError::RefusedAddress), "{name}");
    }
    assert_eq!(trap.caught(), 0);
}

#[tokio::test]
async fn no_redirect_leads_inside() {
    let trap = Trap::set().await;
    let targets: Vec<String> = rows().iter().filter(|row| !row.starts_with("rebind.test")).map(|row| url(row, trap.four.port)).collect();
    let told = targets.clone();
    let front = https(STRANGER.into(), 0, move |heard| {
        let at: usize = heard.split(['/', ' ']).nth(2).and_then(|at| at.parse().ok()).unwrap_or_default();
        answer("302 Found", &format!("location: {}\r\n", told[at]), "")
    })
    .await;
    let egress = egress(&[trap.names]);
    for (at, target) in targets.iter().enumerate() {
        let mut granted = granted(target);
        granted.hosts.insert(format!("front.test:{}", front.port));
        let told = egress.send(&granted, ask("GET", &format!("https://front.test:{}/{at}", front.port))).await;
        assert!(is_refusal(&told), "{target}: {told:?}");
    }
    assert_eq!(trap.caught(), 0);
    assert_eq!(front.connections(), targets.len(), "every redirect was told");
}

#[tokio::test]
async fn no_rebinding_leads_inside() {
    const TRIES: usize = 200;
    let trap = Trap::set().await;
    let front = https(STRANGER.into(), trap.four.port, |_| answer("200 OK", "", "outside")).await;
    let egress = egress(&[trap.names]);
    let url = format!("https://rebind.test:{}/", front.port);
    let (mut outside, mut refused) = (0, 0);
    for _ in 0..TRIES {
        match egress.send(&granted(&url), ask("GET", &url)).await {
            Ok(told) => {
                assert_eq!(told.body, b"outside");
                outside += 1;
            }
            told => {
                assert_eq!(told, Err(EgressError::RefusedAddress));
                refused += 1;
            }
        }
    }
    assert_eq!(trap.caught(), 0, "of {TRIES} tries");
    assert_eq!((outside, refused), (TRIES / 2, TRIES / 2));
    assert_eq!(front.connections(), outside);
    assert_eq!(trap.asked.load(Ordering::SeqCst), TRIES, "one look-up for each connection");
}

#[tokio::test]
async fn the_trap_would_have_caught_them() {
    let trap = Trap::set().await;
    let egress = egress(&[trap.names]);
    let mut reached = 0;
    for host in ["127.0.0.1", "localhost", "cname.test", "cname2.test", "multi2.test", "v4-127-0-0-1.test"] {
        let url = format!("http://{host}:{}/", trap.four.port);
        let allowed = EgressGrant { private_network: true, ..granted(&url) };
        assert_eq!(egress.send(&allowed, ask("GET", &url)).await.map(|told| told.body), Ok(b"caught".to_vec()), "{host}");
        reached += 1;
        assert_eq!(trap.caught(), reached);
    }
}
