//! One trait for each role. What each function must do, and what the host guarantees, is said in `wit/`; here is the short of it.
//!
//! Pure roles ([`Webhook`], [`Connection`], [`Classifier`], [`Prioritizer`], [`Router`]) run under fuel and can do nothing but compute and
//! log. Edge roles ([`Feed`], [`Sender`], [`Enricher`], [`Responder`], [`Sink`]) may use [`http`](crate::http) and
//! [`state`](crate::state), as far as they were granted.

use crate::{
    Attribute, Decided, Delivered, Delivery, Fact, Failure, Interaction, Outbound, Page, Plugin, Pointer, Priority, Reception, Refusal,
    Routing, Signal, Situation, Step, Suggestion, Timestamp, Undelivered,
};

/// Reads deliveries that a channel pushes over HTTP. Pure; may use [`keys`](crate::keys) with a grant.
pub trait Webhook: Plugin {
    /// Reads one delivery, whose signature the host has verified. `now` is the time of receipt.
    ///
    /// # Errors
    /// A refusal sends the bytes to quarantine, to be read again after a mend. What is only partly understood is no refusal: give the
    /// parts and an `unsupported` for the rest.
    fn receive(&self, delivery: &Delivery, now: Timestamp) -> Result<Reception, Refusal>;
}

/// Reads frames of a connection that the host holds: server-sent events, mails. Pure.
pub trait Connection: Plugin {
    /// The connection is open, at first or again.
    fn opened(&self, cursor: Option<&[u8]>, now: Timestamp) -> Step {
        let _ = (cursor, now);
        Step::default()
    }

    /// One frame has arrived; `envelope` is what the transport knows beside it.
    ///
    /// # Errors
    /// A refusal sends the frame to quarantine.
    fn received(&self, frame: &[u8], envelope: &[Attribute], cursor: Option<&[u8]>, now: Timestamp) -> Result<Step, Refusal>;

    /// The time that `wake_at` named has come.
    fn woken(&self, cursor: Option<&[u8]>, now: Timestamp) -> Step {
        let _ = (cursor, now);
        Step::default()
    }
}

/// Fetches pages of what is new. Edge.
pub trait Feed: Plugin {
    /// Fetches what is new since `cursor`; none: the first poll.
    ///
    /// # Errors
    /// `Later` is tried again, the others tell the operator.
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure>;

    /// Fetches what a pointer points at.
    ///
    /// # Errors
    /// As [`Feed::poll`]. A connector that gives no pointers need not write it.
    fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
        let _ = now;
        Err(Failure::Never(format!("this connector gives no pointers, and does not know `{}`", pointer.id)))
    }
}

/// Sends the company's words. Edge.
pub trait Sender: Plugin {
    /// Sends it; `key` is the same for every try of the same thing.
    ///
    /// # Errors
    /// Say `Unknown` when it may have been sent: the host then asks [`Sender::find`] before it tries again.
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered>;

    /// Looks for it on the channel after an unknown outcome; none: it is not there.
    ///
    /// # Errors
    /// When the channel does not tell.
    fn find(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered>;
}

/// Looks things up about an interaction. Edge; what it returns is stored.
pub trait Enricher: Plugin {
    /// Looks things up about one interaction.
    ///
    /// # Errors
    /// A failure is recorded and the chain goes on as its step says.
    fn enrich(&self, interaction: &Interaction, now: Timestamp) -> Result<Vec<Signal>, Failure>;
}

/// Finds signals in what was said. Pure.
pub trait Classifier: Plugin {
    /// One list of signals for each interaction, in order; the same for an interaction whatever stands beside it.
    fn classify(&self, batch: &[Interaction]) -> Vec<Vec<Signal>>;
}

/// Says how soon. Pure.
pub trait Prioritizer: Plugin {
    /// Judges one interaction.
    fn prioritize(&self, interaction: &Interaction, situation: &Situation) -> Priority;
}

/// Says who. Pure.
pub trait Router: Plugin {
    /// Decides about one interaction; `priority` is what the prioritizer said, when one ran.
    fn route(&self, interaction: &Interaction, situation: &Situation, priority: Option<&Priority>) -> Routing;
}

/// Suggests replies to an agent. Edge.
pub trait Responder: Plugin {
    /// Suggests replies, best first.
    ///
    /// # Errors
    /// A failure is recorded; the decision stands.
    fn suggest(&self, interaction: &Interaction, situation: &Situation, routing: &Routing) -> Result<Vec<Suggestion>, Failure>;
}

/// Takes decided interactions to other systems. Edge.
pub trait Sink: Plugin {
    /// Takes a batch: all of it or nothing. The same batch may come again.
    ///
    /// # Errors
    /// `Later` is tried again.
    fn deliver(&self, batch: &[Decided]) -> Result<(), Failure>;

    /// Forgets a person, by the author's id as this plugin has seen it.
    ///
    /// # Errors
    /// `Later` is tried again, until it is done.
    fn erase(&self, subject: &str) -> Result<(), Failure>;
}
