use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

/// One answer of `GET /api/v1/costs`. Fields that an older or newer host does not have are 0.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Sample {
    /// By the host's clock, in Unix milliseconds.
    pub(crate) at: u64,
    pub(crate) plugins: Vec<Plugin>,
    pub(crate) chains: Vec<Chain>,
}

/// A plugin's sums.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Plugin {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) isolation: Json,
    pub(crate) counters: PluginSums,
    #[serde(default)]
    pub(crate) breaker: Option<Breaker>,
}

/// As the host counts them since its start.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PluginSums {
    pub(crate) calls: u64,
    pub(crate) faults: BTreeMap<String, u64>,
    pub(crate) fuel: u64,
    pub(crate) duration_ns: u64,
    pub(crate) cpu_ns: u64,
    pub(crate) memory_bytes_high: u64,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) http_requests: u64,
    pub(crate) http_bytes_sent: u64,
    pub(crate) http_bytes_received: u64,
}

/// Whether it is in service.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Breaker {
    pub(crate) state: String,
}

/// A chain's sums.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Chain {
    pub(crate) name: String,
    pub(crate) counters: ChainSums,
}

/// As the host counts them since its start.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChainSums {
    pub(crate) interactions: u64,
    pub(crate) held: u64,
    pub(crate) calls: u64,
    pub(crate) faults: u64,
    pub(crate) fuel: u64,
    pub(crate) duration_ns: u64,
    pub(crate) cpu_ns: u64,
    pub(crate) http_requests: u64,
}
