use dispatch::port::{Budget, Plugin, Question, only};
use model::{Call, Role, Timestamp};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::input::Ask;
use crate::exit::{Done, Failure};

/// What a call came to, in the JSON of `plugin call`: what the plugin said, its refusal in its own words, or its fault.
pub(crate) struct Said(pub(crate) Call<Result<Json, Json>>);

impl Said {
    /// Of a function that always answers.
    pub(crate) fn plain<T: Serialize>(called: Call<T>) -> Self {
        Self(called.map(|said| Ok(json!(said))))
    }

    /// Of a function that may say no in its own words.
    pub(crate) fn refusable<T: Serialize, E: Serialize>(called: Call<Result<T, E>>) -> Self {
        Self(called.map(|outcome| outcome.map(|said| json!(said)).map_err(|refusal| json!(refusal))))
    }
}

/// Calls a function whose arguments are one value of JSON.
pub(crate) async fn asked(plugin: &dyn Plugin, role: Role, function: &str, ask: &Ask, now: Timestamp) -> Done<Said> {
    let (it, situation) = (&ask.interaction, &ask.situation);
    let question = [Question { interaction: it, situation, priority: ask.priority.as_ref() }];
    Ok(match (role, function) {
        (Role::Prioritizer, "prioritize") => Said::plain(only(plugin.prioritize(&question, Budget::WHOLE))),
        (Role::Router, "route") => Said::plain(only(plugin.route(&question, Budget::WHOLE))),
        (Role::Enricher, "enrich") => Said::refusable(plugin.enrich(it, now, Budget::WHOLE).await),
        (Role::Responder, "suggest") => Said::refusable(plugin.suggest(it, situation, ask.routing()?, Budget::WHOLE).await),
        (Role::Sender, "deliver") => Said::refusable(plugin.send(ask.key(), ask.outbound()?, now).await),
        (Role::Sender, "find") => Said::refusable(plugin.find(ask.key(), ask.outbound()?, now).await),
        (Role::Sink, "deliver") => Said::refusable(plugin.export(&ask.batch).await),
        (Role::Sink, "erase") => Said::refusable(plugin.erase(ask.subject()?).await),
        _ => return Err(Failure::wrong(format!("role `{role}` has no function `{function}`; wit/README.md lists them"))),
    })
}
