//! The ways in beside HTTP: LMTP listeners, polled feeds and held streams, one task each.

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch::generation::Connector;
use model::{Credential, Transport};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use transport::LmtpSettings;

use super::Host;
use crate::exit::{Done, Failure};

/// Listeners that are bound, so that a port in use is said before anything starts.
pub(crate) struct Doors {
    lmtp: Vec<(String, TcpListener)>,
}

/// Tasks that bring something in.
pub(crate) struct Bringing(TaskTracker);

impl Doors {
    /// Binds what the connectors ask for.
    pub(crate) async fn open(host: &Host) -> Done<Self> {
        let mut lmtp = Vec::new();
        for (name, connector) in host.current.load().connectors() {
            if let Some(address) = &connector.spec.lmtp_listen {
                let listener = TcpListener::bind(address).await.map_err(|error| {
                    Failure::unavailable(format!(
                        "connector `{name}` cannot listen on {address}: {error}; stop what uses it, or change `lmtp_listen`"
                    ))
                })?;
                lmtp.push((name.clone(), listener));
            }
        }
        Ok(Self { lmtp })
    }

    /// Where mails are taken, by connector.
    pub(crate) fn lmtp_addresses(&self) -> BTreeMap<String, String> {
        let address = |listener: &TcpListener| listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
        self.lmtp.iter().map(|(name, listener)| (name.clone(), address(listener))).collect()
    }

    /// Opens them all until `stop`.
    pub(crate) fn run(self, host: &Host, stop: &CancellationToken) -> Bringing {
        let tasks = TaskTracker::new();
        for (name, listener) in self.lmtp {
            tasks.spawn(transport::serve_lmtp(listener, name, host.ingest.clone(), LmtpSettings::default(), stop.clone()));
        }
        for (name, connector) in host.current.load().connectors() {
            if let Some(interval_ms) = connector.spec.poll_interval_ms {
                tasks.spawn(transport::poll_feed(host.ingest.clone(), name.clone(), interval_ms, Arc::clone(&host.clock), stop.clone()));
            }
            if let (true, Some(Transport::Sse { url, credential })) = (connector.spec.connect, &connector.transport) {
                let credential = credential.as_deref().and_then(|credential| resolved(connector, credential));
                let (ingest, secrets, clock) = (host.ingest.clone(), Arc::clone(&host.secrets), Arc::clone(&host.clock));
                tasks.spawn(transport::hold_events(ingest, name.clone(), url.clone(), credential, secrets, clock, stop.clone()));
            }
        }
        tasks.close();
        Bringing(tasks)
    }
}

impl Bringing {
    /// Returns when all have ended.
    pub(crate) async fn wait(self) {
        self.0.wait().await;
    }
}

/// The credential behind a plugin's name for it, when it was granted.
fn resolved(connector: &Connector, name: &str) -> Option<Credential> {
    let info = connector.plugin.info();
    let secret = info.spec.grants.secrets.get(name)?.clone();
    let form = info.manifest.secret(name)?.credential.clone()?;
    Some(Credential { secret, form })
}
