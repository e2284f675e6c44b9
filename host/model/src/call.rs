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

/// What a call cost. Fuel is the same for the same input; the duration is not and is no part of any comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cost {
    /// Units of fuel; 0 on the edge engine, which has none.
    pub fuel: u64,
    /// Wall time in nanoseconds, instantiation included.
    pub duration_ns: u64,
    /// Largest sum of its memories.
    pub memory_bytes: u64,
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
