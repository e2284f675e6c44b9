use model::{DeliveryId, Failure, Fault, Frame, Response, Timestamp};
use thiserror::Error;

use crate::port::{Accepted, StoreError};
use crate::signature::Forged;

/// What became of a request to a hook, for the server to answer.
#[derive(Debug)]
pub enum Hooked {
    /// Its facts are durable: the connector's answer.
    Answer(Response),
    /// A question whether the address is ours, answered by the host.
    Handshake(Response),
    /// Not genuine. Nothing was stored; the reason is for the log, not for the caller.
    Unauthorised(Forged),
    /// There is no such connector.
    UnknownConnector,
    /// The connector takes no deliveries.
    NotAWebhook,
    /// Genuine, but not readable: kept under this id. The channel need not send it again.
    Quarantined(DeliveryId),
    /// Too many wait already. Nothing was stored: the channel is to send it again.
    Busy,
    /// It could not be made durable: the channel is to send it again.
    Unavailable(StoreError),
}

/// What became of a frame, or of an opened or woken connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FrameOutcome {
    /// What was made durable; absent when there was nothing to keep.
    pub accepted: Option<Accepted>,
    /// Genuine, but not readable: kept under this id.
    pub quarantined: Option<DeliveryId>,
    /// Frames to send over the connection, in order.
    pub send: Vec<Frame>,
    /// When to wake the connector; replaces what was said before.
    pub wake_at: Option<Timestamp>,
}

/// What became of a poll.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PollOutcome {
    /// What was made durable; absent when there was nothing new.
    pub accepted: Option<Accepted>,
    /// Poll again at once.
    pub more: bool,
    /// Not before this time.
    pub next_poll_at: Option<Timestamp>,
}

/// What became of a delivery in quarantine.
#[derive(Clone, Debug, PartialEq)]
pub enum Redriven {
    /// It could be read and is durable.
    Released(Accepted),
    /// It stays where it is.
    Retained {
        /// `malformed`, `unsupported`, or a fault's name.
        cause: String,
        /// In words.
        detail: String,
    },
}

/// Why nothing was taken in. What was to be read is still where it came from, or in quarantine.
#[derive(Debug, Error)]
pub enum IngestError {
    /// There is no such connector in the generation that serves.
    #[error("there is no connector `{0}`")]
    UnknownConnector(String),
    /// The connector's plugin has not the role.
    #[error("the connector `{connector}` has no {role}")]
    WrongRole {
        /// The connector.
        connector: String,
        /// The role that was needed.
        role: &'static str,
    },
    /// Too many wait already.
    #[error("too many wait already")]
    Busy,
    /// The plugin failed, and there is nothing to keep: it will be asked again.
    #[error("{0}")]
    Fault(Fault),
    /// The plugin says why it could not do its work.
    #[error("{}", words(.0))]
    Failed(Failure),
    /// What the plugin gave breaks a bound.
    #[error("the connector broke the contract: {0}")]
    Contract(String),
    /// It could not be made durable.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn words(failure: &Failure) -> String {
    match failure {
        Failure::Later { why, .. } => format!("not now: {why}"),
        Failure::Unauthorised(why) => format!("the credential does not open the door: {why}"),
        Failure::Never(why) => why.clone(),
    }
}
