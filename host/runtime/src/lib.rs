//! The plugin host: the only crate that names wasmtime.
//!
//! [`Runtime::stage`] takes a component's bytes and a [`model::PluginSpec`] and gives a [`dispatch::port::Plugin`]: admitted, granted,
//! configured, snapshotted, compiled, linked. Every call of it runs under the spec's limits, on an instance that lives as long as the spec's
//! isolation says; what a plugin does wrong is a typed [`model::FaultKind`] with the figure that it exceeded, and what it returns has been
//! checked against the contract. Calls wait for their places in turn, plugin by plugin; there is no error for a host that is busy.
//!
//! No wasmtime type leaves this crate. Nothing here knows of chains, stores or HTTP; the network, state and secrets come in as ports.

mod admission;
mod bindings;
mod convert;
mod engine;
mod fault;
mod function;
mod gate;
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
pub use inspect::{Inspection, contract, inspect};
pub use pool::Reset;
pub use runtime::{Runtime, RuntimeError};
pub use settings::{Child, Compile, Report, RuntimeSettings};
pub use stage::StageError;
pub use stage::child::stage_worker;
