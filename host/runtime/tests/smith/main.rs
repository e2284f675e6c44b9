//! Components that nobody wrote, through everything that a plugin file meets: inspected, staged in the bounded child, called in every role.
//!
//! Each seed makes one file: random code behind the contract's own imports and exports, a wholly random component, or a plugin of this
//! repository with some of its bytes changed. The law is the same for all: what comes out is a typed error or a typed answer, in time, and
//! the process is as large afterwards as before. A broken law names the seed, and the seed makes the same file again.
//!
//! The files are made by `fuzz/forge`, a program whose tree stays out of ours; `POINTSMAN_SMITH_FORGE` says where it was built. `cargo xtask
//! fuzz smith` builds it and makes a bounded run, or goes on from a seed of its own for as many minutes as it is told.

#[cfg(test)]
mod exercise;
#[cfg(test)]
mod forge;
#[cfg(test)]
mod law;
