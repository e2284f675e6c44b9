//! What the host holds for connectors: the way to the network, and the connections that bring frames.
//!
//! Nothing here knows what a channel means. Egress sends what a grant allows to addresses that were checked; the listeners and pollers
//! hand raw frames and pages to `dispatch::Ingest` and answer the other side only when what they got is durable.

mod address;
mod egress;
mod feed;
mod lmtp;
mod sse;

pub use address::is_public;
pub use egress::{EgressSettings, EgressSetupError, HttpEgress};
pub use feed::poll_feed;
pub use lmtp::{LmtpSettings, serve_lmtp};
pub use sse::{SseError, SseSettings, hold_events};
