//! GoRules' ZEN: two decision tables and a sum, as a graph.

use std::sync::Arc;

use ::policy::Input;
use anyhow::{Context as _, Result};
use policy::tongue::Policy;
use tokio::runtime::Runtime;
use zen_engine::Decision;
use zen_engine::model::GraphContent;

use super::NONE;
use crate::contender::{About, Contender, Outcome};
use crate::{script, versions};

/// A decision, compiled.
pub struct Zen {
    decision: Decision,
    runtime: Runtime,
}

impl Zen {
    /// Reads and compiles the graph.
    pub fn load(policy: &Policy) -> Result<Self> {
        let graph: GraphContent = serde_json::from_value(script::zen(policy)?)?;
        let mut decision = Decision::from(Arc::new(graph));
        decision.compile();
        Ok(Self { decision, runtime: tokio::runtime::Builder::new_current_thread().build()? })
    }
}

impl Contender for Zen {
    fn about(&self) -> About {
        About {
            name: "zen-engine",
            title: "zen-engine (GoRules)".to_owned(),
            version: versions::of("zen-engine"),
            limits: "depth of graphs",
            state: NONE,
        }
    }

    fn decide(&mut self, input: &Input) -> Result<Outcome> {
        let input = serde_json::to_value(input)?.into();
        let response = self.runtime.block_on(self.decision.evaluate(input)).map_err(|why| anyhow::anyhow!("{why}"))?;
        let score = response.result.dot("score").and_then(|score| score.as_number()).context("no score")?;
        let queue = response.result.dot("queue").and_then(|queue| queue.as_str().map(str::to_owned)).context("no queue")?;
        Ok(Outcome { score: score.to_string().parse::<f64>()? as i64, queue: queue.into() })
    }
}
