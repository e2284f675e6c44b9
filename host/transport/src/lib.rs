//! What the host holds for connectors: the way to the network, and the connections that bring frames.
//!
//! Nothing here knows what a channel means. Egress sends what a grant allows to addresses that were checked; the listeners and pollers
//! hand raw frames and pages to `dispatch::Ingest` and answer the other side only when what they got is durable.

mod address;
mod egress;
mod feed;
mod imap;
mod keys;
mod library;
mod lmtp;
mod login;
mod pause;
mod resolve;
mod smtp;
mod socket;
mod sse;
#[cfg(test)]
mod testing;
mod token;

pub use address::is_public;
pub use egress::{EgressSettings, EgressSetupError, HttpEgress};
pub use feed::poll_feed;
pub use imap::{MailboxError, MailboxLimits, MailboxSettings, read_mailbox};
pub use keys::FetchedKeys;
pub use library::{Library, LibraryLimits, LibraryPorts};
pub use lmtp::{Certificate, LmtpSettings, certificate_of, serve_lmtp, serve_smtp};
pub use smtp::{SmtpHandover, SmtpLimits};
pub use socket::{Fill, SocketError, SocketLimits, SocketSettings, hold_socket};
pub use sse::{SseError, SseSettings, hold_events};
