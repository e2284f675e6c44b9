//! Faults: a plugin failed. Never to be confused with a decision, a refusal or a failure that the plugin reports by itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a plugin did wrong, with the figure that was exceeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// It trapped; the text is the trap's name.
    Trap(String),
    /// It ran longer than this. Not replayable: time decided.
    Deadline {
        /// The limit.
        deadline_ms: u64,
    },
    /// It used more fuel than this.
    Fuel {
        /// The limit.
        fuel_max: u64,
    },
    /// All its memories together asked for more than this.
    Memory {
        /// The limit.
        memory_bytes_max: u64,
    },
    /// It recursed too deep.
    Stack,
    /// It returned more than this.
    Output {
        /// The limit.
        output_bytes_max: u64,
    },
    /// It called the host more often than this.
    HostCalls {
        /// The limit.
        host_calls_max: u64,
    },
    /// What it returned breaks the contract; the text says how.
    Contract(String),
    /// It could not be instantiated or called.
    Instantiate(String),
    /// An edge plugin reported a failure where the chain needs an answer.
    Failed(String),
}

/// A fault and whose it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The plugin's configured name.
    pub plugin: String,
    /// What it did wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
}

impl FaultKind {
    /// The kind's name in columns and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Trap(_) => "trap",
            Self::Deadline { .. } => "deadline",
            Self::Fuel { .. } => "fuel",
            Self::Memory { .. } => "memory",
            Self::Stack => "stack",
            Self::Output { .. } => "output",
            Self::HostCalls { .. } => "host_calls",
            Self::Contract(_) => "contract",
            Self::Instantiate(_) => "instantiate",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether the same input gives the same fault again. A deadline depends on the machine.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        !matches!(self, Self::Deadline { .. } | Self::Instantiate(_))
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trap(why) => write!(f, "trapped: {why}"),
            Self::Deadline { deadline_ms } => write!(f, "ran longer than {deadline_ms} ms"),
            Self::Fuel { fuel_max } => write!(f, "used more than {fuel_max} units of fuel"),
            Self::Memory { memory_bytes_max } => write!(f, "needed more than {memory_bytes_max} bytes of memory"),
            Self::Stack => f.write_str("recursed deeper than its stack"),
            Self::Output { output_bytes_max } => write!(f, "returned more than {output_bytes_max} bytes"),
            Self::HostCalls { host_calls_max } => write!(f, "called the host more than {host_calls_max} times"),
            Self::Contract(why) => write!(f, "broke the contract: {why}"),
            Self::Instantiate(why) => write!(f, "could not be started: {why}"),
            Self::Failed(why) => write!(f, "could not do its work: {why}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plugin `{}` {}", self.plugin, self.kind)
    }
}
