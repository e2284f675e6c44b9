//! Why a plugin could not be staged, in words for the operator.

use model::{FaultKind, Problem};
use thiserror::Error;

/// Why a plugin could not be staged. Nothing of it is left behind.
#[derive(Debug, Error)]
pub enum StageError {
    /// Beyond `limits.component_bytes_max`.
    #[error("the component has {bytes} bytes, at most {bytes_max} are allowed")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: u64,
    },
    /// Not WebAssembly, or a core module.
    #[error("this is not a WebAssembly component: {0}")]
    NotAComponent(&'static str),
    /// Damaged, or using a feature that is switched off.
    #[error("the component is not valid: {0}")]
    Invalid(String),
    /// Compiling it would be too much work.
    #[error("the component has {count} {what}, at most {count_max} are allowed")]
    TooComplex {
        /// Of what it has too many.
        what: &'static str,
        /// How many.
        count: u64,
        /// The limit.
        count_max: u64,
    },
    /// The pool of this host has no room for its memories, tables or instances.
    #[error("the component does not fit this host's pool: {0}")]
    Pool(String),
    /// No `pointsman:manifest` section.
    #[error("the component carries no manifest (custom section `pointsman:manifest`)")]
    NoManifest,
    /// A manifest that cannot be used.
    #[error("the component's manifest is wrong: {0}")]
    Manifest(String),
    /// An import that the host does not lend.
    #[error("the component imports `{0}`, which this host does not lend")]
    Import(String),
    /// No role exported.
    #[error("the component has no role of the contract: it exports {exports}")]
    NoRole {
        /// What it exports instead.
        exports: String,
    },
    /// Imports or exports of other types than the contract's.
    #[error("the component does not fit the contract: {0}")]
    World(String),
    /// The configured digest is not the component's.
    #[error("the component's digest is {actual}, the configuration names {expected}")]
    Digest {
        /// As configured.
        expected: String,
        /// Of the bytes.
        actual: String,
    },
    /// A limit that this host cannot keep.
    #[error("{0}")]
    Limits(String),
    /// The plugin refused its settings, in its own words.
    #[error("the plugin refuses its settings: {}", problems(.0))]
    Refused(Vec<Problem>),
    /// `configure` faulted.
    #[error("`configure` {0}")]
    Configure(FaultKind),
    /// Configuring and compiling used up its time or memory, or crashed.
    #[error("configuring and compiling the component was given up: {0}")]
    CompileBudget(String),
    /// The compiler refuses it.
    #[error("the component cannot be compiled: {0}")]
    Compile(String),
    /// Something outside the plugin.
    #[error("staging failed: {0}")]
    Host(String),
}

fn problems(problems: &[Problem]) -> String {
    let line = |problem: &Problem| match problem.path.as_str() {
        "" => problem.message.clone(),
        path => format!("{path}: {}", problem.message),
    };
    problems.iter().map(line).collect::<Vec<_>>().join("; ")
}
