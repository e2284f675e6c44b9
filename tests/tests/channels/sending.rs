//! Every `plugins/*/cases/send/*.json` in the sandbox, through the real egress, against a real server.
//!
//! Nothing of a case is faked but the address: the origins of its requests are the local server's, in the settings, in what is to go out, in
//! the manifest. Secrets are lent as the manifest asks, and the server sees how they were added.

use std::collections::BTreeSet;
use std::sync::Arc;

use dispatch::port::Plugin;
use harness::repository;
use model::{Grants, Outbound, Timestamp};
use runtime::Runtime;
use serde_json::{Value, json};
use transport::{EgressSettings, HttpEgress};

use super::credentials::{Credentials, Lent};
use super::sandbox::{component, entries, json, runtime, staged};
use super::scripted::{Arrived, Scripted, decoded};
use crate::swap::ground::with_manifest;

/// When cases say nothing else.
const NOW: u64 = 1_790_000_000_000;
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_of_every_sender_over_real_http() {
    let stage = Stage::open();
    let (mut count, mut wrong) = (0, Vec::new());
    for plugin in entries(&repository().join("plugins")) {
        let name = plugin.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Many cases of a plugin have the same settings.
        let mut staged = Vec::new();
        for path in entries(&plugin.join("cases/send")).into_iter().filter(|path| path.extension().is_some_and(|end| end == "json")) {
            let shown = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
            let found = stage.case(&name, &json(&plugin.join("manifest.json")), &json(&path), &mut staged).await;
            wrong.extend(found.into_iter().map(|why| format!("{shown}: {why}")));
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {count} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 0, "no case was found");
}

/// The sandbox with the real way out of it, and the server where everything ends.
struct Stage {
    server: Scripted,
    runtime: Runtime,
}

/// Plugins that are staged already, by their settings.
type Staged = Vec<(Value, Arc<dyn Plugin>)>;

impl Stage {
    fn open() -> Self {
        let egress = HttpEgress::new(Arc::new(Lent), EgressSettings::default()).expect("an egress");
        Self { server: Scripted::start(), runtime: runtime(Arc::new(egress), Arc::new(Lent)) }
    }

    /// What is wrong with a case.
    async fn case(&self, name: &str, manifest: &Value, case: &Value, staged: &mut Staged) -> Vec<String> {
        let origin = format!("http://{}", self.server.host());
        let case = localised(case, &origins(case), &origin);
        let settings = settings(&case, manifest, &origin);
        let credentials = Arc::new(Credentials::of(&local_manifest(manifest, &self.server.host()), &settings));
        let (judging, aside) = (Arc::clone(&credentials), Arc::clone(&credentials));
        let exchanges = case["exchanges"].as_array().cloned().unwrap_or_default();
        let judge = Arc::new(move |exchange: &Value, request: &Arrived| judged(exchange, request, &judging));
        self.server.expect(exchanges, judge, Arc::new(move |request: &Arrived| aside.token(request)));
        let plugin = match staged.iter().find(|(known, _)| *known == settings) {
            Some((_, plugin)) => Arc::clone(plugin),
            None => match self.plugin(name, manifest, &settings, &credentials).await {
                Ok(plugin) => {
                    staged.push((settings, Arc::clone(&plugin)));
                    plugin
                }
                Err(why) => return vec![why],
            },
        };
        let found = asked(&*plugin, &case).await;
        let mut wrong = self.server.wrong();
        match found {
            Ok(found) => wrong.extend(difference(&case["output"], &shown(found), "")),
            Err(why) => wrong.push(why),
        }
        wrong
    }

    async fn plugin(&self, name: &str, manifest: &Value, settings: &Value, credentials: &Credentials) -> Result<Arc<dyn Plugin>, String> {
        let component = with_manifest(&component(name), Some(&local_manifest(manifest, &self.server.host())));
        let grants =
            Grants { hosts: BTreeSet::from([self.server.host()]), secrets: credentials.lent(), private_network: true, ..Grants::default() };
        staged(&self.runtime, name, &component, settings.clone(), grants).await
    }
}

/// What the plugin says of a case's outbound.
async fn asked(plugin: &dyn Plugin, case: &Value) -> Result<Value, String> {
    let outbound: Outbound = serde_json::from_value(whole(&case["outbound"])).map_err(|why| format!("`outbound`: {why}"))?;
    let now = Timestamp(case["now"].as_u64().unwrap_or(NOW));
    let key = case["key"].as_str().unwrap_or("key");
    let found = if case["call"] == "find" {
        plugin.find(key, &outbound, now).await.outcome.map(|said| said.map_or_else(|why| json!(why), |found| json!(found)))
    } else {
        plugin.send(key, &outbound, now).await.outcome.map(|said| said.map_or_else(|why| json!(why), |sent| json!(sent)))
    };
    found.map_err(|fault| format!("the plugin {fault}"))
}

/// The origins of a case's requests, longest first.
fn origins(case: &Value) -> Vec<String> {
    let urls = case["exchanges"].as_array().into_iter().flatten().filter_map(|exchange| exchange["request"]["url"].as_str());
    let mut found: Vec<String> = urls.filter_map(origin_of).collect::<BTreeSet<_>>().into_iter().collect();
    found.sort_by_key(|origin| std::cmp::Reverse(origin.len()));
    found
}

fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    matches!(scheme, "https" | "http").then(|| format!("{scheme}://{host}"))
}

