//! The HTTP surface: webhooks in, API, live stream and metrics out.
//!
//! A webhook is answered 2xx only after the core said that it is durable; every other outcome tells the channel to come back or why not to.
//! Whatever arrives is bounded before it is looked at: connections, header bytes, body bytes, time, and calls per address and connector.
//! Nothing here decides anything, reads a payload or writes words of customers into a log: the core's answers are passed on as they are.
//!
//! Access is denied unless a token (or, on a loopback listener, an explicit setting) allows it. Only tokens' digests are held.

mod settings;

mod problem;

mod address;

mod rate;

mod body;

mod auth;

mod site;

mod front;

mod hooks;

mod api;

mod health;

mod metrics;

mod stall;

mod serve;

#[cfg(test)]
mod tests;

pub use auth::{Access, Token, Tokens};
pub use metrics::MetricsError;
pub use serve::{BindError, Shutdown, bind, serve};
pub use settings::{Network, NetworkError, Rate, ServerSettings};
pub use site::{Services, document, router};
