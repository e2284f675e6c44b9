//! Swapping what serves, from all sides: plan and apply, three triggers, candidates that are broken in every way, grants that wait for a
//! person, rollback, what a restart does, shadows and canaries.

mod approvals;
mod beside;
mod broken;
mod doors;
pub(crate) mod ground;
mod restart;
mod rollback;
mod thousand;
mod trials;
mod triggers;
