//! The plugin's own small state, for edge roles, kept between calls under a quota.

pub use crate::contract::vocabulary::pointsman::host::state::{Entry, Error};

use crate::Failure;
#[cfg(target_family = "wasm")]
use crate::contract::vocabulary::pointsman::host::state as host;
#[cfg(not(target_family = "wasm"))]
use crate::testing::state as host;

/// Reads an entry; none when there is none or its time is over. Keys are 1 to 256 bytes.
///
/// # Errors
/// Without a grant, or when the state is not available.
pub fn get(key: &str) -> Result<Option<Entry>, Error> {
    host::get(key)
}

/// Writes when the stored version is `expected` (none: when the key is absent) and gives the new version. `subject` ties the entry to a
/// person, so that erasing the person erases it.
///
/// # Errors
/// `Conflict` when the version is another: read again and decide anew.
pub fn put(key: &str, value: &[u8], expected: Option<u64>, subject: Option<&str>, ttl_ms: Option<u64>) -> Result<u64, Error> {
    host::put(key, value, expected, subject, ttl_ms)
}

/// Removes an entry; no error when there is none.
///
/// # Errors
/// Without a grant, or when the state is not available.
pub fn delete(key: &str) -> Result<(), Error> {
    host::delete(key)
}

/// The failure that a role gives back when its state refused.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NotGranted => Self::Never("the plugin was not granted state".to_owned()),
            Error::Quota => Self::Never("the plugin's state is full".to_owned()),
            Error::Conflict => Self::Later((None, "another call has changed the state".to_owned())),
            Error::Unavailable(why) => Self::Later((None, why)),
        }
    }
}
