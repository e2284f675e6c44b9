//! The one integration binary: real processes, real plugins, real HTTP, a real store.
//!
//! Every module says that it is a test, so that the lints know its helpers for what they are.

#[cfg(test)]
mod bad_configuration;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod power;
#[cfg(test)]
mod program;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod scores;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod surfaces;
