use std::sync::Arc;

use arc_swap::ArcSwap;

use super::Generation;

/// The generation that serves. Readers never wait: each unit of work loads it once and keeps what it loaded, so that a swap in between
/// cannot mix two configurations.
#[derive(Debug)]
pub struct Current(ArcSwap<Generation>);

impl Current {
    /// Serves this one first.
    #[must_use]
    pub fn new(generation: Arc<Generation>) -> Self {
        Self(ArcSwap::new(generation))
    }

    /// The generation that serves now.
    #[must_use]
    pub fn load(&self) -> Arc<Generation> {
        self.0.load_full()
    }

    /// Serves another one from now on; gives back the one that served.
    pub fn replace(&self, generation: Arc<Generation>) -> Arc<Generation> {
        self.0.swap(generation)
    }
}
