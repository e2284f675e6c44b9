//! regorus: Open Policy Agent's Rego in Rust.

use ::policy::Input;
use anyhow::{Context as _, Result};
use policy::tongue::Policy;
use regorus::{Engine, Value};

use super::NONE;
use crate::contender::{About, Contender, Outcome};
use crate::{script, versions};

/// An engine with the policy.
pub struct Rego(Engine);

impl Rego {
    /// Parses the policy.
    pub fn load(policy: &Policy) -> Result<Self> {
        let mut engine = Engine::new();
        engine.add_policy("bench.rego".to_owned(), script::rego(policy)?)?;
        Ok(Self(engine))
    }
}

impl Contender for Rego {
    fn about(&self) -> About {
        About { name: "regorus", title: "regorus (OPA's Rego)".to_owned(), version: versions::of("regorus"), limits: "none", state: NONE }
    }

    fn decide(&mut self, input: &Input) -> Result<Outcome> {
        self.0.set_input(Value::from_json_str(&serde_json::to_string(input)?)?);
        let decided = self.0.eval_rule("data.bench.decision".to_owned())?;
        let score = decided["score"].as_i64()?;
        let queue = decided["queue"].as_string().context("no queue")?.to_string();
        Ok(Outcome { score, queue: queue.into() })
    }
}
