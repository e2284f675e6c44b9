//! The outside, as tests need it.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use dispatch::port::{
    Egress, EgressError, EgressGrant, EgressRequest, KeyAlgorithm, KeyError, Keys, Secrets, State, StateEntry, StateError,
};
use model::{Response, Secret};

use crate::{Compile, Runtime, RuntimeSettings, Services};

/// Answers every request with its grant's hosts; one to `/hang` never.
struct Web {
    hangs: bool,
}

#[async_trait]
impl Egress for Web {
    async fn send(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        let credential = request.credential.is_some_and(|name| grant.credentials.contains_key(&name));
        Ok(Response { status: 200, headers: Vec::new(), body: format!("{:?} {credential}", grant.hosts).into_bytes() })
    }
}

struct Shelf;

#[async_trait]
impl State for Shelf {
    async fn get(&self, plugin: &str, key: &str) -> Result<Option<StateEntry>, StateError> {
        Ok(Some(StateEntry { value: format!("{plugin}/{key}").into_bytes(), version: 3 }))
    }
    async fn put(
        &self,
        _: &str,
        _: &str,
        _: Vec<u8>,
        _: Option<u64>,
        _: Option<String>,
        _: Option<u64>,
        bytes_max: u64,
    ) -> Result<u64, StateError> {
        Err(StateError::Quota { bytes_max })
    }
    async fn delete(&self, _: &str, _: &str) -> Result<(), StateError> {
        Ok(())
    }
}

struct Sums;

impl Keys for Sums {
    fn mac(&self, key: &Secret, _: KeyAlgorithm, _: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(vec![u8::try_from(key.expose().len()).unwrap()])
    }
    fn verify(&self, _: &Secret, _: KeyAlgorithm, _: &[u8], _: &[u8]) -> Result<bool, KeyError> {
        Ok(true)
    }
    fn decrypt(&self, _: &Secret, _: KeyAlgorithm, _: &[u8], data: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(data.to_vec())
    }
}

struct Ring;

impl Secrets for Ring {
    fn values(&self, name: &str) -> Vec<Secret> {
        if name == "the-token" { vec![Secret::new("hush-hush")] } else { Vec::new() }
    }
}

pub(super) fn services(hangs: bool) -> Services {
    Services { egress: Arc::new(Web { hangs }), state: Arc::new(Shelf), keys: Arc::new(Sums), secrets: Arc::new(Ring) }
}

/// A small runtime.
pub(super) fn settings(cache_dir: Option<&Path>, compile: Compile) -> RuntimeSettings {
    RuntimeSettings {
        instances_max: 8,
        configure_fuel_max: 50_000_000,
        cache_dir: cache_dir.map(Path::to_owned),
        compile,
        ..RuntimeSettings::default()
    }
}

pub(super) fn runtime() -> Runtime {
    Runtime::new(settings(None, Compile::InProcess), services(false)).unwrap()
}
