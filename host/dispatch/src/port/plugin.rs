use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use model::{
    Advance, Attributes, Call, Cost, Decided, Delivered, Delivery, Digest, Fact, Failure, FaultKind, Interaction, Outbound, Page,
    PluginManifest, PluginSpec, Pointer, Priority, Reception, Refusal, Role, Routing, Signal, Situation, Suggestion, Timestamp,
    Undelivered,
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

/// What a policy is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// As projected to the plugin's field grants.
    pub interaction: &'a Interaction,
    /// Of its conversation; classifiers are not told.
    pub situation: &'a Situation,
    /// What a prioritizer said; only routers are told.
    pub priority: Option<&'a Priority>,
}

/// What is left of an interaction's time when a step begins. The call ends when this or its plugin's own deadline is over, whichever is
/// first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Absent: the plugin's own deadline alone.
    pub left_ms: Option<u64>,
    /// Nobody waits for it: not even the plugin's own deadline ends the call, only what does not depend on the machine, which is fuel. For
    /// pure roles.
    pub unhurried: bool,
}

impl Budget {
    /// The plugin's own deadline alone.
    pub const WHOLE: Self = Self { left_ms: None, unhurried: false };
    /// No deadline, for decisions that are made again from the record: the same on a slow machine as on a quick one.
    pub const UNHURRIED: Self = Self { left_ms: None, unhurried: true };
    /// The wall time of an unhurried call: only what is broken takes so long.
    pub const UNHURRIED_MS: u64 = 600_000;

    /// So much is left.
    #[must_use]
    pub fn of(left_ms: u64) -> Self {
        Self { left_ms: Some(left_ms), unhurried: false }
    }

    /// The deadline of a call under this limit.
    #[must_use]
    pub fn within(self, deadline_ms: u64) -> u64 {
        if self.unhurried {
            return deadline_ms.max(Self::UNHURRIED_MS);
        }
        self.left_ms.map_or(deadline_ms, |left| left.min(deadline_ms))
    }
}

/// The only call of a list of one.
#[must_use]
pub fn only<T>(calls: Vec<Call<T>>) -> Call<T> {
    let nothing = || Call { outcome: Err(FaultKind::Contract("no answer".to_owned())), cost: Cost::default() };
    calls.into_iter().next().unwrap_or_else(nothing)
}

/// A plugin that is staged: configured, compiled, ready to be called in the roles of its [`PluginInfo`], on instances that live as long as
/// the spec's isolation says, within the spec's limits. Calling a role that it does not have is a `FaultKind::Instantiate`.
///
/// The pure roles of connectors and policies take what waits together, and give one call for each entry, in order. Whatever the isolation,
/// the answers are those that each entry alone would have got; only the costs differ ([`model::Cost::share`]).
///
/// Outputs are already checked against the contract: scores are finite and in range, lists within their bounds, ids not empty.
///
/// Pure roles are synchronous and use a CPU for up to the deadline: call them from a blocking thread. Edge roles are asynchronous.
#[async_trait]
pub trait Plugin: Send + Sync + fmt::Debug {
    /// What is known of it.
    fn info(&self) -> &PluginInfo;

    /// `webhook.receive`
    fn receive(&self, deliveries: &[&Delivery], now: Timestamp) -> Vec<Call<Result<Reception, Refusal>>>;
    /// `connection.opened`
    fn opened(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Advance>;
    /// `connection.received`
    fn received(&self, frame: &[u8], envelope: &Attributes, cursor: Option<&[u8]>, now: Timestamp) -> Call<Result<Advance, Refusal>>;
    /// `connection.woken`
    fn woken(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Advance>;
    /// `classifier.classify`: each signal's source stamped.
    fn classify(&self, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Vec<Signal>>>;
    /// `prioritizer.prioritize`
    fn prioritize(&self, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Priority>>;
    /// `router.route`
    fn route(&self, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Routing>>;

    /// `feed.poll`
    async fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Call<Result<Page, Failure>>;
    /// `feed.hydrate`
    async fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Call<Result<Vec<Fact>, Failure>>;
    /// `enricher.enrich`: each signal's source stamped.
    async fn enrich(&self, interaction: &Interaction, now: Timestamp, budget: Budget) -> Call<Result<Vec<Signal>, Failure>>;
    /// `responder.suggest`
    async fn suggest(
        &self,
        interaction: &Interaction,
        situation: &Situation,
        routing: &Routing,
        budget: Budget,
    ) -> Call<Result<Vec<Suggestion>, Failure>>;
    /// `sender.deliver`
    async fn send(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Call<Result<Delivered, Undelivered>>;
    /// `sender.find`
    async fn find(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Call<Result<Option<Delivered>, Undelivered>>;
    /// `sink.deliver`
    async fn export(&self, batch: &[Decided]) -> Call<Result<(), Failure>>;
    /// `sink.erase`
    async fn erase(&self, subject: &str) -> Call<Result<(), Failure>>;
}
