//! The core: from verified bytes to committed decisions, through ports.
//!
//! Nothing here does I/O or names wasmtime, SQL or HTTP: the same inputs give the same outputs, whatever stands behind the ports.

pub mod port;
