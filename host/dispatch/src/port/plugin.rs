use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use model::{
    Advance, Attributes, Call, Decided, Delivered, Delivery, Digest, Fact, Failure, Interaction, Outbound, Page, PluginManifest,
    PluginSpec, Pointer, Priority, Reception, Refusal, Role, Routing, Signal, Situation, Suggestion, Timestamp, Undelivered,
};

/// What is known of a staged plugin.
#[derive(Clone, Debug)]
pub struct PluginInfo {
    /// As configured; its grants are the effective ones: what was asked and given.
    pub spec: PluginSpec,
    /// Of the component that serves: equal to `spec.digest`, computed from the bytes that were compiled.
    pub digest: Digest,
    /// By the interfaces that it exports.
    pub roles: BTreeSet<Role>,
    /// What it says of itself.
    pub manifest: PluginManifest,
    /// Size of the component.
    pub component_bytes: u64,
    /// Whether instances start from a snapshot taken after `configure`; otherwise each is configured anew.
    pub snapshotted: bool,
}

/// A plugin that is staged: configured, compiled, ready to be called in the roles of its [`PluginInfo`]. Each call runs on a fresh instance
/// within the spec's limits. Calling a role that it does not have is a `FaultKind::Instantiate`.
///
/// Outputs are already checked against the contract: scores are finite and in range, lists within their bounds, ids not empty.
///
/// Pure roles are synchronous and use a CPU for up to the deadline: call them from a blocking thread. Edge roles are asynchronous.
#[async_trait]
pub trait Plugin: Send + Sync + fmt::Debug {
    /// What is known of it.
    fn info(&self) -> &PluginInfo;

    /// `webhook.receive`
    fn receive(&self, delivery: &Delivery, now: Timestamp) -> Call<Result<Reception, Refusal>>;
    /// `connection.opened`
    fn opened(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Advance>;
    /// `connection.received`
    fn received(&self, frame: &[u8], envelope: &Attributes, cursor: Option<&[u8]>, now: Timestamp) -> Call<Result<Advance, Refusal>>;
    /// `connection.woken`
    fn woken(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Advance>;
    /// `classifier.classify`: one list for each interaction, in order, each signal's source stamped.
    fn classify(&self, batch: &[Interaction]) -> Call<Vec<Vec<Signal>>>;
    /// `prioritizer.prioritize`
    fn prioritize(&self, interaction: &Interaction, situation: &Situation) -> Call<Priority>;
    /// `router.route`
    fn route(&self, interaction: &Interaction, situation: &Situation, priority: Option<&Priority>) -> Call<Routing>;

    /// `feed.poll`
    async fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Result<Page, Failure>>;
    /// `feed.hydrate`
    async fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Call<Result<Vec<Fact>, Failure>>;
    /// `enricher.enrich`: each signal's source stamped.
    async fn enrich(&self, interaction: &Interaction, now: Timestamp) -> Call<Result<Vec<Signal>, Failure>>;
    /// `responder.suggest`
    async fn suggest(&self, interaction: &Interaction, situation: &Situation, routing: &Routing) -> Call<Result<Vec<Suggestion>, Failure>>;
    /// `sender.deliver`
    async fn send(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Call<Result<Delivered, Undelivered>>;
    /// `sender.find`
    async fn find(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Call<Result<Option<Delivered>, Undelivered>>;
    /// `sink.deliver`
    async fn export(&self, batch: &[Decided]) -> Call<Result<(), Failure>>;
    /// `sink.erase`
    async fn erase(&self, subject: &str) -> Call<Result<(), Failure>>;
}
