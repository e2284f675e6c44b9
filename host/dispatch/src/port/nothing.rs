//! The outside for those who must not reach it, or need none: no network, no state, no secrets.

use super::{Egress, EgressError, EgressGrant, EgressRequest, Secrets, State, StateEntry, StateError};
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
