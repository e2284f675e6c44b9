//! A server that runs: real listener, real router, real core.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use dispatch::port::{Plugin, PluginInfo, Secrets, SystemClock};
use model::{
    ChainSpec, Configuration, ConnectorSpec, Digest, Grants, Limits, OnFault, PluginManifest, PluginSpec, QueueSpec, Role, Secret,
    SignatureScheme, StepSpec,
};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::desk::Desk;
use super::memory::Memory;
use super::stub::Stub;
use crate::{Access, ServerSettings, Services, Shutdown, Token, Tokens, bind, serve};
use dispatch::breaker::Breakers;
use dispatch::counters::Counters;
use dispatch::dispatcher::Wake;
use dispatch::generation::{Current, Generation};
use dispatch::hop::Hop;
use dispatch::ingest::{Ingest, IngestPorts};
use dispatch::live::Live;

pub(super) const VIEWER: &str = "the viewer's token";
pub(super) const OPERATOR: &str = "the operator's token";
pub(super) const ADMIN: &str = "the administrator's token";

/// What must be in `x-token` for the connector `signed`.
pub(super) const SECRET: &str = "the channel's secret";

/// A running server.
pub(super) struct House {
    pub(super) address: SocketAddr,
    pub(super) store: Arc<Memory>,
    pub(super) live: Live,
    pub(super) stop: CancellationToken,
    pub(super) served: JoinHandle<Shutdown>,
}

impl House {
    /// With safe defaults.
    pub(super) async fn new() -> Self {
        Self::with(ServerSettings::default()).await
    }

    /// With these settings.
    pub(super) async fn with(settings: ServerSettings) -> Self {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self::on(listener, settings)
    }

    fn on(listener: TcpListener, settings: ServerSettings) -> Self {
        let address = listener.local_addr().unwrap();
        let store = Arc::new(Memory::default());
        let services = services(Arc::clone(&store), settings);
        let (live, stop) = (services.live.clone(), CancellationToken::new());
        let serving = serve(listener, services, stop.clone());
        let served = tokio::spawn(async move { serving.await.unwrap() });
        Self { address, store, live, stop, served }
    }

    /// Stops it and waits for its end.
    pub(super) async fn close(self) -> Shutdown {
        self.stop.cancel();
        self.served.await.unwrap()
    }
}

/// The tokens of the three roles.
pub(super) fn tokens() -> Tokens {
    let token = |text: &str, access: Access| Token { name: access.name().to_owned(), access, digest: Digest::of(text.as_bytes()) };
    Tokens::new([token(VIEWER, Access::Viewer), token(OPERATOR, Access::Operator), token(ADMIN, Access::Admin)])
}

/// Services that nobody calls.
pub(super) fn idle() -> Services {
    services(Arc::new(Memory::default()), ServerSettings::default())
}

fn services(store: Arc<Memory>, settings: ServerSettings) -> Services {
    let current = Arc::new(Current::new(Arc::new(generation())));
    let counters = Arc::new(Counters::default());
    let breakers = Arc::new(Breakers::new(Arc::new(SystemClock)));
    let ports = IngestPorts {
        current: Arc::clone(&current),
        store: store.clone(),
        remote_keys: Arc::new(dispatch::port::Nothing),
        secrets: Arc::new(ChannelSecret),
        clock: Arc::new(SystemClock),
        counters: Arc::clone(&counters),
        breakers: Arc::clone(&breakers),
        hop: Hop::for_cores(),
        wake: Wake::default(),
    };
    Services {
        ingest: Ingest::new(ports),
        current,
        history: store.clone(),
        outbox: store.clone(),
        drain: dispatch::outbox::DrainWake::default(),
        media: Arc::new(dispatch::port::Nothing),
        operations: Arc::new(Desk),
        store,
        live: Live::new(4),
        counters,
        breakers,
        wake: Wake::default(),
        clock: Arc::new(SystemClock),
        settings,
        tokens: tokens(),
        runtime: serde_json::json!({ "allocator": "pooling" }),
    }
}

struct ChannelSecret;

impl Secrets for ChannelSecret {
    fn values(&self, _name: &str) -> Vec<Secret> {
        vec![Secret::new(SECRET)]
    }
}

fn plugin(name: &str, role: Role, signature: SignatureScheme) -> Arc<dyn Plugin> {
    let secrets: BTreeMap<String, String> = signature.secret().map(|own| (own.to_owned(), "channel".to_owned())).into_iter().collect();
    let manifest = PluginManifest {
        name: "stub".to_owned(),
        version: "1.0.0".to_owned(),
        publisher: "us".to_owned(),
        description: "Does what it is told.".to_owned(),
        licence: "MIT".to_owned(),
        signature: Some(model::SettingOr::Value(signature)),
        ..PluginManifest::default()
    };
    let digest = Digest::of(name.as_bytes());
    let grants = Grants { secrets, ..Grants::default() };
    let spec = PluginSpec { settings: serde_json::json!({}), grants, limits: Limits::CONNECTOR, ..PluginSpec::new(name, digest.clone()) };
    let roles: BTreeSet<Role> = [role].into();
    Arc::new(Stub(PluginInfo { spec, digest, roles, manifest, component_bytes: 1_234, snapshotted: true }))
}

fn generation() -> Generation {
    let token = SignatureScheme::Token { header: "x-token".to_owned(), prefix: String::new(), secret: "token".to_owned() };
    let schemes = [("open", SignatureScheme::None), ("signed", token)];
    let mut plugins: BTreeMap<String, Arc<dyn Plugin>> =
        schemes.into_iter().map(|(name, scheme)| (name.to_owned(), plugin(name, Role::Webhook, scheme))).collect();
    plugins.insert("desk".to_owned(), plugin("desk", Role::Router, SignatureScheme::None));
    Generation::assemble(configuration(&plugins), plugins).unwrap()
}

fn configuration(plugins: &BTreeMap<String, Arc<dyn Plugin>>) -> Configuration {
    let connector = |name: &String| ConnectorSpec {
        name: name.clone(),
        plugin: name.clone(),
        channel: "test".to_owned(),
        account: None,
        poll_interval_ms: None,
        lmtp_listen: None,
        smtp_listen: None,
        smtp_tls: None,
        connect: false,
        fallback: Vec::new(),
        public_texts: Vec::new(),
    };
    let steps = vec![StepSpec { plugin: "desk".to_owned(), role: Role::Router, when: None, on_fault: OnFault::Hold }];
    Configuration {
        plugins: plugins.values().map(|plugin| plugin.info().spec.clone()).collect(),
        connectors: plugins.keys().filter(|name| *name != "desk").map(connector).collect(),
        chains: vec![ChainSpec {
            name: "default".to_owned(),
            when: None,
            hold_queue: "desk".to_owned(),
            deadline_ms: 1_000,
            arm: None,
            steps,
        }],
        queues: vec![QueueSpec { name: "desk".to_owned(), title: "The desk".to_owned() }],
        notify: Vec::new(),
    }
}
