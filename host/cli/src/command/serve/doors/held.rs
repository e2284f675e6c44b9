//! Connections that a generation wants held, as its connectors' plugins declare them.

use std::sync::Arc;

use dispatch::generation::Connector;
use dispatch::grant::egress_grant;
use model::Transport;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use transport::{Fill, MailboxLimits, MailboxSettings, SocketLimits, SocketSettings, SseSettings};

use super::{Door, DoorPorts};

/// The door of a connector that is to be connected. Its name has everything that makes it another connection: where it leads, by what it is
/// opened, and what the plugin may do outside.
pub(super) fn door(name: &str, connector: &Connector) -> Option<Door> {
    let transport = connector.transport.as_ref().filter(|_| connector.spec.connect)?;
    if matches!(transport, Transport::Mail { imap: None, .. }) {
        return None;
    }
    let info = connector.plugin.info();
    let grant = egress_grant(&info.spec, &info.manifest);
    Some(Door::Held { connector: name.to_owned(), declared: format!("{transport:?} {grant:?} {:?}", info.spec.grants.secrets) })
}

/// Starts the task that holds it.
pub(super) fn enter(tasks: &TaskTracker, ports: &DoorPorts, name: &str, connector: &Connector, stop: &CancellationToken) {
    let info = connector.plugin.info();
    let grant = egress_grant(&info.spec, &info.manifest);
    let (ingest, egress, clock, stop) = (ports.ingest.clone(), ports.egress.clone(), Arc::clone(&ports.clock), stop.clone());
    let name = name.to_owned();
    match connector.transport.clone() {
        Some(Transport::Sse { url, credential }) => {
            let settings = SseSettings { connector: name, url, credential, grant };
            tasks.spawn(transport::hold_events(ingest, egress, settings, clock, stop));
        }
        Some(Transport::WebSocket { url, credential, fill, resolve }) => {
            let fill = fill.and_then(|name| Some(Fill { secret: info.spec.grants.secrets.get(&name)?.clone(), name }));
            let limits = SocketLimits::default();
            let settings = SocketSettings { connector: name, url, credential, fill, resolve, grant, limits };
            tasks.spawn(transport::hold_socket(ingest, egress, settings, clock, stop));
        }
        Some(Transport::Mail { imap: Some(url), credential }) => {
            let settings = MailboxSettings { connector: name, url, credential, grant, limits: MailboxLimits::default() };
            tasks.spawn(transport::read_mailbox(ingest, egress, settings, clock, stop));
        }
        Some(Transport::Mail { imap: None, .. }) | None => {}
    }
}
