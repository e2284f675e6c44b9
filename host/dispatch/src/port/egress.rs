use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use model::{Credential, Header, Response};
use serde::{Deserialize, Serialize};
use thiserror::Error;

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
    /// `api.example.com`, `*.example.com`, each with `:port` when it is not the scheme's own.
    pub hosts: BTreeSet<String>,
    /// By the plugin's name for it.
    pub credentials: BTreeMap<String, Credential>,
    /// Private addresses and plain `http:` are allowed.
    pub private_network: bool,
    /// Of request and answer each.
    pub body_bytes_max: u64,
    /// Longest wait for the whole answer.
    pub timeout_ms_max: u64,
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
    /// Sends one request within the grant; redirects are not followed.
    ///
    /// # Errors
    /// See [`EgressError`]. An answer of any status is not an error.
    async fn send(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError>;
}
