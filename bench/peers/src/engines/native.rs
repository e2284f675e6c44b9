//! The policy compiled into the program: what nothing can beat.

use anyhow::Result;
use policy::Input;

use super::NONE;
use crate::contender::{About, Contender, Outcome};

/// A function call.
pub struct Native;

impl Contender for Native {
    fn about(&self) -> About {
        About {
            name: "native",
            title: "native Rust".to_owned(),
            version: env!("CARGO_PKG_RUST_VERSION").to_owned(),
            limits: "none",
            state: NONE,
        }
    }

    fn decide(&mut self, input: &Input) -> Result<Outcome> {
        let decided = policy::decide(&input.subject());
        Ok(Outcome { score: decided.score, queue: decided.queue.into() })
    }
}
