//! Plugins in the sandbox of the host, with what reaches out of it replaced or real.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use dispatch::arithmetic::Arithmetic;
use dispatch::port::{Egress, EgressError, EgressGrant, EgressRequest, Nothing, Plugin, Secrets};
use harness::plugins_dir;
use model::{Digest, Grants, Header, Limits, PluginSpec, Response};
use runtime::{Runtime, RuntimeSettings, Services};
use serde_json::Value;

/// A runtime whose plugins reach out through this, and are lent these secrets.
pub(crate) fn runtime(egress: Arc<dyn Egress>, secrets: Arc<dyn Secrets>) -> Runtime {
    let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    let settings = RuntimeSettings { instances_max: 16, cache_dir: Some(cache), ..RuntimeSettings::default() };
    Runtime::new(settings, Services { egress, state: Arc::new(Nothing), keys: Arc::new(Arithmetic), secrets }).expect("a runtime")
}

/// The component of `plugins/<name>`, as it was built last.
pub(crate) fn component(name: &str) -> Vec<u8> {
    let path = plugins_dir().join(format!("{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask plugins` builds it", path.display()))
}

/// A component, configured.
///
/// # Errors
/// What the runtime or the plugin has against it.
pub(crate) async fn staged(
    runtime: &Runtime,
    name: &str,
    component: &[u8],
    settings: Value,
    grants: Grants,
) -> Result<Arc<dyn Plugin>, String> {
    let limits = Limits { component_bytes_max: 64 << 20, ..Limits::CONNECTOR };
    let spec = PluginSpec { settings, grants, limits, ..PluginSpec::new(name, Digest::of(component)) };
    runtime.stage(&spec, component).await.map_err(|error| format!("{name}: {error:?}"))
}

/// A network that answers every request with the same bytes.
#[derive(Default)]
pub(crate) struct Same(Mutex<Vec<u8>>);

impl Same {
    /// From now on with these.
    pub(crate) fn answer(&self, body: &[u8]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = body.to_vec();
    }
}

#[async_trait]
impl Egress for Same {
    async fn send(&self, _grant: &EgressGrant, _request: EgressRequest) -> Result<Response, EgressError> {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Response { status: 200, headers: vec![Header::new("content-type", "application/json")], body })
    }
}

/// The JSON in a file.
pub(crate) fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files and folders in a folder, by name.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    found.sort();
    found
}
