//! CEL: one program for each rule, as CEL has no statements.

use ::policy::Input;
use anyhow::{Context as _, Result, bail};
use cel::{Context, Program, Value};
use policy::tongue::Policy;

use super::NONE;
use crate::contender::{About, Contender, Outcome};
use crate::script::CEL;
use crate::versions;

/// The rules, compiled.
pub struct Cel {
    score: Vec<(Program, i64)>,
    route: Vec<(Program, String)>,
    root: Context<'static, 'static>,
}

impl Cel {
    /// Compiles the rules.
    pub fn load(policy: &Policy) -> Result<Self> {
        let compile = |text: String| Program::compile(&text).map_err(|why| anyhow::anyhow!("{text}: {why}"));
        let score = policy.score.iter().map(|rule| Ok((compile(CEL.all(&rule.when))?, rule.points))).collect::<Result<_>>()?;
        let route = policy.route.iter().map(|rule| Ok((compile(CEL.all(&rule.when))?, rule.queue.clone()))).collect::<Result<_>>()?;
        Ok(Self { score, route, root: Context::default() })
    }
}

impl Contender for Cel {
    fn about(&self) -> About {
        About { name: "cel", title: "cel".to_owned(), version: versions::of("cel"), limits: "none", state: NONE }
    }

    fn decide(&mut self, input: &Input) -> Result<Outcome> {
        let mut context = self.root.new_inner_scope();
        context.add_variable("i", cel::to_value(input).map_err(|why| anyhow::anyhow!("{why}"))?)?;
        let mut score = 0;
        for (program, points) in &self.score {
            if holds(program, &context)? {
                score += points;
            }
        }
        let score = score.clamp(0, 100);
        context.add_variable("score", score)?;
        for (program, queue) in &self.route {
            if holds(program, &context)? {
                return Ok(Outcome { score, queue: queue.clone().into() });
            }
        }
        bail!("no rule holds")
    }
}

fn holds(program: &Program, context: &Context<'_, '_>) -> Result<bool> {
    match program.execute(context).context("a condition")? {
        Value::Bool(holds) => Ok(holds),
        other => bail!("a condition gave {other:?}"),
    }
}
