//! Between the domain's values and the contract's records, one file for each package of `wit/`.
//!
//! On the way in (`lower`), records borrow from the domain's values; lists that have another shape live in an [`Arena`] for the call.
//! On the way out (`Lift`), everything is measured and checked against the contract in the same pass that converts it: a value that breaks
//! the contract never leaves this module.

mod arena;
pub(crate) mod connector;
pub(crate) mod host;
pub(crate) mod interaction;
pub(crate) mod lift;
pub(crate) mod policy;

pub(crate) use arena::Arena;
pub(crate) use lift::Lift;
