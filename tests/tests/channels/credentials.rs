//! What plugins are lent in tests, and how a server sees that it was added.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dispatch::port::Secrets;
use model::Secret;
use serde_json::{Map, Value, json};

use super::scripted::Arrived;

/// Names of fields that secrets have which are JSON objects.
const FIELDS: [&str; 14] = [
    "client_id",
    "client_secret",
    "refresh_token",
    "username",
    "password",
    "identifier",
    "handle",
    "user",
    "consumer_key",
    "consumer_secret",
    "token",
    "token_secret",
    "app_id",
    "key",
];
/// What a log-in and a token server give.
const TOKEN: &str = "the-token";

/// The secrets of the test: a text with the secret's name in it, or a JSON object for those that have fields.
pub(crate) struct Lent;

impl Secrets for Lent {
    fn values(&self, name: &str) -> Vec<Secret> {
        let fields = || FIELDS.iter().map(|field| ((*field).to_owned(), json!(format!("the-{field}")))).collect();
        let value = if name.starts_with("fields:") { Value::Object(fields()).to_string() } else { secret(name) };
        vec![Secret::new(value.into_bytes())]
    }
}

fn secret(name: &str) -> String {
    format!("the-secret-{name}")
}

/// The credentials that a manifest asks for, and how each is added.
pub(crate) struct Credentials {
    forms: Map<String, Value>,
    settings: Value,
}

impl Credentials {
    pub(crate) fn of(manifest: &Value, settings: &Value) -> Self {
        let secrets = manifest["requests"]["secrets"].as_array().into_iter().flatten();
        let forms = secrets.map(|secret| (secret["name"].as_str().unwrap_or_default().to_owned(), secret["credential"].clone()));
        Self { forms: forms.collect(), settings: settings.clone() }
    }

    /// The plugin's names, and what stands behind them.
    pub(crate) fn lent(&self) -> BTreeMap<String, String> {
        let has_fields = |form: &Value| ["oauth2", "oauth1", "session"].iter().any(|name| form.get(name).is_some());
        let configured = |name: &String, form: &Value| if has_fields(form) { format!("fields:{name}") } else { name.clone() };
        self.forms.iter().map(|(name, form)| (name.clone(), configured(name, form))).collect()
    }

    /// The answer to who asks for a token.
    pub(crate) fn token(&self, request: &Arrived) -> Option<Value> {
        let asks = request.method == "POST" && request.form().contains_key("grant_type");
        let logs_in = self.forms.values().filter_map(|form| form.get("session")).find(|session| {
            let path = session["url"].as_str().unwrap_or_default().rsplit('}').next().unwrap_or_default();
            !path.is_empty() && path.ends_with(&request.target)
        });
        if asks {
            return Some(json!({"body": {"access_token": TOKEN, "token_type": "bearer", "expires_in": 3_600}}));
        }
        let names: Vec<&str> = logs_in?["token"].as_str()?.split('/').skip(1).collect();
        Some(json!({"body": names.iter().rev().fold(json!(TOKEN), |inner, name| json!({*name: inner}))}))
    }

    /// The target of a case as it looks with the secret in its path.
    pub(crate) fn target(&self, target: &str) -> String {
        let mut target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        for (name, form) in &self.forms {
            if let Some(place) = form["path"]["place"].as_str() {
                target = target.replace(place, &secret(name));
            }
        }
        target
    }

    /// A target without the secret in its query.
    pub(crate) fn without_query(&self, target: &str) -> String {
        let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
        let is_secret = |pair: &str| {
            self.forms
                .iter()
                .any(|(name, form)| form["query"]["name"].as_str().is_some_and(|field| pair == format!("{field}={}", secret(name))))
        };
        let rest: Vec<&str> = query.split('&').filter(|pair| !is_secret(pair)).collect();
        if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
    }

    /// Why a request does not carry this credential.
    pub(crate) fn missing(&self, name: &str, request: &Arrived) -> Option<String> {
        let form = self.forms.get(name).filter(|form| form.is_object());
        let Some(form) = form else { return Some(format!("the manifest asks for no credential `{name}`")) };
        let obtained = form.get("oauth2").or_else(|| form.get("session"));
        let (header, expected) = if let Some(obtained) = obtained {
            let header = obtained["header"].as_str().unwrap_or("authorization");
            (header, format!("{}{TOKEN}", obtained["prefix"].as_str().unwrap_or("Bearer ")))
        } else if let Some(header) = form.get("header") {
            (header["name"].as_str().unwrap_or_default(), format!("{}{}", self.filled(&header["prefix"]), secret(name)))
        } else if let Some(basic) = form.get("basic") {
            let pair = format!("{}:{}", self.filled(&basic["username"]), secret(name));
            ("authorization", format!("Basic {}", STANDARD.encode(pair)))
        } else {
            return self.elsewhere(name, form, request);
        };
        let found = request.header(&header.to_lowercase());
        (found != Some(expected.as_str())).then(|| format!("`{header}` should be {expected:?}, is {found:?}"))
    }

    /// The same for what is in no header as it is.
    fn elsewhere(&self, name: &str, form: &Value, request: &Arrived) -> Option<String> {
        let there = if form.get("oauth1").is_some() {
            let header = request.header("authorization").unwrap_or_default();
            header.starts_with("OAuth ")
                && header.contains("oauth_consumer_key=\"the-consumer_key\"")
                && header.contains("oauth_signature=\"")
        } else if let Some(hmac) = form.get("hmac") {
            request.header(&hmac["header"].as_str().unwrap_or_default().to_lowercase()).is_some()
        } else {
            request.target.contains(&secret(name))
        };
        (!there).then(|| format!("the credential `{name}` is nowhere"))
    }

    /// A text with its places filled from the settings.
    fn filled(&self, template: &Value) -> String {
        let template = template.as_str().unwrap_or_default();
        let pointer = template.strip_prefix("{/").and_then(|rest| rest.strip_suffix('}'));
        let found = pointer.and_then(|pointer| self.settings.pointer(&format!("/{pointer}")));
        found.map_or_else(|| template.to_owned(), |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }
}
