//! Write a plugin for Pointsman.
//!
//! A plugin is a type that is made from its settings ([`Plugin`]), one trait for each role that it has ([`roles`]), and one line that
//! exports it ([`plugin!`]). Everything else is done here: bindings, settings with good problems, the allocator, panics that say where.
//!
//! ```
//! use pointsman_plugin::{Classifier, Interaction, Plugin, Problem, Signal, plugin};
//!
//! #[derive(serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     word: String,
//! }
//!
//! struct Shouting {
//!     word: String,
//! }
//!
//! impl Plugin for Shouting {
//!     type Settings = Settings;
//!     fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
//!         if settings.word.is_empty() {
//!             return Err(vec![Problem::new("/word", "`word` is empty.").remedy("Write the word to look for.")]);
//!         }
//!         Ok(Self { word: settings.word.to_uppercase() })
//!     }
//! }
//!
//! impl Classifier for Shouting {
//!     fn classify(&self, batch: &[Interaction]) -> Vec<Vec<Signal>> {
//!         let shouts = |interaction: &Interaction| interaction.text.contains(&self.word);
//!         batch.iter().map(|interaction| vec![Signal::new("shouting", shouts(interaction))]).collect()
//!     }
//! }
//!
//! plugin!(Shouting: classifier);
//! # fn main() {
//! let plugin = pointsman_plugin::testing::configured::<Shouting>(serde_json::json!({"word": "now"}));
//! let signals = plugin.classify(&[Interaction { text: "I want it NOW".to_owned(), ..Default::default() }]);
//! assert_eq!(signals, [[Signal::new("shouting", true)]]);
//! # }
//! ```
//!
//! On wasm the macro exports exactly the roles that it names. On every other target nothing is exported and the host's functions
//! ([`budget`], [`http`], [`keys`], [`log`], [`state`]) are the doubles of [`testing`], so that plugins are tested natively, with `cargo test`.

mod bounds;
mod bump;
mod plugin;
pub mod roles;
mod vocabulary;

pub mod budget;
pub mod http;
pub mod keys;
pub mod log;
pub mod state;

pub mod pointer;
pub mod settings;
pub mod time;

#[cfg(not(target_family = "wasm"))]
pub mod testing;

#[doc(hidden)]
pub mod contract;
#[doc(hidden)]
pub mod guest;

pub use plugin::Plugin;
pub use roles::{Classifier, Connection, Enricher, Feed, Prioritizer, Responder, Router, Sender, Sink, Webhook};

pub use contract::connection::exports::pointsman::connector::connection::{Outgoing, Step};
pub use contract::feed::exports::pointsman::connector::feed::Page;
pub use contract::responder::exports::pointsman::policy::responder::Suggestion;
pub use contract::sender::exports::pointsman::connector::sender::{
    Broadcast, Delivery as Delivered, Edit, Outbound, Reply, Template, Undelivered,
};
pub use contract::sink::exports::pointsman::policy::sink::Decided;
pub use contract::vocabulary::pointsman::connector::facts::{
    Event, Fact, Item, Note, Pointer, Progress, Reaction, Receipt, Refusal, Removal,
};
pub use contract::vocabulary::pointsman::host::types::{Header, Problem, Response};
pub use contract::vocabulary::pointsman::interaction::types::{
    Attachment, Attribute, Author, Content, Customer, Direction, Engagement, Failure, Interaction, Kind, Reason, Signal, Span, Value,
    Visibility,
};
pub use contract::vocabulary::pointsman::policy::decisions::{
    Answer, Assignment, Disposition, Effect, Factor, Notice, Priority, Routing, ServiceLevel, Situation, Skill, Target, Trigger,
};
pub use contract::webhook::exports::pointsman::connector::webhook::{Delivery, Reception};

/// Milliseconds since the Unix epoch, UTC.
pub type Timestamp = u64;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
