//! The one integration binary: real processes, real plugins, real HTTP, a real store.
//!
//! Every module says that it is a test, so that the lints know its helpers for what they are.

#[cfg(test)]
mod backtest;
#[cfg(test)]
mod bad_configuration;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod breaker;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod javascript;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod past;
#[cfg(test)]
mod power;
#[cfg(test)]
mod program;
#[cfg(test)]
mod quarantine;
#[cfg(test)]
mod remote_keys;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod scores;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod surfaces;
#[cfg(test)]
mod swap;
#[cfg(test)]
mod top;
#[cfg(test)]
mod webhook_abuse;
