use dispatch::grant::{REDACTED_TEXT, TEXT};
use model::{PluginManifest, Role, SettingOr, Transport};
use serde::de::DeserializeOwned;

use super::Inspected;
use crate::report::Report;
use crate::source::join;
use crate::suggest;
use crate::validated::{FIELDS, Plugin};

/// What the plugin asks for against what it is given: what it cannot work without is an error, what it did not ask for a warning.
pub(super) fn check(plugin: &Plugin, inspected: &Inspected, report: &Report) {
    let manifest = &inspected.manifest;
    let roles: Vec<Role> = inspected.roles.iter().copied().collect();
    for missing in manifest.missing_for(&roles) {
        report.error(&format!("{}.file", plugin.key), format!("the plugin's manifest is not whole: {missing}"), "ask its publisher");
    }
    unrequested(plugin, manifest, report);
    if inspected.roles.contains(&Role::Webhook) {
        let other_ways = inspected.roles.contains(&Role::Connection) || inspected.roles.contains(&Role::Feed);
        if let Some(scheme) = resolve(manifest.signature.as_ref(), plugin, other_ways, "signature", report) {
            demand(plugin, scheme.secret(), "verify deliveries", report);
        }
        if let Some(handshake) = resolve(manifest.handshake.as_ref(), plugin, other_ways, "handshake", report) {
            demand(plugin, handshake.secret(), "answer the channel's handshake", report);
        }
    }
    if let Some(Transport::Sse { credential, .. }) = &manifest.transport {
        demand(plugin, credential.as_deref(), "open its connection", report);
    }
}

/// Grants that nobody asked for do nothing: the effective grant is what was asked and given.
fn unrequested(plugin: &Plugin, manifest: &PluginManifest, report: &Report) {
    let key = format!("{}.grant", plugin.key);
    let (name, requests) = (&plugin.name, &manifest.requests);
    // Who asks for the text is content with the masked one, and who asks for the masked one gets it where both could be had.
    let texts = |name: &str| name == TEXT || name == REDACTED_TEXT;
    let asked = |field: &str| requests.fields.iter().any(|request| request.name == field || (texts(&request.name) && texts(field)));
    for field in plugin.grants.fields.iter().filter(|field| FIELDS.contains(&field.as_str()) && !asked(field)) {
        report.warning(&format!("{key}.fields"), format!("the plugin `{name}` does not ask for the field `{field}`"), "");
    }
    for secret in plugin.grants.secrets.keys().filter(|secret| manifest.secret(secret).is_none()) {
        let asked: Vec<&str> = requests.secrets.iter().map(|request| request.name.as_str()).collect();
        let remedy = if asked.is_empty() { String::new() } else { format!("it asks for {}", suggest::list(&asked, "and")) };
        let key = join(&format!("{key}.secrets"), secret);
        report.warning(&key, format!("the plugin `{name}` does not ask for a secret `{secret}`"), &remedy);
    }
    if requests.hosts.is_empty() && !plugin.grants.hosts.is_empty() {
        report.warning(&format!("{key}.hosts"), format!("the plugin `{name}` does not ask for any host"), "");
    }
    if requests.state.is_none() && plugin.grants.state_bytes_max > 0 {
        report.warning(&format!("{key}.state_bytes_max"), format!("the plugin `{name}` does not ask for state"), "");
    }
}

/// A finding when the host needs a secret for the plugin and the operator has not granted it.
fn demand(plugin: &Plugin, secret: Option<&str>, purpose: &str, report: &Report) {
    let Some(secret) = secret.filter(|secret| !plugin.grants.secrets.contains_key(*secret)) else { return };
    let message = format!("the host needs the secret `{secret}` of the plugin `{}` to {purpose}", plugin.name);
    let place = format!("{}.grant", plugin.key);
    let name = join("", secret);
    let remedy = format!("grant it under `[plugin.grant]`: `secrets = {{ {name} = \"…\" }}` with a name from `[secrets]`");
    report.error_at_key(&place, message, &remedy);
}

/// A value of the plugin's manifest, or what stands at its place in the settings.
///
/// A connector with other ways in may leave its signature out: then it takes no deliveries over HTTP.
fn resolve<T: Clone + DeserializeOwned>(
    value: Option<&SettingOr<T>>,
    plugin: &Plugin,
    other_ways: bool,
    noun: &str,
    report: &Report,
) -> Option<T> {
    match value? {
        SettingOr::Value(value) => Some(value.clone()),
        SettingOr::Setting { setting } => {
            let key = format!("{}.settings", plugin.key);
            let Some(given) = plugin.settings.pointer(setting) else {
                if noun == "signature" && !other_ways {
                    let path = setting.trim_start_matches('/').replace('/', ".");
                    let message = format!("`{path}` is missing: it says how deliveries are signed");
                    report.error_at_key(&key, message, &format!("add `{path} = {{ scheme = \"…\", … }}`, or `{{ scheme = \"none\" }}`"));
                }
                return None;
            };
            match serde_json::from_value(given.clone()) {
                Ok(value) => Some(value),
                Err(why) => {
                    let path = report.resolve(&key, setting);
                    let why = why.to_string();
                    let remedy = if why.contains("expected one of") { "" } else { schemes(noun) };
                    report.error(&path, format!("this is no {noun}: {why}"), remedy);
                    None
                }
            }
        }
    }
}

fn schemes(noun: &str) -> &'static str {
    match noun {
        "signature" => {
            "`scheme` is `none`, `token`, `basic`, `hmac`, `ed25519`, `standard-webhooks`, `twilio`, `http-signature`, `jwt`, `sns`, `ecdsa-p256`, \
             `body-hmac`, `body-token`, `query-token` or `wechat`"
        }
        _ => "`kind` is `hub-challenge`, `crc`, `linkedin`, `cloud-events` or `wechat`",
    }
}
