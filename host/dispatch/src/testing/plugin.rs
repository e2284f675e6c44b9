use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use model::{
    Advance, Attributes, Call, Cost, Decided, Delivered, Delivery, Digest, Fact, Failure, FaultKind, Interaction, Outbound, Page,
    PluginManifest, PluginSpec, Pointer, Priority, Reception, Refusal, Role, Routing, SettingOr, Signal, SignatureScheme, Situation,
    Suggestion, Timestamp, Undelivered, Value,
};

use crate::port::{Budget, Plugin, PluginInfo, Question};

type Judged = (Interaction, Situation, Option<Priority>);
type Cursor = Option<Vec<u8>>;
/// Every call: how many questions, and how many milliseconds were left.
pub(crate) type Asked = Arc<Mutex<Vec<(usize, Option<u64>)>>>;
type Script<I, O> = Arc<dyn Fn(I) -> Result<O, FaultKind> + Send + Sync>;

/// A plugin whose answers are closures of the test; a role without one is not there.
#[derive(Clone)]
pub(crate) struct Scripted {
    info: PluginInfo,
    asked: Asked,
    signals: Option<Script<Interaction, Vec<Signal>>>,
    priority: Option<Script<Interaction, Priority>>,
    routing: Option<Script<Judged, Routing>>,
    suggestions: Option<Script<Interaction, Vec<Suggestion>>>,
    reception: Option<Script<Delivery, Result<Reception, Refusal>>>,
    advance: Option<Script<Vec<u8>, Result<Advance, Refusal>>>,
    page: Option<Script<Cursor, Result<Page, Failure>>>,
    hydrated: Option<Script<Pointer, Result<Vec<Fact>, Failure>>>,
}

pub(crate) fn signal(name: &str, value: impl Into<Value>) -> Signal {
    Signal { name: name.into(), value: value.into(), confidence: None, evidence: vec![], reasons: vec![], source: String::new() }
}

impl Scripted {
    pub(crate) fn new(name: &str) -> Self {
        let digest = Digest::of(name.as_bytes());
        let spec = PluginSpec::new(name, digest.clone());
        let manifest = PluginManifest { signature: Some(SettingOr::Value(SignatureScheme::None)), ..PluginManifest::default() };
        let info = PluginInfo { spec, digest, roles: BTreeSet::new(), manifest, component_bytes: 0, snapshotted: true };
        Self {
            info,
            asked: Arc::default(),
            signals: None,
            priority: None,
            routing: None,
            suggestions: None,
            reception: None,
            advance: None,
            page: None,
            hydrated: None,
        }
    }

    pub(crate) fn known(mut self, change: impl FnOnce(&mut PluginInfo)) -> Self {
        change(&mut self.info);
        self
    }

    /// Every call of a policy: how many questions, and how much time was left.
    pub(crate) fn asked(&self) -> Asked {
        Arc::clone(&self.asked)
    }

    fn note(&self, questions: usize, budget: Budget) {
        self.asked.lock().unwrap().push((questions, budget.left_ms));
    }

    pub(crate) fn classifies(mut self, script: impl Fn(Interaction) -> Result<Vec<Signal>, FaultKind> + Send + Sync + 'static) -> Self {
        self.info.roles.insert(Role::Classifier);
        self.signals = Some(Arc::new(script));
        self
    }

    pub(crate) fn enriches(mut self, script: impl Fn(Interaction) -> Result<Vec<Signal>, FaultKind> + Send + Sync + 'static) -> Self {
        self.info.roles.insert(Role::Enricher);
        self.signals = Some(Arc::new(script));
        self
    }

    pub(crate) fn prioritizes(mut self, script: impl Fn(Interaction) -> Result<Priority, FaultKind> + Send + Sync + 'static) -> Self {
        self.info.roles.insert(Role::Prioritizer);
        self.priority = Some(Arc::new(script));
        self
    }

    pub(crate) fn routes(
        mut self,
        script: impl Fn(Interaction, Situation, Option<Priority>) -> Result<Routing, FaultKind> + Send + Sync + 'static,
    ) -> Self {
        self.info.roles.insert(Role::Router);
        self.routing = Some(Arc::new(move |(interaction, situation, priority)| script(interaction, situation, priority)));
        self
    }

    pub(crate) fn suggests(mut self, script: impl Fn(Interaction) -> Result<Vec<Suggestion>, FaultKind> + Send + Sync + 'static) -> Self {
        self.info.roles.insert(Role::Responder);
        self.suggestions = Some(Arc::new(script));
        self
    }

    pub(crate) fn receives(
        mut self,
        script: impl Fn(Delivery) -> Result<Result<Reception, Refusal>, FaultKind> + Send + Sync + 'static,
    ) -> Self {
        self.info.roles.insert(Role::Webhook);
        self.reception = Some(Arc::new(script));
        self
    }

