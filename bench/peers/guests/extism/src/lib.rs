//! The policy as Extism's users write it: JSON in, JSON out.

use extism_pdk::{FnResult, Json, plugin_fn};
use policy::Input;

/// What was decided.
#[derive(serde::Serialize)]
struct Decision {
    score: i64,
    rule: &'static str,
    queue: &'static str,
}

/// Decides.
#[plugin_fn]
pub fn decide(Json(input): Json<Input>) -> FnResult<Json<Decision>> {
    let policy::Outcome { score, rule, queue } = policy::decide(&input.subject());
    Ok(Json(Decision { score, rule, queue }))
}
