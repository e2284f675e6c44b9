//! Arithmetic with keys that the guest never sees. `key` is the name of a secret that the plugin asks for in its manifest.

pub use crate::contract::vocabulary::pointsman::host::keys::{Algorithm, Error};

#[cfg(target_family = "wasm")]
use crate::contract::vocabulary::pointsman::host::keys as host;
#[cfg(not(target_family = "wasm"))]
use crate::testing::keys as host;

/// The message authentication code of `data`.
///
/// # Errors
/// Without a grant, or when the algorithm is no HMAC.
pub fn mac(key: &str, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, Error> {
    host::mac(key, algorithm, data)
}

/// Whether `signature` is right for `data`, compared in constant time.
///
/// # Errors
/// Without a grant, or when the algorithm is neither an HMAC nor Ed25519.
pub fn verify(key: &str, algorithm: Algorithm, data: &[u8], signature: &[u8]) -> Result<bool, Error> {
    host::verify(key, algorithm, data, signature)
}

/// The plain text of `data`.
///
/// # Errors
/// Without a grant, when the algorithm is no AES, or when iv or data have a wrong form.
pub fn decrypt(key: &str, algorithm: Algorithm, iv: &[u8], data: &[u8]) -> Result<Vec<u8>, Error> {
    host::decrypt(key, algorithm, iv, data)
}
