//! The ways in beside HTTP: listeners for mails, polled feeds, and connections that are held (streams, WebSockets, mailboxes), one task each.
//! They follow what serves: after a swap those that came are opened, those that went are closed, and all others stay as they are.

mod held;

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dispatch::generation::{Connector, Generation};
use dispatch::ingest::Ingest;
use dispatch::port::{Clock, Secrets};
use model::ListenerTls;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use transport::{Certificate, HttpEgress, LmtpSettings};

/// Tries to bind an address that is in use: a door that was closed just now lets go of it within a moment.
const BIND_TRIES_MAX: u32 = 5;
/// Between two of them.
const BIND_AGAIN_MS: u64 = 50;

/// What doors lead to and what they need.
pub(crate) struct DoorPorts {
    pub(crate) ingest: Ingest,
    pub(crate) egress: HttpEgress,
    /// For the certificates of listeners.
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Closes all of them.
    pub(crate) stop: CancellationToken,
}

/// The doors of a host. Clones are the same.
#[derive(Clone)]
pub(crate) struct Doors(Arc<Inner>);

struct Inner {
    ports: DoorPorts,
    tasks: TaskTracker,
    open: Mutex<BTreeMap<Door, Open>>,
}

/// A door with everything that makes it another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Door {
    /// Takes mails.
    Mails { connector: String, address: String, protocol: Protocol },
    /// Polls a feed.
    Feed { connector: String, interval_ms: u64 },
    /// Holds a connection; what it is and may do outside is part of it.
    Held { connector: String, declared: String },
}

/// How mails come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Protocol {
    Lmtp,
    Smtp(Option<ListenerTls>),
}

struct Open {
    stop: CancellationToken,
    /// The listener, kept so that it can be handed on: an address cannot be bound twice.
    listener: Option<TcpListener>,
}

/// Listeners that are bound for a generation, so that a port in use is said before it serves.
pub(crate) struct Prepared(BTreeMap<Door, TcpListener>);

impl Doors {
    pub(crate) fn new(ports: DoorPorts) -> Self {
        Self(Arc::new(Inner { ports, tasks: TaskTracker::new(), open: Mutex::default() }))
    }

    /// Binds what a generation's connectors ask for and is not bound yet.
    ///
    /// # Errors
    /// Which connector cannot listen, and why.
    pub(crate) async fn prepare(&self, generation: &Generation) -> Result<Prepared, String> {
        let mut listeners = BTreeMap::new();
        for door in self.0.missing(generation) {
            let Door::Mails { connector, address, protocol } = &door else { continue };
            let listener = self.0.listener(address).await;
            let listener = listener.and_then(|listener| listener.set_nonblocking(true).map(|()| listener)).map_err(|error| {
                let key = if *protocol == Protocol::Lmtp { "lmtp_listen" } else { "smtp_listen" };
                format!("connector `{connector}` cannot listen on {address}: {error}; stop what uses it, or change `{key}`")
            })?;
            listeners.insert(door, listener);
        }
        Ok(Prepared(listeners))
    }

    /// Closes what a generation does not want any more, and opens what it wants anew.
    pub(crate) fn swing(&self, generation: &Generation, mut prepared: Prepared) {
        let wanted = wanted(generation);
        let mut open = self.0.open();
        open.retain(|door, state| {
            let stays = wanted.contains_key(door);
            if !stays {
                state.stop.cancel();
            }
            stays
        });
        for (door, connector) in wanted {
            if open.contains_key(&door) || self.0.ports.stop.is_cancelled() {
                continue;
            }
            let stop = self.0.ports.stop.child_token();
            let listener = prepared.0.remove(&door);
            match self.0.enter(&door, connector, listener.as_ref(), &stop) {
                Ok(()) => drop(open.insert(door, Open { stop, listener })),
                Err(error) => tracing::error!(?door, %error, "the door cannot be opened"),
            }
        }
    }

    /// Where mails are taken over LMTP, by connector.
    pub(crate) fn lmtp_addresses(&self) -> BTreeMap<String, String> {
        self.addresses(|protocol| *protocol == Protocol::Lmtp)
    }

    /// Where mails are taken over SMTP, by connector.
    pub(crate) fn smtp_addresses(&self) -> BTreeMap<String, String> {
        self.addresses(|protocol| matches!(protocol, Protocol::Smtp(_)))
    }