/// The same document with other origins, wherever they stand in its texts.
fn localised(document: &Value, origins: &[String], origin: &str) -> Value {
    match document {
        Value::String(text) => {
            let mut text = text.clone();
            for old in origins.iter().filter(|old| *old != origin) {
                let ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || matches!(next, '.' | '-' | ':'));
                let places: Vec<usize> =
                    text.match_indices(old.as_str()).map(|(at, _)| at).filter(|at| ends(&text[at + old.len()..])).collect();
                for at in places.into_iter().rev() {
                    text.replace_range(at..at + old.len(), origin);
                }
            }
            Value::String(text)
        }
        Value::Array(items) => items.iter().map(|item| localised(item, origins, origin)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), localised(value, origins, origin))).collect(),
        other => other.clone(),
    }
}

/// The case's settings; addresses that they leave to the schema's defaults are the server's. So is `base_url`, when anything is asked: where what
/// is to go out brings the address, which connectors believe of their channel's own hosts only, it is that.
fn settings(case: &Value, manifest: &Value, origin: &str) -> Value {
    let mut settings = case["settings"].as_object().cloned().unwrap_or_default();
    let properties = manifest["settings_schema"]["properties"].as_object().cloned().unwrap_or_default();
    for (name, property) in &properties {
        let default = property["default"].as_str().and_then(|url| Some((origin_of(url)?, url)));
        if let (Some((old, url)), false) = (default, settings.contains_key(name)) {
            settings.insert(name.clone(), localised(&json!(url), &[old], origin));
        }
    }
    let asks = case["exchanges"].as_array().is_some_and(|exchanges| !exchanges.is_empty());
    if asks && properties.contains_key("base_url") && !settings.contains_key("base_url") {
        settings.insert("base_url".to_owned(), json!(brought(&case["outbound"], origin).unwrap_or(origin)));
    }
    Value::Object(settings)
}

/// The first text that is an address of this origin.
fn brought<'a>(outbound: &'a Value, origin: &str) -> Option<&'a str> {
    match outbound {
        Value::String(text) => Some(text.as_str()).filter(|text| text.starts_with(origin)),
        Value::Array(items) => items.iter().find_map(|item| brought(item, origin)),
        Value::Object(fields) => fields.values().find_map(|value| brought(value, origin)),
        _ => None,
    }
}

