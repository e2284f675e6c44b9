use std::sync::Arc;

use model::{ConnectorSpec, Handshake, Role, Secret, SettingOr, SignatureScheme, Transport};
use serde::de::DeserializeOwned;

use super::assembly::Problems;
use super::scheme;
use crate::grant::{self, TransportError};
use crate::port::{Plugin, Secrets};

/// A connector with everything that its plugin declares resolved against the settings.
#[derive(Clone, Debug)]
pub struct Connector {
    /// As configured.
    pub spec: ConnectorSpec,
    /// The plugin that reads.
    pub plugin: Arc<dyn Plugin>,
    /// How its deliveries are signed; absent when it has no webhook.
    pub signature: Option<SignatureScheme>,
    /// How its channel checks our address.
    pub handshake: Option<Handshake>,
    /// What the host holds for it.
    pub transport: Option<Transport>,
}

impl Connector {
    /// Whether its plugin has this role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.plugin.info().roles.contains(&role)
    }

    /// All values that are valid now for a secret by the plugin's name for it; none when it was not granted.
    #[must_use]
    pub fn secrets(&self, name: &str, secrets: &dyn Secrets) -> Vec<Secret> {
        let configured = self.plugin.info().spec.grants.secrets.get(name);
        configured.map(|configured| secrets.values(configured)).unwrap_or_default()
    }
}

/// Resolves a connector; what is wrong goes to `problems`.
pub(super) fn resolve(spec: &ConnectorSpec, plugin: &Arc<dyn Plugin>, problems: &mut Problems) -> Option<Connector> {
    let place = format!("connectors.{}", spec.name);
    let info = plugin.info();
    let before = problems.count();
    check_roles(spec, plugin, &place, problems);
    let signature = value(info.manifest.signature.as_ref(), plugin, &place, "signature", problems);
    let signature = signature.and_then(|declared| filled(declared, spec, plugin, &place, problems));
    let handshake = value(info.manifest.handshake.as_ref(), plugin, &place, "handshake", problems);
    if info.roles.contains(&Role::Webhook) {
        match &signature {
            Some(scheme) => check_scheme(scheme, plugin, &place, problems),
            // Another way in is configured: then it takes no deliveries over HTTP, and its hook does not exist.
            None if has_another_way_in(spec) => {}
            None if problems.count() == before => problems.add(
                &place,
                format!("plugin `{}` declares no signature scheme, or its settings choose none", spec.plugin),
                "choose one in the settings; `scheme = \"none\"` proves nothing, but has to be written",
            ),
            None => {}
        }
    }
    if let Some(secret) = handshake.as_ref().and_then(Handshake::secret) {
        check_secret(secret, plugin, &place, problems);
    }
    let transport = grant::transport(&info.spec, &info.manifest).unwrap_or_else(|error| {
        let remedy = match error {
            TransportError::Setting(_) => "add it to the plugin's settings",
            TransportError::NotGranted(_) => "add the host to the plugin's grant, when its manifest asks for it",
        };
        if spec.connect {
            problems.add(&place, format!("plugin `{}` {error}", spec.plugin), remedy);
        }
        None
    });
    check_transport(spec, transport.as_ref(), &place, problems);
    if spec.connect {
        for secret in transport.iter().flat_map(Transport::secrets) {
            check_secret(secret, plugin, &place, problems);
        }
    }
    (problems.count() == before).then(|| Connector { spec: spec.clone(), plugin: Arc::clone(plugin), signature, handshake, transport })
}

fn check_roles(spec: &ConnectorSpec, plugin: &Arc<dyn Plugin>, place: &str, problems: &mut Problems) {
    let roles = &plugin.info().roles;
    let ways = [Role::Webhook, Role::Connection, Role::Feed, Role::Sender];
    if !ways.iter().any(|role| roles.contains(role)) {
        problems.add(
            place,
            format!("plugin `{}` is no connector", spec.plugin),
            "name a plugin with the role webhook, connection, feed or sender",
        );
    }
    if spec.poll_interval_ms.is_some() && !roles.contains(&Role::Feed) {
        problems.add(place, format!("plugin `{}` has no feed to poll", spec.plugin), "leave the poll interval out");
    }
    if spec.poll_interval_ms == Some(0) {
        problems.add(place, "the poll interval is 0".to_owned(), "give a time of at least a second");
    }
}

fn check_transport(spec: &ConnectorSpec, transport: Option<&Transport>, place: &str, problems: &mut Problems) {
    if (spec.lmtp_listen.is_some() || spec.smtp_listen.is_some()) && !matches!(transport, Some(Transport::Mail { .. })) {
        problems.add(place, format!("plugin `{}` takes no mails", spec.plugin), "leave the address for mails out");
    }
    if spec.connect && matches!(transport, None | Some(Transport::Mail { imap: None, .. })) {
        problems.add(place, format!("plugin `{}` declares no connection to hold", spec.plugin), "leave `connect` out");
    }
}

/// A declared value, or what the settings have where the declaration points.
fn value<T: Clone + DeserializeOwned>(
    declared: Option<&SettingOr<T>>,
    plugin: &Arc<dyn Plugin>,
    place: &str,
    what: &str,
    problems: &mut Problems,
) -> Option<T> {
    let pointer = match declared? {
        SettingOr::Value(value) => return Some(value.clone()),
        SettingOr::Setting { setting } => setting,
    };
    let found = grant::setting(&plugin.info().spec.settings, pointer)?;
    match serde_json::from_value(found.clone()) {
        Ok(value) => Some(value),
        Err(error) => {
            let message = format!("the setting `{pointer}` of plugin `{}` is no {what}: {error}", plugin.info().spec.name);
            problems.add(place, message, "see the connector's README for its form");
            None
        }
    }
}

fn has_another_way_in(spec: &ConnectorSpec) -> bool {
    spec.lmtp_listen.is_some() || spec.smtp_listen.is_some() || spec.connect || spec.poll_interval_ms.is_some()
}

/// The scheme with its places filled. Who has another way in needs no settings for this one.
fn filled(
    declared: SignatureScheme,
    spec: &ConnectorSpec,
    plugin: &Arc<dyn Plugin>,
    place: &str,
    problems: &mut Problems,
) -> Option<SignatureScheme> {
    let info = plugin.info();
    let pointer = match scheme::filled(declared, info) {
        Ok(scheme) => return Some(scheme),
        Err(pointer) => pointer,
    };
    if info.roles.contains(&Role::Webhook) && !has_another_way_in(spec) {
        let path = pointer.trim_start_matches('/').replace('/', ".");
        let message = format!("plugin `{}` needs the setting `{path}` to verify its deliveries", info.spec.name);
        problems.add(place, message, "add it to the plugin's settings; its README says where to find it");
    }
    None
}

fn check_scheme(declared: &SignatureScheme, plugin: &Arc<dyn Plugin>, place: &str, problems: &mut Problems) {
    if let Some(secret) = declared.secret() {
        check_secret(secret, plugin, place, problems);
    }
    scheme::check(declared, plugin.info(), place, problems);
}

fn check_secret(secret: &str, plugin: &Arc<dyn Plugin>, place: &str, problems: &mut Problems) {
    let spec = &plugin.info().spec;
    if !spec.grants.secrets.contains_key(secret) {
        let message = format!("plugin `{}` was not granted the secret `{secret}` that its deliveries are verified with", spec.name);
        problems.add(place, message, "grant it, and see that the manifest asks for it");
    }
}
