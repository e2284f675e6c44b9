//! Rhai, with its limits on.

use ::policy::Input;
use anyhow::{Context as _, Result};
use policy::tongue::Policy;
use rhai::{AST, Dynamic, Engine, Map, Scope};

use super::FRESH;
use crate::contender::{About, Contender, Outcome};
use crate::{script, versions};

/// An engine and a compiled script.
pub struct Rhai {
    engine: Engine,
    script: AST,
}

impl Rhai {
    /// Compiles the script.
    pub fn load(policy: &Policy) -> Result<Self> {
        let mut engine = Engine::new();
        engine.set_max_operations(1_000_000).set_max_call_levels(16).set_max_string_size(1 << 20).set_max_expr_depths(128, 64);
        let script = engine.compile(script::rhai(policy))?;
        Ok(Self { engine, script })
    }
}

impl Contender for Rhai {
    fn about(&self) -> About {
        About { name: "rhai", title: "Rhai".to_owned(), version: versions::of("rhai"), limits: "operations, depth, sizes", state: FRESH }
    }

    fn decide(&mut self, input: &Input) -> Result<Outcome> {
        let mut scope = Scope::new();
        scope.push("i", map(input));
        let decided: Map = self.engine.eval_ast_with_scope(&mut scope, &self.script)?;
        let score = decided.get("score").and_then(|score| score.as_int().ok()).context("no score")?;
        let queue = decided.get("queue").and_then(|queue| queue.clone().into_string().ok()).context("no queue")?;
        Ok(Outcome { score, queue: queue.into() })
    }
}

fn map(input: &Input) -> Map {
    let of = |fields: Vec<(&str, Dynamic)>| -> Map { fields.into_iter().map(|(name, value)| (name.into(), value)).collect() };
    let text = |text: &str| Dynamic::from(text.to_owned());
    let author = of(vec![
        ("id", text(&input.author.id)),
        ("followers", input.author.followers.into()),
        ("verified", input.author.verified.into()),
        ("bot", input.author.bot.into()),
    ]);
    let signals = of(vec![
        ("sentiment", text(&input.signals.sentiment)),
        ("topic", text(&input.signals.topic)),
        ("urgency", input.signals.urgency.into()),
        ("spam", input.signals.spam.into()),
    ]);
    of(vec![
        ("text", text(&input.text)),
        ("channel", text(&input.channel)),
        ("kind", text(&input.kind)),
        ("visibility", text(&input.visibility)),
        ("language", text(&input.language)),
        ("rating", input.rating.into()),
        ("author", author.into()),
        ("signals", signals.into()),
        ("engagement", of(vec![("shares", input.engagement.shares.into())]).into()),
    ])
}