/// The manifest as it would be if the channel lived at the server.
fn local_manifest(manifest: &Value, host: &str) -> Value {
    let mut manifest = manifest.clone();
    if let Some(hosts) = manifest["requests"].as_object_mut().map(|requests| requests.entry("hosts").or_insert_with(|| json!([]))) {
        hosts.as_array_mut().expect("a list of hosts").push(json!({"host": host, "reason": "The server of the test."}));
    }
    for secret in manifest["requests"]["secrets"].as_array_mut().into_iter().flatten() {
        let fields = secret.as_object_mut().expect("a secret");
        fields.remove("hosts");
        for place in ["/credential/oauth2/token_url", "/credential/session/url"] {
            if let Some(url) = secret.pointer_mut(place).filter(|url| url.as_str().is_some_and(|url| url.starts_with("https://"))) {
                let old = origin_of(url.as_str().unwrap_or_default()).unwrap_or_default();
                *url = localised(url, &[old], &format!("http://{host}"));
            }
        }
    }
    manifest
}

/// What a case leaves out of an attachment and cannot be left out of it.
fn whole(outbound: &Value) -> Value {
    let mut outbound = outbound.clone();
    for what in outbound.as_object_mut().into_iter().flat_map(|outbound| outbound.values_mut()) {
        for file in what.get_mut("attachments").and_then(Value::as_array_mut).into_iter().flatten() {
            let file = file.as_object_mut().expect("an attachment");
            file.entry("media_type").or_insert_with(|| json!(""));
        }
    }
    outbound
}

/// What was said, as cases write it.
fn shown(found: Value) -> Value {
    match found["hand_over"].as_array() {
        Some(bytes) => {
            let bytes: Vec<u8> = bytes.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok()).collect();
            json!({"hand_over": String::from_utf8_lossy(&bytes)})
        }
        None => found,
    }
}

/// What is wrong with a request that should be this exchange's.
fn judged(exchange: &Value, request: &Arrived, credentials: &Credentials) -> Option<String> {
    let expected = &exchange["request"];
    let shown = format!("{} {}", request.method, request.target);
    if expected["method"] != json!(request.method) {
        return Some(format!("{shown}: the method should be {}", expected["method"]));
    }
    let url = expected["url"].as_str().unwrap_or_default();
    let target = credentials.target(url.strip_prefix(&origin_of(url).unwrap_or_default()).unwrap_or(url));
    let seen = credentials.without_query(&request.target);
    if target != seen && decoded(&target) != decoded(&seen) {
        return Some(format!("{shown}: the target should be {target}"));
    }
    let headers = expected["headers"].as_object().into_iter().flatten();
    for (name, value) in headers {
        if request.header(&name.to_lowercase()) != value.as_str() {
            return Some(format!("{shown}: `{name}` should be {value}, is {:?}", request.header(&name.to_lowercase())));
        }
    }
    let credential = expected["credential"].as_str().and_then(|name| credentials.missing(name, request));
    credential.or_else(|| body(&expected["body"], request)).map(|why| format!("{shown}: {why}"))
}

fn body(expected: &Value, request: &Arrived) -> Option<String> {
    if expected.is_null() {
        return None;
    }
    if let Some(form) = expected["form"].as_object() {
        let found = request.form();
        return (found != *form).then(|| format!("the form should be {}, is {}", expected["form"], Value::Object(found)));
    }
    let text = || Value::String(String::from_utf8_lossy(&request.body).into_owned());
    difference(expected, &serde_json::from_slice(&request.body).unwrap_or_else(|_| text()), "/body")
}

/// The first place where `found` does not hold what `expected` names: as case folders compare.
fn difference(expected: &Value, found: &Value, path: &str) -> Option<String> {
    match (expected, found) {
        (Value::Object(wanted), Value::Object(there)) => {
            wanted.iter().find_map(|(name, value)| difference(value, there.get(name).unwrap_or(&Value::Null), &format!("{path}/{name}")))
        }
        (Value::Array(wanted), Value::Array(there)) if wanted.len() == there.len() => {
            wanted.iter().zip(there).enumerate().find_map(|(at, (value, other))| difference(value, other, &format!("{path}/{at}")))
        }
        (Value::Number(wanted), Value::Number(there)) if wanted.as_f64() == there.as_f64() => None,
        _ if expected == found => None,
        _ => Some(format!("{path} should be {expected}, is {found}")),
    }
}
