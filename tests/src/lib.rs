//! The harness: a real host in a process of its own, and the channels that speak to it.
//!
//! Nothing is faked but the trigger: webhooks are signed and posted, mails are handed over by LMTP, Mastodon is a local server that answers
//! as an instance does. `cargo xtask run` plays the sample with the same hands.

mod host;
pub mod hostile;
mod http;
mod ledger;
mod lmtp;
mod load;
mod mastodon;
mod sample;
mod sign;

pub use host::{Host, HostOptions, binary, plugins_dir, repository, shared};
pub use http::{Answer, get, request};
pub use ledger::{Ledger, Row};
pub use lmtp::{LmtpClient, hand_over};
pub use load::{Load, Numbers, item_id};
pub use mastodon::StandIn;
pub use sample::{Played, Sample};
pub use sign::{Signer, now_s};