    pub(crate) fn connects(
        mut self,
        script: impl Fn(Vec<u8>) -> Result<Result<Advance, Refusal>, FaultKind> + Send + Sync + 'static,
    ) -> Self {
        self.info.roles.insert(Role::Connection);
        self.advance = Some(Arc::new(script));
        self
    }

    pub(crate) fn polls(
        mut self,
        script: impl Fn(Option<Vec<u8>>) -> Result<Result<Page, Failure>, FaultKind> + Send + Sync + 'static,
    ) -> Self {
        self.info.roles.insert(Role::Feed);
        self.page = Some(Arc::new(script));
        self
    }

    pub(crate) fn hydrates(
        mut self,
        script: impl Fn(Pointer) -> Result<Result<Vec<Fact>, Failure>, FaultKind> + Send + Sync + 'static,
    ) -> Self {
        self.info.roles.insert(Role::Feed);
        self.hydrated = Some(Arc::new(script));
        self
    }

    pub(crate) fn done(self) -> Arc<dyn Plugin> {
        Arc::new(self)
    }
}

fn call<I, O>(script: Option<&Script<I, O>>, input: I) -> Call<O> {
    let outcome = script.map_or_else(|| Err(FaultKind::Instantiate("no such role".into())), |script| script(input));
    Call { outcome, cost: Cost { fuel: 7, ..Cost::default() } }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scripted({})", self.info.spec.name)
    }
}

#[async_trait]
impl Plugin for Scripted {
    fn info(&self) -> &PluginInfo {
        &self.info
    }

    fn receive(&self, deliveries: &[&Delivery], _now: Timestamp) -> Vec<Call<Result<Reception, Refusal>>> {
        self.note(deliveries.len(), Budget::WHOLE);
        deliveries.iter().map(|delivery| call(self.reception.as_ref(), (*delivery).clone())).collect()
    }

    fn opened(&self, _cursor: Option<&[u8]>, _now: Timestamp) -> Call<Advance> {
        call(self.advance.as_ref(), b"opened".to_vec()).map(Result::unwrap)
    }

    fn received(&self, frame: &[u8], _envelope: &Attributes, _cursor: Option<&[u8]>, _now: Timestamp) -> Call<Result<Advance, Refusal>> {
        call(self.advance.as_ref(), frame.to_vec())
    }

    fn woken(&self, _cursor: Option<&[u8]>, _now: Timestamp) -> Call<Advance> {
        call(self.advance.as_ref(), b"woken".to_vec()).map(Result::unwrap)
    }

    fn classify(&self, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Vec<Signal>>> {
        self.note(questions.len(), budget);
        questions.iter().map(|question| call(self.signals.as_ref(), question.interaction.clone())).collect()
    }

    fn prioritize(&self, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Priority>> {
        self.note(questions.len(), budget);
        questions.iter().map(|question| call(self.priority.as_ref(), question.interaction.clone())).collect()
    }

    fn route(&self, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Routing>> {
        self.note(questions.len(), budget);
        let asked = |question: &Question<'_>| (question.interaction.clone(), question.situation.clone(), question.priority.cloned());
        questions.iter().map(|question| call(self.routing.as_ref(), asked(question))).collect()
    }

    async fn poll(&self, cursor: Option<&[u8]>, _now: Timestamp) -> Call<Result<Page, Failure>> {
        call(self.page.as_ref(), cursor.map(<[u8]>::to_vec))
    }

    async fn hydrate(&self, pointer: &Pointer, _now: Timestamp) -> Call<Result<Vec<Fact>, Failure>> {
        call(self.hydrated.as_ref(), pointer.clone())
    }

    async fn enrich(&self, interaction: &Interaction, _now: Timestamp, budget: Budget) -> Call<Result<Vec<Signal>, Failure>> {
        self.note(1, budget);
        call(self.signals.as_ref(), interaction.clone()).map(Ok)
    }

    async fn suggest(
        &self,
        interaction: &Interaction,
        _: &Situation,
        _: &Routing,
        budget: Budget,
    ) -> Call<Result<Vec<Suggestion>, Failure>> {
        self.note(1, budget);
        call(self.suggestions.as_ref(), interaction.clone()).map(Ok)
    }

    async fn send(&self, _: &str, _: &Outbound, _: Timestamp) -> Call<Result<Delivered, Undelivered>> {
        call(None, ())
    }

    async fn find(&self, _: &str, _: &Outbound, _: Timestamp) -> Call<Result<Option<Delivered>, Undelivered>> {
        call(None, ())
    }

    async fn export(&self, _: &[Decided]) -> Call<Result<(), Failure>> {
        call(None, ())
    }

    async fn erase(&self, _: &str) -> Call<Result<(), Failure>> {
        call(None, ())
    }
}
