//! What every connector must hold to, asked of the real sandbox, egress and store, without a process for each question.

mod credentials;
mod mutated;
mod payload;
mod sandbox;
mod scripted;
mod sending;
mod state;
