//! The one place where compiled code enters the process.

use wasmtime::Engine;
use wasmtime::component::Component;

/// Compiled code that this host has made itself: fresh from its own compiler, or from the cache with a valid seal.
pub(crate) struct OwnCode<'a>(&'a [u8]);

impl<'a> OwnCode<'a> {
    /// Vouches for the bytes. Only staging may.
    pub(super) fn vouch(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

/// Makes a component of compiled code. Code of another version or configuration is an error, not harm: wasmtime checks for it.
#[expect(unsafe_code, reason = "wasmtime cannot check machine code; who made it is what vouches for it")]
pub(crate) fn load(engine: &Engine, code: &OwnCode<'_>) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize` must only be given what `precompile_component` returned, unchanged. `OwnCode` is made only of the output of our
    // own compiling child and of cache files whose HMAC, under a key that only this host's user can read, has been verified.
    unsafe { Component::deserialize(engine, code.0) }
}
