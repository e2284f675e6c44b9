//! Randomness for tokens and keys, from the system.

use std::io::Read as _;

use crate::exit::{Done, Failure};

/// So many random bytes.
pub(crate) fn bytes<const N: usize>() -> Done<[u8; N]> {
    let mut bytes = [0; N];
    let mut source = std::fs::File::open("/dev/urandom").map_err(|error| Failure::unavailable(format!("no randomness: {error}")))?;
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}
