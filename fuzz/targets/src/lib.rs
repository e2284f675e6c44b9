//! What the fuzzer feeds: one module for each parser of foreign bytes, each a function from bytes to nothing, which panics when a law is
//! broken.
//!
//! The same functions run in two places. `cargo xtask fuzz` builds them into libFuzzer programs (the workspace in `fuzz/`), which look for
//! inputs for as long as they are let. `tests/seeds.rs` runs them as an ordinary test over their seeds, over a fixed number of mutations of
//! those and over every input that once broke a law (`fuzz/regressions/`): bounded, the same each time, without a fuzzer.
//!
//! Seeds are made from the cases that the crates and plugins already have, so there is no corpus to keep.

#[cfg(feature = "component")]
pub mod component;
pub mod condition;
pub mod configuration;
pub mod hook;
pub mod mail;
pub mod plugin_manifest;
mod repository;
pub mod signature;

use std::path::Path;

// The house of the server's own tests is taken in as it is, and names these.
pub(crate) use server::{Access, ServerSettings, Services, Shutdown, Token, Tokens, bind, serve};

/// The folder that seeds are written to before the fuzzer looks at its corpus.
const SEEDS_VARIABLE: &str = "POINTSMAN_FUZZ_SEEDS";

/// One parser under test.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The program's name.
    pub name: &'static str,
    run: fn(&[u8]),
    seeds: fn() -> Vec<Vec<u8>>,
}

impl Target {
    /// Feeds it. Panics when a law is broken.
    pub fn run(&self, bytes: &[u8]) {
        (self.run)(bytes);
    }

    /// What to start from.
    #[must_use]
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        (self.seeds)()
    }

    /// Before the fuzzer begins: writes the seeds where it is told to.
    pub fn prepare(&self) {
        let Some(folder) = std::env::var_os(SEEDS_VARIABLE) else { return };
        for (number, seed) in self.seeds().iter().enumerate() {
            // Without a seed the fuzzer starts from less; that is all.
            let _ = std::fs::write(Path::new(&folder).join(format!("seed-{number:04}")), seed);
        }
    }
}

/// All of them.
pub const TARGETS: &[Target] = &[
    #[cfg(feature = "component")]
    component::TARGET,
    condition::TARGET,
    configuration::TARGET,
    hook::TARGET,
    mail::TARGET,
    plugin_manifest::TARGET,
    signature::TARGET,
];
