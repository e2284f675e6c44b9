//! A channel with a sender before it, both in one.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use dispatch::port::{Budget, Plugin, PluginInfo, Question};
use model::{
    Advance, Attributes, Call, Cost, Decided, Delivered, Delivery, Digest, Fact, Failure, FaultKind, Interaction, Outbound, Page,
    PluginManifest, PluginSpec, Pointer, Priority, Reception, Refusal, Role, Routing, SettingOr, Signal, SignatureScheme, Situation,
    Suggestion, Timestamp, Undelivered,
};

/// What the sender answers, and whether the channel has it then.
pub(super) struct Said {
    pub(super) has_it: bool,
    pub(super) answer: Result<Result<Delivered, Undelivered>, FaultKind>,
}

impl Said {
    pub(super) fn sent(ids: &[&str]) -> Self {
        Self { has_it: true, answer: Ok(Ok(Delivered::Sent(ids.iter().map(|id| (*id).to_owned()).collect()))) }
    }

    pub(super) fn refused(why: Undelivered) -> Self {
        Self { has_it: false, answer: Ok(Err(why)) }
    }
}

type Script = Box<dyn Fn(&str, &Outbound, u32) -> Said + Send + Sync>;
type Finds = Box<dyn Fn(bool) -> Result<Option<Delivered>, Undelivered> + Send + Sync>;

/// See above.
pub(in crate::sqlite::tests) struct Channel {
    info: PluginInfo,
    script: Script,
    finds: Finds,
    /// Everything that the channel has, by key, in order.
    pub(super) has: Mutex<Vec<(String, Outbound)>>,
    /// How often each key was sent.
    pub(super) sends: Mutex<BTreeMap<String, u32>>,
    /// When it was called last.
    pub(super) called_at: Mutex<Vec<Timestamp>>,
    /// A send that never ends.
    pub(super) hangs: Mutex<bool>,
}

impl Channel {
    /// The script is told the key, what is to go out, and how often that was sent before.
    pub(super) fn new(name: &str, script: impl Fn(&str, &Outbound, u32) -> Said + Send + Sync + 'static) -> Self {
        let digest = Digest::of(name.as_bytes());
        let spec = PluginSpec::new(name, digest.clone());
        let manifest = PluginManifest { signature: Some(SettingOr::Value(SignatureScheme::None)), ..PluginManifest::default() };
        let roles = [Role::Webhook, Role::Sender, Role::Router].into();
        let info = PluginInfo { spec, digest, roles, manifest, component_bytes: 0, snapshotted: true };
        let finds = |has: bool| Ok(has.then(|| Delivered::Sent(vec!["found".to_owned()])));
        Self {
            info,
            script: Box::new(script),
            finds: Box::new(finds),
            has: Mutex::default(),
            sends: Mutex::default(),
            called_at: Mutex::default(),
            hangs: Mutex::new(false),
        }
    }

    /// What `find` answers, told whether the channel has it.
    pub(super) fn finds(mut self, finds: impl Fn(bool) -> Result<Option<Delivered>, Undelivered> + Send + Sync + 'static) -> Self {
        self.finds = Box::new(finds);
        self
    }

    /// However often it fails.
    pub(super) fn without_breaker(mut self) -> Self {
        self.info.spec.breaker.faults_max = 0;
        self
    }

    pub(super) fn done(self) -> Arc<Self> {
        Arc::new(self)
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.has.lock().unwrap().iter().map(|(key, _)| key.clone()).collect()
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel({})", self.info.spec.name)
    }
}

fn absent<T>() -> Call<T> {
    Call { outcome: Err(FaultKind::Instantiate("it only sends".to_owned())), cost: Cost::default() }
}

#[async_trait]
impl Plugin for Channel {
    fn info(&self) -> &PluginInfo {
        &self.info
    }

    fn receive(&self, deliveries: &[&Delivery], _: Timestamp) -> Vec<Call<Result<Reception, Refusal>>> {
        deliveries.iter().map(|_| absent()).collect()
    }

    fn opened(&self, _: Option<&[u8]>, _: Timestamp) -> Call<Advance> {
        absent()
    }

    fn received(&self, _: &[u8], _: &Attributes, _: Option<&[u8]>, _: Timestamp) -> Call<Result<Advance, Refusal>> {
        absent()
    }

    fn woken(&self, _: Option<&[u8]>, _: Timestamp) -> Call<Advance> {
        absent()
    }

    fn classify(&self, questions: &[Question<'_>], _: Budget) -> Vec<Call<Vec<Signal>>> {
        questions.iter().map(|_| absent()).collect()
    }

    fn prioritize(&self, questions: &[Question<'_>], _: Budget) -> Vec<Call<Priority>> {
        questions.iter().map(|_| absent()).collect()
    }

    fn route(&self, questions: &[Question<'_>], _: Budget) -> Vec<Call<Routing>> {
        questions.iter().map(|_| absent()).collect()
    }

    async fn poll(&self, _: Option<&[u8]>, _: Timestamp) -> Call<Result<Page, Failure>> {
        absent()
    }

    async fn hydrate(&self, _: &Pointer, _: Timestamp) -> Call<Result<Vec<Fact>, Failure>> {
        absent()
    }

    async fn enrich(&self, _: &Interaction, _: Timestamp, _: Budget) -> Call<Result<Vec<Signal>, Failure>> {
        absent()
    }

    async fn suggest(&self, _: &Interaction, _: &Situation, _: &Routing, _: Budget) -> Call<Result<Vec<Suggestion>, Failure>> {
        absent()
    }

    async fn send(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Call<Result<Delivered, Undelivered>> {
        let before = {
            let mut sends = self.sends.lock().unwrap();
            let count = sends.entry(key.to_owned()).or_default();
            *count += 1;
            *count - 1
        };
        self.called_at.lock().unwrap().push(now);
        let Said { has_it, answer } = (self.script)(key, outbound, before);
        if has_it {
            self.has.lock().unwrap().push((key.to_owned(), outbound.clone()));
        }
        let hangs = *self.hangs.lock().unwrap();
        if hangs {
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
        Call { outcome: answer, cost: Cost { http_requests: 1, ..Cost::default() } }
    }

    async fn find(&self, key: &str, _: &Outbound, _: Timestamp) -> Call<Result<Option<Delivered>, Undelivered>> {
        let has = self.has.lock().unwrap().iter().any(|(known, _)| known == key);
        Call { outcome: Ok((self.finds)(has)), cost: Cost::default() }
    }

    async fn export(&self, _: &[Decided]) -> Call<Result<(), Failure>> {
        absent()
    }

    async fn erase(&self, _: &str) -> Call<Result<(), Failure>> {
        absent()
    }
}
