//! The core: from verified bytes to committed decisions, through ports.
//!
//! Nothing here does I/O or names wasmtime, SQL or HTTP: the same inputs give the same outputs, whatever stands behind the ports. In the
//! order in which an interaction meets them:
//!
//! 1. [`generation`]: everything that decides, assembled whole from a configuration and its staged plugins, or refused with everything that
//!    is wrong. [`condition`] compiles the CEL guards of chains and steps, [`grant`] says what a plugin may have and see.
//! 2. [`ingest`]: a request, frame or page comes in. [`signature`] answers handshakes and says whether it is genuine; only then its connector
//!    reads it; facts are durable before the channel hears "yes", and what cannot be read waits in quarantine.
//! 3. [`dispatcher`]: pulls what waits from the store. [`lane`] keeps what shares an order key strictly in order, everything else goes in
//!    parallel.
//! 4. [`chain`]: enrichers, then the pure steps in one [`hop`] to a computing thread, then responders. Faults and decisions are different
//!    types; [`vocabulary`] types the reserved signals; whatever fails ends in a queue for a person, with a reason from the [`catalogue`].
//! 5. Decision, trace and effects are committed as one; then [`live`] tells who listens, and [`counters`] have counted all of it.
//! 6. [`outbox`] carries out what was decided to be said or done, and what people want said.
//! 7. What was decided can be decided again, by the same generation or another one, from a [`recording`] of what was answered, and the two
//!    held side by side by a [`comparison`]: for replays and a [`backtest`], and [`beside`] the live decisions for shadows and canaries.
//!
//! [`port`] is what the core asks of the outside; [`arithmetic`] is the one port that needs no outside.

pub mod arithmetic;
pub mod backtest;
pub mod beside;
pub mod breaker;
pub mod catalogue;
pub mod chain;
pub mod comparison;
pub mod condition;
pub mod counters;
pub mod dispatcher;
pub mod generation;
pub mod grant;
pub mod hop;
pub mod ingest;
pub mod lane;
pub mod live;
pub mod outbox;
pub mod port;
pub mod recording;
pub mod signature;
#[cfg(test)]
mod testing;
pub mod vocabulary;

pub use arithmetic::Arithmetic;
pub use beside::Beside;
pub use breaker::{BreakerRow, BreakerState, Breakers};
pub use chain::{Decider, Redecided, decision_id};
pub use comparison::{Difference, Mismatch};
pub use condition::{Condition, ConditionError};
pub use counters::{Counters, Counts};
pub use dispatcher::{Dispatcher, DispatcherPorts, DispatcherSettings, Wake};
pub use generation::{AssemblyError, AssemblyProblem, Connector, Current, Generation, Shelf};
pub use grant::Pseudonyms;
pub use hop::Hop;
pub use ingest::{FrameOutcome, Hooked, Ingest, IngestError, IngestPorts, PollOutcome, Redriven};
pub use live::Live;
pub use outbox::{Drain, DrainPorts, DrainSettings, DrainWake};
pub use recording::Recording;