    fn addresses(&self, wanted: fn(&Protocol) -> bool) -> BTreeMap<String, String> {
        let address = |listener: &TcpListener| listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
        let mails = |(door, state): (&Door, &Open)| match door {
            Door::Mails { connector, protocol, .. } if wanted(protocol) => Some((connector.clone(), address(state.listener.as_ref()?))),
            _ => None,
        };
        self.0.open().iter().filter_map(mails).collect()
    }

    /// Returns when all are closed, after they were told to.
    pub(crate) async fn closed(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }
}

/// Another handle of the listener that is bound to this address.
fn held(open: &BTreeMap<Door, Open>, address: &str) -> Option<std::io::Result<TcpListener>> {
    let at = |(door, _): &(&Door, &Open)| matches!(door, Door::Mails { address: other, .. } if other == address);
    open.iter().find(at).and_then(|(_, state)| state.listener.as_ref()).map(TcpListener::try_clone)
}

/// The doors that a generation wants.
fn wanted(generation: &Generation) -> BTreeMap<Door, &Arc<Connector>> {
    let mut doors = BTreeMap::new();
    for (name, connector) in generation.connectors() {
        let mine: BTreeSet<Door> = mails(name, connector).chain(feed(name, connector)).chain(held::door(name, connector)).collect();
        doors.extend(mine.into_iter().map(|door| (door, connector)));
    }
    doors
}

fn mails(name: &str, connector: &Connector) -> impl Iterator<Item = Door> {
    let spec = &connector.spec;
    let lmtp = spec.lmtp_listen.clone().map(|address| (address, Protocol::Lmtp));
    let smtp = spec.smtp_listen.clone().map(|address| (address, Protocol::Smtp(spec.smtp_tls.clone())));
    lmtp.into_iter().chain(smtp).map(|(address, protocol)| Door::Mails { connector: name.to_owned(), address, protocol })
}

fn feed(name: &str, connector: &Connector) -> Option<Door> {
    let interval_ms = connector.spec.poll_interval_ms?;
    Some(Door::Feed { connector: name.to_owned(), interval_ms })
}

impl Inner {
    fn open(&self) -> MutexGuard<'_, BTreeMap<Door, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The doors that a generation wants and that are not open.
    fn missing(&self, generation: &Generation) -> Vec<Door> {
        let open = self.open();
        wanted(generation).into_keys().filter(|door| !open.contains_key(door)).collect()
    }

    /// A listener on this address: the one that is bound to it already, or a new one.
    async fn listener(&self, address: &str) -> std::io::Result<TcpListener> {
        let mut tried = 0;
        loop {
            let listener = held(&self.open(), address).unwrap_or_else(|| TcpListener::bind(address));
            tried += 1;
            let in_use = listener.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse);
            if !in_use || tried >= BIND_TRIES_MAX {
                return listener;
            }
            tokio::time::sleep(Duration::from_millis(BIND_AGAIN_MS)).await;
        }
    }

    /// Starts the task behind a door.
    fn enter(&self, door: &Door, connector: &Connector, listener: Option<&TcpListener>, stop: &CancellationToken) -> std::io::Result<()> {
        let DoorPorts { ingest, secrets, clock, .. } = &self.ports;
        match door {
            Door::Mails { connector, protocol, .. } => {
                let listener = listener.ok_or_else(|| std::io::Error::other("it is not bound"))?.try_clone()?;
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let (connector, ingest, settings, stop) = (connector.clone(), ingest.clone(), LmtpSettings::default(), stop.clone());
                match protocol {
                    Protocol::Lmtp => self.tasks.spawn(transport::serve_lmtp(listener, connector, ingest, settings, stop)),
                    Protocol::Smtp(tls) => {
                        let tls = tls.clone().map(|tls| certificate(tls, Arc::clone(secrets)));
                        self.tasks.spawn(transport::serve_smtp(listener, connector, ingest, settings, tls, stop))
                    }
                };
            }
            Door::Feed { connector, interval_ms } => {
                let polling = transport::poll_feed(ingest.clone(), connector.clone(), *interval_ms, Arc::clone(clock), stop.clone());
                self.tasks.spawn(polling);
            }
            Door::Held { connector: name, .. } => held::enter(&self.tasks, &self.ports, name, connector, stop),
        }
        Ok(())
    }
}

/// A listener's certificate, read from its secrets for each dialogue.
fn certificate(tls: ListenerTls, secrets: Arc<dyn Secrets>) -> Certificate {
    Arc::new(move || {
        let value = |name: &str| secrets.values(name).into_iter().next().ok_or_else(|| format!("the secret `{name}` has no value"));
        transport::certificate_of(value(&tls.certificate)?.expose(), value(&tls.key)?.expose())
    })
}
