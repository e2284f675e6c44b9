//! A map from words to values with a fixed, quick hash: no seed, so every instance and every replay behaves alike.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Values by folded word.
pub type Table<T> = HashMap<Box<str>, T, BuildHasherDefault<Fnv>>;

/// FNV-1a, 64 bits. Settings and lexicons are the operator's own, so that hostile keys are no concern: what customers write is only
/// looked up, never inserted.
#[derive(Clone, Copy, Debug)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
