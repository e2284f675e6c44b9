use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use dispatch::port::{Budget, Plugin, PluginInfo, Question};
use model::{
    Advance, Attributes, Call, Cost, Decided, Delivered, Delivery, Digest, Fact, Failure, FaultKind, Interaction, Outbound, Page,
    PluginManifest, PluginSpec, Pointer, Priority, Reception, Refusal, Role, Routing, Signal, Situation, Suggestion, Timestamp,
    Undelivered,
};

/// What a connection brings.
#[derive(Clone, Copy)]
pub(crate) enum Heard<'a> {
    Opened,
    Frame(&'a [u8], &'a Attributes),
    Woken,
}

type Script = Box<dyn Fn(Heard<'_>) -> Result<Advance, Refusal> + Send + Sync>;

/// A connector whose answers are a closure of the test.
pub(crate) struct Scripted {
    info: PluginInfo,
    script: Script,
}

impl Scripted {
    pub(crate) fn new(
        name: &str,
        roles: impl IntoIterator<Item = Role>,
        manifest: PluginManifest,
        script: impl Fn(Heard<'_>) -> Result<Advance, Refusal> + Send + Sync + 'static,
    ) -> Self {
        let digest = Digest::of(name.as_bytes());
        let mut spec = PluginSpec::new(name, digest.clone());
        spec.grants.private_network = true;
        spec.grants.hosts = ["127.0.0.1:1".to_owned()].into();
        let roles: BTreeSet<Role> = roles.into_iter().collect();
        let info = PluginInfo { spec, digest, roles, manifest, component_bytes: 0, snapshotted: true };
        Self { info, script: Box::new(script) }
    }

    /// With other settings and grants.
    pub(crate) fn granted(mut self, change: impl FnOnce(&mut PluginSpec)) -> Self {
        change(&mut self.info.spec);
        self
    }

    fn step(&self, heard: Heard<'_>) -> Call<Advance> {
        said((self.script)(heard).map_err(|_| FaultKind::Instantiate("refused".to_owned())))
    }
}

fn said<T>(outcome: Result<T, FaultKind>) -> Call<T> {
    Call { outcome, cost: Cost::default() }
}

fn none<T>() -> Call<T> {
    said(Err(FaultKind::Instantiate("no such role".to_owned())))
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scripted")
    }
}

#[async_trait]
impl Plugin for Scripted {
    fn info(&self) -> &PluginInfo {
        &self.info
    }

    fn receive(&self, deliveries: &[&Delivery], _: Timestamp) -> Vec<Call<Result<Reception, Refusal>>> {
        deliveries.iter().map(|_| none()).collect()
    }

    fn opened(&self, _: Option<&[u8]>, _: Timestamp) -> Call<Advance> {
        self.step(Heard::Opened)
    }

    fn received(&self, frame: &[u8], envelope: &Attributes, _: Option<&[u8]>, _: Timestamp) -> Call<Result<Advance, Refusal>> {
        said(Ok((self.script)(Heard::Frame(frame, envelope))))
    }

    fn woken(&self, _: Option<&[u8]>, _: Timestamp) -> Call<Advance> {
        self.step(Heard::Woken)
    }

    fn classify(&self, _: &[Question<'_>], _: Budget) -> Vec<Call<Vec<Signal>>> {
        vec![]
    }

    fn prioritize(&self, _: &[Question<'_>], _: Budget) -> Vec<Call<Priority>> {
        vec![]
    }

    fn route(&self, _: &[Question<'_>], _: Budget) -> Vec<Call<Routing>> {
        vec![]
    }

    async fn poll(&self, _: Option<&[u8]>, _: Timestamp) -> Call<Result<Page, Failure>> {
        none()
    }

    async fn hydrate(&self, _: &Pointer, _: Timestamp) -> Call<Result<Vec<Fact>, Failure>> {
        none()
    }

    async fn enrich(&self, _: &Interaction, _: Timestamp, _: Budget) -> Call<Result<Vec<Signal>, Failure>> {
        none()
    }

    async fn suggest(&self, _: &Interaction, _: &Situation, _: &Routing, _: Budget) -> Call<Result<Vec<Suggestion>, Failure>> {
        none()
    }

    async fn send(&self, _: &str, _: &Outbound, _: Timestamp) -> Call<Result<Delivered, Undelivered>> {
        none()
    }

    async fn find(&self, _: &str, _: &Outbound, _: Timestamp) -> Call<Result<Option<Delivered>, Undelivered>> {
        none()
    }

    async fn export(&self, _: &[Decided]) -> Call<Result<(), Failure>> {
        none()
    }

    async fn erase(&self, _: &str) -> Call<Result<(), Failure>> {
        none()
    }
}
