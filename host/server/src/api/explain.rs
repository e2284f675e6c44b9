//! Why something was decided, in sentences of the reader's language.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use dispatch::catalogue::sentence;
use dispatch::generation::Generation;
use model::{DecisionId, Reason, Role, Routing, Signal, StepOutcome, StepRecord, StoredDecision};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{Id, Params};
use super::schema;
use crate::problem::{Code, Problem};
use crate::site::Shared;

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Language {
    /// `en` or `fr`; absent: by `Accept-Language`, otherwise `en`. What nobody translated is in English.
    lang: Option<String>,
}

/// A decision with everything that explains it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Explanation {
    /// The language of the sentences.
    language: &'static str,
    /// In the order in which the steps spoke; the decision's own reasons last.
    sentences: Vec<Sentence>,
    /// The whole stored decision.
    #[serde(flatten)]
    #[schema(value_type = schema::StoredDecision)]
    stored: StoredDecision,
}

/// One reason in words.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Sentence {
    /// `signal`, `factor`, `routing` or `fault`.
    about: &'static str,
    /// The signal's, factor's or fault's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The plugin that gave the reason; absent: the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin: Option<String>,
    /// What programs recognise it by.
    code: String,
    /// The sentence.
    text: String,
}

/// One decision with its trace, and all its reasons as sentences.
#[utoipa::path(get, path = "/api/v1/decisions/{id}/explain", tag = "decisions",
    params(("id" = String, Path, description = "The decision's id."), Language),
    responses((status = 200, description = "The decision explained.", body = Explanation)))]
pub(crate) async fn explain(
    State(site): State<Shared>,
    Id(id): Id,
    Params(wish): Params<Language>,
    headers: HeaderMap,
) -> Result<Json<Explanation>, Problem> {
    let language = choose(wish.lang.as_deref(), &headers)?;
    let stored = site.services.store.decision(&DecisionId(id)).await?;
    let teller = Teller { generation: &site.services.current.load(), language, sentences: Vec::new() };
    Ok(Json(Explanation { language, sentences: teller.tell(&stored), stored }))
}

fn choose(wish: Option<&str>, headers: &HeaderMap) -> Result<&'static str, Problem> {
    if let Some(wish) = wish {
        return known(wish).ok_or_else(|| Problem::new(Code::BadRequest, "`lang` is `en` or `fr`."));
    }
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = accepted.split(',').find_map(|range| known(range.split(';').next().unwrap_or_default().trim()));
    Ok(first.unwrap_or("en"))
}

fn known(tag: &str) -> Option<&'static str> {
    let primary = tag.split('-').next().unwrap_or_default();
    ["en", "fr"].into_iter().find(|language| primary.eq_ignore_ascii_case(language))
}

struct Teller<'a> {
    /// The catalogues are those of the plugins that serve now: the stored reason itself has its English sentence for ever.
    generation: &'a Generation,
    language: &'static str,
    sentences: Vec<Sentence>,
}

impl Teller<'_> {
    fn tell(mut self, stored: &StoredDecision) -> Vec<Sentence> {
        let steps = stored.trace.as_ref().map(|trace| trace.steps.as_slice()).unwrap_or_default();
        for step in steps {
            self.step(step);
        }
        let speaker = |role: Role| steps.iter().rev().find(|step| step.role == role && matches!(step.outcome, StepOutcome::Said(_)));
        let prioritizer = speaker(Role::Prioritizer).map(|step| step.plugin.as_str());
        for factor in stored.decision.priority.iter().flat_map(|priority| &priority.factors) {
            self.say("factor", Some(&factor.name), prioritizer, &factor.reason);
        }
        let router = speaker(Role::Router);
        let own: Vec<Reason> = router.and_then(|step| said::<Routing>(&step.outcome)).map(|routing| routing.reasons).unwrap_or_default();
        for reason in &stored.decision.routing.reasons {
            // What the router did not say, the host added.
            let plugin = router.filter(|_| own.contains(reason)).map(|step| step.plugin.as_str());
            self.say("routing", None, plugin, reason);
        }
        self.sentences
    }

    fn step(&mut self, step: &StepRecord) {
        if let StepOutcome::Faulted(fault) = &step.outcome {
            let text = fault.to_string();
            let (name, plugin) = (Some(fault.kind.name().to_owned()), Some(fault.plugin.clone()));
            self.sentences.push(Sentence { about: "fault", name, plugin, code: "fault".to_owned(), text });
        }
        if !matches!(step.role, Role::Enricher | Role::Classifier) {
            return;
        }
        for signal in said::<Vec<Signal>>(&step.outcome).unwrap_or_default() {
            for reason in &signal.reasons {
                self.say("signal", Some(&signal.name), Some(&step.plugin), reason);
            }
        }
    }

    fn say(&mut self, about: &'static str, name: Option<&str>, plugin: Option<&str>, reason: &Reason) {
        let manifest = plugin.and_then(|plugin| self.generation.plugin(plugin)).map(|plugin| &plugin.info().manifest);
        let text = sentence(reason, self.language, manifest);
        let (name, plugin) = (name.map(str::to_owned), plugin.map(str::to_owned));
        self.sentences.push(Sentence { about, name, plugin, code: reason.code.clone(), text });
    }
}

fn said<T: serde::de::DeserializeOwned>(outcome: &StepOutcome) -> Option<T> {
    match outcome {
        StepOutcome::Said(json) => serde_json::from_value(json.clone()).ok(),
        _ => None,
    }
}
