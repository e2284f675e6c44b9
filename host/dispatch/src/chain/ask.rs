//! Questions to one plugin in one of its roles. A panic of an adapter counts as the plugin's trap: it harms one call.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt as _;
use model::{Call, Cost, Failure, FaultKind, Interaction, Priority, Role, Routing, Signal, Situation, Suggestion};
use serde_json::Value as Json;

use crate::port::{Budget, Plugin, Question};
use crate::vocabulary;

/// What a plugin said.
#[derive(Clone, Debug)]
pub(super) enum Said {
    /// Enrichers and classifiers.
    Signals(Vec<Signal>),
    /// Prioritizers.
    Priority(Priority),
    /// Routers.
    Routing(Routing),
    /// Responders.
    Suggestions(Vec<Suggestion>),
}

impl Said {
    /// As the trace keeps it.
    pub(super) fn json(&self) -> Json {
        let json = match self {
            Self::Signals(signals) => serde_json::to_value(signals),
            Self::Priority(priority) => serde_json::to_value(priority),
            Self::Routing(routing) => serde_json::to_value(routing),
            Self::Suggestions(suggestions) => serde_json::to_value(suggestions),
        };
        json.unwrap_or_default()
    }
}

/// Asks a pure role several questions; computes for up to the deadline for each of them. One call for each question, in order.
pub(super) fn pure(plugin: &dyn Plugin, role: Role, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Said>> {
    let asked = catch_unwind(AssertUnwindSafe(|| answers(plugin, role, questions, budget)));
    match (asked, questions) {
        (Ok(mut calls), _) => {
            calls.truncate(questions.len());
            calls.resize_with(questions.len(), || failed(FaultKind::Contract("no answer".to_owned())));
            calls.into_iter().map(|call| checked(plugin, call)).collect()
        }
        (Err(_), [] | [_]) => questions.iter().map(|_| panicked()).collect(),
        // One of them did it, and only that one is to suffer for it.
        (Err(_), _) => questions.iter().flat_map(|question| pure(plugin, role, std::slice::from_ref(question), budget)).collect(),
    }
}

fn answers(plugin: &dyn Plugin, role: Role, questions: &[Question<'_>], budget: Budget) -> Vec<Call<Said>> {
    match role {
        Role::Classifier => plugin.classify(questions, budget).into_iter().map(|call| call.map(Said::Signals)).collect(),
        Role::Prioritizer => plugin.prioritize(questions, budget).into_iter().map(|call| call.map(Said::Priority)).collect(),
        Role::Router => plugin.route(questions, budget).into_iter().map(|call| call.and_then(routing).map(Said::Routing)).collect(),
        _ => questions.iter().map(|_| failed(FaultKind::Instantiate(format!("{role} is no pure step")))).collect(),
    }
}

/// Asks an edge role; waits for up to the deadline. Responders are told the routing.
pub(super) async fn edge(
    plugin: &dyn Plugin,
    seen: &Interaction,
    situation: &Situation,
    routing: Option<&Routing>,
    budget: Budget,
) -> Call<Said> {
    let ask = async {
        match routing {
            Some(routing) => plugin.suggest(seen, situation, routing, budget).await.and_then(worked).map(Said::Suggestions),
            None => plugin.enrich(seen, situation.now, budget).await.and_then(worked).map(Said::Signals),
        }
    };
    checked(plugin, AssertUnwindSafe(ask).catch_unwind().await.unwrap_or_else(|_| panicked()))
}

fn checked(plugin: &dyn Plugin, call: Call<Said>) -> Call<Said> {
    call.and_then(|said| match said {
        Said::Signals(mut signals) => {
            vocabulary::check(&signals)?;
            for signal in &mut signals {
                signal.source.clone_from(&plugin.info().spec.name);
            }
            Ok(Said::Signals(signals))
        }
        Said::Priority(priority) if !priority.score.is_finite() => Err(FaultKind::Contract("the score is no number".to_owned())),
        Said::Priority(priority) => Ok(Said::Priority(Priority { score: priority.score.clamp(0.0, 100.0), ..priority })),
        other => Ok(other),
    })
}

fn routing(routing: Routing) -> Result<Routing, FaultKind> {
    match &routing.disposition {
        model::Disposition::Assign(assignment) if assignment.targets.is_empty() => {
            Err(FaultKind::Contract("an assignment without targets".to_owned()))
        }
        _ => Ok(routing),
    }
}

/// An edge plugin's failure is a fault where the chain needs an answer.
fn worked<T>(outcome: Result<T, Failure>) -> Result<T, FaultKind> {
    outcome.map_err(|failure| {
        FaultKind::Failed(match failure {
            Failure::Later { why, .. } => format!("later: {why}"),
            Failure::Unauthorised(why) => format!("unauthorised: {why}"),
            Failure::Never(why) => why,
        })
    })
}

fn panicked() -> Call<Said> {
    failed(FaultKind::Trap("the host failed while it called the plugin".to_owned()))
}

fn failed(kind: FaultKind) -> Call<Said> {
    Call { outcome: Err(kind), cost: Cost::default() }
}
