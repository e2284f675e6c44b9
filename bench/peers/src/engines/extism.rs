//! Extism: the same Rust code as a guest, JSON in and JSON out, with its limits on.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};
use policy::Input;
use serde::Deserialize;

use super::{FRESH, REUSED};
use crate::contender::{About, Contender, Outcome};
use crate::versions;

/// A compiled plugin, and its instance when it is reused.
pub struct Extism {
    compiled: CompiledPlugin,
    plugin: Option<Plugin>,
}

#[derive(Deserialize)]
struct Decided {
    score: i64,
    queue: String,
}

impl Extism {
    /// Compiles the guest.
    pub fn load(guest: &Path, reused: bool) -> Result<Self> {
        // 1,024 pages of 64 KiB.
        let manifest = Manifest::new([Wasm::data(std::fs::read(guest)?)]).with_memory_max(1_024).with_timeout(Duration::from_millis(50));
        let builder = PluginBuilder::new(manifest).with_wasi(false).with_fuel_limit(50_000_000).with_cache_disabled();
        let compiled = CompiledPlugin::new(builder)?;
        let plugin = if reused { Some(Plugin::new_from_compiled(&compiled)?) } else { None };
        Ok(Self { compiled, plugin })
    }
}

impl Contender for Extism {
    fn about(&self) -> About {
        let (name, state) = if self.plugin.is_some() { ("extism", REUSED) } else { ("extism-fresh", FRESH) };
        About { name, title: "Extism".to_owned(), version: versions::of("extism"), limits: "memory, time, fuel", state }
    }

    fn decide(&mut self, input: &Input) -> Result<Outcome> {
        let input = serde_json::to_vec(input)?;
        let decided: Decided = match &mut self.plugin {
            Some(plugin) => serde_json::from_slice(plugin.call::<&[u8], &[u8]>("decide", &input)?)?,
            None => {
                let mut plugin = Plugin::new_from_compiled(&self.compiled)?;
                serde_json::from_slice(plugin.call::<&[u8], &[u8]>("decide", &input)?)?
            }
        };
        Ok(Outcome { score: decided.score, queue: decided.queue.into() })
    }
}
