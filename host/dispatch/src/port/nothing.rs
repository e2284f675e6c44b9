//! The outside for those who must not reach it, or need none: no network, no state, no secrets.

use std::sync::Arc;

use super::{Egress, EgressError, EgressGrant, EgressRequest, RemoteKeys, RemoteKeysError, Secrets, State, StateEntry, StateError};
use crate::signature::{KeySource, Keyring};
use async_trait::async_trait;
use model::{Response, Secret};

/// Refuses to send and to keep, and has no secret.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Secrets for Nothing {
    fn values(&self, _name: &str) -> Vec<Secret> {
        Vec::new()
    }
}

#[async_trait]
impl Egress for Nothing {
    async fn send(&self, _grant: &EgressGrant, _request: EgressRequest) -> Result<Response, EgressError> {
        Err(EgressError::Unavailable("nothing is sent here".to_owned()))
    }
}

#[async_trait]
impl RemoteKeys for Nothing {
    async fn keys(&self, _source: &KeySource, _private_network: bool) -> Result<Arc<Keyring>, RemoteKeysError> {
        Err(RemoteKeysError::Unavailable("nothing is asked for here".to_owned()))
    }

    async fn renewed(&self, _source: &KeySource, _private_network: bool, _known: &Arc<Keyring>) -> Option<Arc<Keyring>> {
        None
    }

    async fn confirm(&self, _url: &str) -> Result<(), RemoteKeysError> {
        Err(RemoteKeysError::Unavailable("nothing is asked for here".to_owned()))
    }
}

#[async_trait]
impl State for Nothing {
    async fn get(&self, _plugin: &str, _key: &str) -> Result<Option<StateEntry>, StateError> {
        Ok(None)
    }

    async fn put(
        &self,
        _plugin: &str,
        _key: &str,
        _value: Vec<u8>,
        _expected: Option<u64>,
        _subject: Option<String>,
        _ttl_ms: Option<u64>,
        _bytes_max: u64,
    ) -> Result<u64, StateError> {
        Err(StateError::Unavailable("nothing is kept here".to_owned()))
    }

    async fn delete(&self, _plugin: &str, _key: &str) -> Result<(), StateError> {
        Ok(())
    }
}
