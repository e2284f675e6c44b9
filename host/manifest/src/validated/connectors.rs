use std::net::SocketAddr;

use model::ListenerTls;

use super::fallback::{self, KeyedRung};
use super::names::{self, Names};
use super::{Known, plugins, server};
use crate::bounds::{self, POLL_INTERVAL_MS};
use crate::parsed;
use crate::report::Report;
use crate::suggest;

/// A connector as far as the text tells: its channel may be the plugin's.
#[derive(Debug)]
pub(crate) struct Connector {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) plugin: String,
    pub(crate) channel: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) poll_interval_ms: Option<u64>,
    pub(crate) lmtp_listen: Option<String>,
    pub(crate) smtp_listen: Option<String>,
    pub(crate) smtp_tls: Option<ListenerTls>,
    pub(crate) connect: bool,
    /// Empty: as usual.
    pub(crate) fallback: Vec<KeyedRung>,
    pub(crate) public_texts: Vec<String>,
}

/// `[[connector]]`; `listen` is the server's own address.
pub(super) fn connectors(connectors: Vec<parsed::Connector>, known: &Known, listen: SocketAddr, report: &Report) -> Vec<Connector> {
    let mut names = Names::new("connector");
    let mut listeners = Listeners(vec![("server.listen".to_owned(), listen)]);
    connectors.into_iter().filter_map(|connector| one(connector, &mut names, &mut listeners, known, report)).collect()
}

fn one(connector: parsed::Connector, names: &mut Names, listeners: &mut Listeners, known: &Known, report: &Report) -> Option<Connector> {
    let key = connector.key;
    if let Some(interval) = connector.poll_interval_ms {
        bounds::within(report, &format!("{key}.poll_interval_ms"), interval, POLL_INTERVAL_MS.0, POLL_INTERVAL_MS.1);
    }
    if let Some(channel) = &connector.channel {
        names::well_formed(channel, &format!("{key}.channel"), report);
    }
    let lmtp_listen = connector.lmtp_listen.map(|listen| listeners.admit(listen, format!("{key}.lmtp_listen"), report));
    let smtp_listen = connector.smtp_listen.map(|listen| listeners.admit(listen, format!("{key}.smtp_listen"), report));
    if smtp_listen.is_none()
        && let Some(tls) = &connector.smtp_tls
    {
        report.error_at_key(&tls.key, "there is no `smtp_listen` for it".to_owned(), "add the address to listen on, or remove it");
    }
    if let Some(plugin) = &connector.plugin {
        plugins::known_plugin(plugin, known, &format!("{key}.plugin"), report);
    }
    Some(Connector {
        name: names.admit(connector.name?, &key, report),
        plugin: connector.plugin?,
        channel: connector.channel,
        account: connector.account,
        poll_interval_ms: connector.poll_interval_ms,
        lmtp_listen,
        smtp_listen,
        smtp_tls: connector.smtp_tls.and_then(|tls| listener_tls(tls, known, report)),
        connect: connector.connect.unwrap_or_default(),
        fallback: connector.fallback.map(|rungs| fallback::fallback(rungs, &key, known, report)).unwrap_or_default(),
        public_texts: fallback::public_texts(connector.public_texts, &key, report),
        key,
    })
}

fn listener_tls(tls: parsed::ListenerTls, known: &Known, report: &Report) -> Option<ListenerTls> {
    let name = |secret: Option<String>, field: &str| {
        let secret = secret?;
        if !known.secrets.contains(&secret) {
            let remedy = suggest::remedy(&secret, known.secrets.iter().map(String::as_str));
            report.error(&format!("{}.{field}", tls.key), format!("there is no secret `{secret}`"), &remedy);
        }
        Some(secret)
    };
    Some(ListenerTls { certificate: name(tls.certificate, "certificate")?, key: name(tls.private_key, "key")? })
}

/// Addresses that are listened on, each by one.
struct Listeners(Vec<(String, SocketAddr)>);

impl Listeners {
    fn admit(&mut self, text: String, key: String, report: &Report) -> String {
        let Some(address) = server::address(&text, &key, report) else { return text };
        if let Some((other, _)) = self.0.iter().find(|(_, taken)| collide(*taken, address)) {
            report.error(&key, format!("`{other}` listens on port {} already", address.port()), "give one of them another port");
        }
        self.0.push((key, address));
        address.to_string()
    }
}

/// Whether two listeners cannot both have their address. Port 0 is any free one.
fn collide(a: SocketAddr, b: SocketAddr) -> bool {
    let overlap = a.ip() == b.ip() || a.ip().is_unspecified() || b.ip().is_unspecified();
    a.port() == b.port() && a.port() != 0 && overlap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collisions() {
        for (a, b, expected) in [
            ("127.0.0.1:24", "127.0.0.1:24", true),
            ("0.0.0.0:24", "127.0.0.1:24", true),
            ("127.0.0.1:24", "127.0.0.2:24", false),
            ("127.0.0.1:24", "127.0.0.1:25", false),
            ("127.0.0.1:0", "127.0.0.1:0", false),
            ("[::]:24", "127.0.0.1:24", true),
        ] {
            assert_eq!(collide(a.parse().unwrap(), b.parse().unwrap()), expected, "{a} {b}");
        }
    }
}
