//! One call of a plugin: what came of it, and what it cost.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::FaultKind;

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// For the plugin's author.
    Debug,
    /// Worth knowing.
    Info,
    /// Worth a look.
    Warn,
    /// Something does not work.
    Error,
}

/// One line that a plugin wrote, control characters escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// At most the limit's bytes.
    pub message: String,
}

/// A call of the host by a plugin, other than `log`, with its answer: what a replay gives back without the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostCall {
    /// Interface and function, such as `http.send`.
    pub function: String,
    /// What was asked; credentials are names here.
    pub asked: Json,
    /// What the host answered, errors included.
    pub answered: Json,
}

/// Several interactions were worked on in one instance: the cost is that of all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How many share the cost.
    pub size: u32,
    /// Which of them this is, from 0. Sums count the cost where this is 0.
    pub at: u32,
}

/// What a call cost. Fuel is the same for the same input on a fresh instance; times are not and are no part of any comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cost {
    /// Units of fuel; 0 on the edge engine, which has none.
    pub fuel: u64,
    /// Wall time in nanoseconds, instantiation included.
    pub duration_ns: u64,
    /// CPU time in nanoseconds, of guest and host together.
    pub cpu_ns: u64,
    /// Wall time in nanoseconds spent in calls of the host.
    pub host_ns: u64,
    /// The wall time in milliseconds that the call was given: its plugin's limit, or what was left of the interaction's budget.
    pub deadline_ms: u64,
    /// Largest sum of its memories.
    pub memory_bytes: u64,
    /// Bytes of texts and lists handed in.
    pub bytes_in: u64,
    /// Bytes of texts and lists that came out.
    pub bytes_out: u64,
    /// Requests over HTTP, refused ones included.
    #[serde(skip_serializing_if = "is_zero")]
    pub http_requests: u64,
    /// Bytes of their headers and bodies.
    #[serde(skip_serializing_if = "is_zero")]
    pub http_bytes_sent: u64,
    /// Bytes of the answers' headers and bodies.
    #[serde(skip_serializing_if = "is_zero")]
    pub http_bytes_received: u64,
    /// Absent when the cost is this interaction's alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// All calls of the host, in order, `log` apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub host_calls: Vec<HostCall>,
    /// What it wrote.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<LogLine>,
    /// How many lines were dropped by the limits.
    #[serde(skip_serializing_if = "is_zero")]
    pub logs_dropped: u64,
}

impl Cost {
    /// Whether sums count it: a cost that several interactions share is counted once.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.share.is_none_or(|share| share.at == 0)
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What came of one call of a plugin.
#[derive(Clone, Debug, PartialEq)]
pub struct Call<T> {
    /// The plugin's answer, or what it did wrong.
    pub outcome: Result<T, FaultKind>,
    /// What it cost either way.
    pub cost: Cost,
}

impl<T> Call<T> {
    /// The same call with its answer changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Call<U> {
        Call { outcome: self.outcome.map(change), cost: self.cost }
    }

    /// The same call with its answer checked: what breaks the contract is a fault.
    pub fn and_then<U>(self, check: impl FnOnce(T) -> Result<U, FaultKind>) -> Call<U> {
        Call { outcome: self.outcome.and_then(check), cost: self.cost }
    }
}
