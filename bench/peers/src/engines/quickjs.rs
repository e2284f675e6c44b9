//! QuickJS by rquickjs, with its limits on: memory, and an interrupt by the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::policy::Input;
use anyhow::Result;
use policy::tongue::Policy;
use rquickjs::{Context, Ctx, Function, Object, Persistent, Runtime};

use super::{FRESH, REUSED};
use crate::contender::{About, Contender, Outcome};
use crate::{script, versions};

/// Looks of the interrupt handler that a call may use up.
const LOOKS_MAX: u64 = 10_000;

/// A runtime, and the function when its context is reused.
pub struct QuickJs {
    // Before the runtime: dropped first.
    function: Option<(Context, Persistent<Function<'static>>)>,
    runtime: Runtime,
    source: String,
    looks: Arc<AtomicU64>,
}

impl QuickJs {
    /// A bounded runtime.
    pub fn load(policy: &Policy, reused: bool) -> Result<Self> {
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(64 << 20);
        let looks = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&looks);
        runtime.set_interrupt_handler(Some(Box::new(move || seen.fetch_add(1, Ordering::Relaxed) > LOOKS_MAX)));
        let source = script::js(policy);
        let function = if reused {
            let context = Context::full(&runtime)?;
            let function = context.with(|ctx| define(&ctx, &source).map(|function| Persistent::save(&ctx, function)))?;
            Some((context, function))
        } else {
            None
        };
        Ok(Self { function, runtime, source, looks })
    }
}

impl Contender for QuickJs {
    fn about(&self) -> About {
        let (name, state) = if self.function.is_some() { ("quickjs", REUSED) } else { ("quickjs-fresh", FRESH) };
        About { name, title: "QuickJS (rquickjs)".to_owned(), version: versions::of("rquickjs"), limits: "memory, interrupt", state }
    }

    fn decide(&mut self, input: &Input) -> Result<Outcome> {
        self.looks.store(0, Ordering::Relaxed);
        let input = serde_json::to_vec(input)?;
        match &self.function {
            Some((context, function)) => {
                let function = function.clone();
                Ok(context.with(|ctx| call(&ctx, &function.restore(&ctx)?, input))?)
            }
            None => {
                let context = Context::full(&self.runtime)?;
                Ok(context.with(|ctx| call(&ctx, &define(&ctx, &self.source)?, input))?)
            }
        }
    }
}

fn define<'js>(ctx: &Ctx<'js>, source: &str) -> rquickjs::Result<Function<'js>> {
    ctx.eval::<(), _>(source)?;
    ctx.globals().get("decide")
}

fn call<'js>(ctx: &Ctx<'js>, function: &Function<'js>, input: Vec<u8>) -> rquickjs::Result<Outcome> {
    let decided: Object<'js> = function.call((ctx.json_parse(input)?,))?;
    let queue: String = decided.get("queue")?;
    Ok(Outcome { score: decided.get("score")?, queue: queue.into() })
}
