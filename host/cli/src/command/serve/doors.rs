//! The ways in beside HTTP: LMTP listeners, polled feeds and held streams, one task each.

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch::grant::egress_grant;
use model::Transport;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use transport::{LmtpSettings, SseSettings};

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
                let info = connector.plugin.info();
                let settings = SseSettings {
                    connector: name.clone(),
                    url: url.clone(),
                    credential: credential.clone(),
                    grant: egress_grant(&info.spec, &info.manifest),
                };
                let (ingest, egress, clock) = (host.ingest.clone(), host.egress.clone(), Arc::clone(&host.clock));
                tasks.spawn(transport::hold_events(ingest, egress, settings, clock, stop.clone()));
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
