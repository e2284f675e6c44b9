//! The plugin host: the only crate that names wasmtime.
//!
//! [`Runtime::stage`] takes a component's bytes and a [`model::PluginSpec`] and gives a [`dispatch::port::Plugin`]: admitted, granted,
//! configured, snapshotted, compiled, linked. Every call of it runs on a fresh instance under the spec's limits; what a plugin does wrong is
//! a typed [`model::FaultKind`], and what it returns has been checked against the contract.
//!
//! No wasmtime type leaves this crate. Nothing here knows of chains, stores or HTTP; the network, state and secrets come in as ports.

mod admission;
mod bindings;
mod convert;
mod engine;
mod fault;
mod function;
mod grants;
mod host;
mod inspect;
mod limiter;
mod pool;
mod runtime;
mod settings;
mod stage;
mod staged;
mod ticker;

#[cfg(test)]
mod tests;

pub use host::Services;
pub use inspect::{Inspection, inspect};
pub use pool::Reset;
pub use runtime::{Runtime, RuntimeError};
pub use settings::{Child, Compile, Report, RuntimeSettings};
pub use stage::StageError;
pub use stage::child::stage_worker;
