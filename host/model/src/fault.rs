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
    /// Its tables together have more entries than this.
    Tables {
        /// The limit.
        table_elements_max: u64,
    },
    /// It is made of more core instances than this.
    Instances {
        /// The limit.
        core_instances_max: u64,
    },
    /// It held more handles of resources than this.
    Handles {
        /// The limit.
        handles_max: u64,
    },
    /// It recursed too deep.
    Stack,
    /// It returned more than this.
    Output {
        /// The limit.
        output_bytes_max: u64,
    },
    /// A list that it returned has more entries than this.
    List {
        /// The limit.
        list_items_max: u64,
    },
    /// It called the host more often than this.
    HostCalls {
        /// The limit.
        host_calls_max: u64,
    },
    /// More bytes than this passed between it and the host.
    HostBytes {
        /// The limit.
        host_bytes_max: u64,
    },
    /// It sent more requests than this.
    HttpRequests {
        /// The limit.
        http_requests_max: u64,
    },
    /// It wrote to its state more often than this.
    StateWrites {
        /// The limit.
        state_writes_max: u64,
    },
    /// The interaction's budget was used up before it could be asked.
    Budget {
        /// The chain's budget.
        deadline_ms: u64,
    },
    /// It was not asked: it is out of service, because it failed this often within the window.
    Tripped {
        /// The limit.
        faults_max: u32,
        /// The window.
        window_ms: u64,
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
    /// The names of all kinds.
    pub const NAMES: [&'static str; 19] = [
        "trap",
        "deadline",
        "fuel",
        "memory",
        "tables",
        "instances",
        "handles",
        "stack",
        "output",
        "list",
        "host_calls",
        "host_bytes",
        "http_requests",
        "state_writes",
        "budget",
        "tripped",
        "contract",
        "instantiate",
        "failed",
    ];

    /// The kind's name in columns and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Trap(_) => "trap",
            Self::Deadline { .. } => "deadline",
            Self::Fuel { .. } => "fuel",
            Self::Memory { .. } => "memory",
            Self::Tables { .. } => "tables",
            Self::Instances { .. } => "instances",
            Self::Handles { .. } => "handles",
            Self::Stack => "stack",
            Self::Output { .. } => "output",
            Self::List { .. } => "list",
            Self::HostCalls { .. } => "host_calls",
            Self::HostBytes { .. } => "host_bytes",
            Self::HttpRequests { .. } => "http_requests",
            Self::StateWrites { .. } => "state_writes",
            Self::Budget { .. } => "budget",
            Self::Tripped { .. } => "tripped",
            Self::Contract(_) => "contract",
            Self::Instantiate(_) => "instantiate",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether the same input gives the same fault again. A deadline depends on the machine, and what is out of service on what was before.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        !matches!(self, Self::Deadline { .. } | Self::Budget { .. } | Self::Tripped { .. } | Self::Instantiate(_))
    }

    /// Whether the plugin did it: what the host refuses before it asks says nothing about the plugin.
    #[must_use]
    pub fn is_its_own(&self) -> bool {
        !matches!(self, Self::Budget { .. } | Self::Tripped { .. })
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trap(why) => write!(f, "trapped: {why}"),
            Self::Deadline { deadline_ms } => write!(f, "ran longer than {deadline_ms} ms"),
            Self::Fuel { fuel_max } => write!(f, "used more than {fuel_max} units of fuel"),
            Self::Memory { memory_bytes_max } => write!(f, "needed more than {memory_bytes_max} bytes of memory"),
            Self::Tables { table_elements_max } => write!(f, "needed tables of more than {table_elements_max} entries"),
            Self::Instances { core_instances_max } => write!(f, "is made of more than {core_instances_max} core instances"),
            Self::Handles { handles_max } => write!(f, "held more than {handles_max} handles"),
            Self::Stack => f.write_str("recursed deeper than its stack"),
            Self::Output { output_bytes_max } => write!(f, "returned more than {output_bytes_max} bytes"),
            Self::List { list_items_max } => write!(f, "returned a list of more than {list_items_max} entries"),
            Self::HostCalls { host_calls_max } => write!(f, "called the host more than {host_calls_max} times"),
            Self::HostBytes { host_bytes_max } => write!(f, "exchanged more than {host_bytes_max} bytes with the host"),
            Self::HttpRequests { http_requests_max } => write!(f, "sent more than {http_requests_max} requests"),
            Self::StateWrites { state_writes_max } => write!(f, "wrote to its state more than {state_writes_max} times"),
            Self::Budget { deadline_ms } => write!(f, "was not asked: the interaction's {deadline_ms} ms were used up"),
            Self::Tripped { faults_max, window_ms } => {
                write!(f, "was not asked: it is out of service after {faults_max} faults within {window_ms} ms")
            }
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
