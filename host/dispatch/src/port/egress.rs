use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use model::{Credential, Header, Response};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::grant::{Endpoint, HostGrant, Target};

/// A request that a plugin wants sent: the contract's `http.request`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EgressRequest {
    /// In upper case.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// Without the credential.
    pub headers: Vec<Header>,
    /// Empty for none.
    #[serde(default)]
    pub body: Vec<u8>,
    /// The plugin's name for a secret.
    #[serde(default)]
    pub credential: Option<String>,
    /// The plugin's wish.
    #[serde(default)]
    pub timeout_ms: Option<u32>,
}

/// What a plugin may do outside: the effective grant, resolved when the plugin was staged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EgressGrant {
    /// As in [`model::Grants::hosts`].
    pub hosts: BTreeSet<String>,
    /// By the plugin's name for it.
    pub credentials: BTreeMap<String, Credential>,
    /// Private addresses and plain `http:` are allowed.
    pub private_network: bool,
    /// Of request and answer each.
    pub body_bytes_max: u64,
    /// Bytes of the headers of request and answer each.
    pub header_bytes_max: u64,
    /// Headers of request and answer each.
    pub headers_max: u64,
    /// Redirects that are followed; what they lead to is checked like the request itself. 0: the answer carries them.
    pub redirects_max: u64,
    /// Longest wait for the whole answer, redirects included.
    pub timeout_ms_max: u64,
}

impl EgressGrant {
    /// What of a request is not granted, in words for the plugin's author; none when all of it is. The scheme is judged here too: `https:`,
    /// and `http:` in a private network.
    #[must_use]
    pub fn refusal(&self, method: &str, url: &Url) -> Option<String> {
        if url.scheme() != "https" && !(self.private_network && url.scheme() == "http") {
            return Some(format!("scheme `{}`", url.scheme()));
        }
        let target = target(method, url);
        let there = host_grants(self.hosts.iter()).filter(|grant| grant.covers_host(&target)).collect::<Vec<_>>();
        if there.is_empty() {
            return Some(format!("host `{}` port {}", target.host, target.port));
        }
        if !there.iter().any(|grant| grant.covers_method(method)) {
            return Some(format!("method `{}` on host `{}`", method.escape_default(), target.host));
        }
        let allowed = there.iter().any(|grant| grant.matches(&target));
        (!allowed).then(|| format!("`{}` of this path on host `{}`", method.escape_default(), target.host))
    }

    /// Why the host may not connect to an endpoint for the plugin by something else than a request, in words for the plugin's author; none
    /// when it may. Methods and paths of grants say nothing about such connections.
    #[must_use]
    pub fn refusal_to_connect(&self, endpoint: &Endpoint) -> Option<String> {
        if !endpoint.scheme.is_secure() && !self.private_network {
            return Some(format!("scheme `{}`", endpoint.scheme.name()));
        }
        let usual_port = endpoint.scheme.usual_port();
        let target = Target { method: "GET", host: &endpoint.host, port: endpoint.port, usual_port, path: "/" };
        let granted = host_grants(self.hosts.iter()).any(|grant| grant.covers_host(&target));
        (!granted).then(|| format!("host `{}` port {}", endpoint.host, endpoint.port))
    }
}

/// Whether a credential may go to an endpoint that is granted.
#[must_use]
pub fn credential_goes_to(credential: &Credential, endpoint: &Endpoint) -> bool {
    let usual_port = endpoint.scheme.usual_port();
    let target = Target { method: "GET", host: &endpoint.host, port: endpoint.port, usual_port, path: "/" };
    credential.hosts.is_empty() || host_grants(credential.hosts.iter()).any(|grant| grant.covers_host(&target))
}

/// Whether a credential may go with a request that is granted.
#[must_use]
pub fn credential_goes(credential: &Credential, method: &str, url: &Url) -> bool {
    credential.hosts.is_empty() || host_grants(credential.hosts.iter()).any(|grant| grant.matches(&target(method, url)))
}

/// What is no host grant covers nothing.
fn host_grants<'a>(texts: impl Iterator<Item = &'a String>) -> impl Iterator<Item = HostGrant> {
    texts.filter_map(|text| HostGrant::parse(text).ok())
}

fn target<'a>(method: &'a str, url: &'a Url) -> Target<'a> {
    Target {
        method,
        host: url.host_str().unwrap_or_default(),
        port: url.port_or_known_default().unwrap_or_default(),
        usual_port: if matches!(url.scheme(), "http" | "ws") { 80 } else { 443 },
        path: url.path(),
    }
}

/// Why there is no answer: the contract's `http.error`.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EgressError {
    /// Outside the grant; the text names what.
    #[error("not granted: {0}")]
    NotGranted(String),
    /// The name leads to an address that is not public.
    #[error("the name leads to an address that is not public")]
    RefusedAddress,
    /// No whole answer in time.
    #[error("no answer in time")]
    Timeout,
    /// Larger than the limit.
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    /// No connection, broken off, no such name.
    #[error("{0}")]
    Unavailable(String),
}

/// The way to the network for edge roles.
#[async_trait]
pub trait Egress: Send + Sync {
    /// Sends one request within the grant. The bytes of the secrets that it added are nowhere in the answer: where the other side repeats
    /// them, they are masked.
    ///
    /// # Errors
    /// See [`EgressError`]. An answer of any status is not an error.
    async fn send(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError>;
}
