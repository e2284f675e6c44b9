use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

use crate::signature::{KeySource, Keyring};

/// Why there are no keys.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RemoteKeysError {
    /// There are none to be had there: gone, refused, or no keys. Asking again soon changes nothing.
    #[error("{0}")]
    None(String),
    /// Not now: no answer in time, a server that fails, too many questions at once.
    #[error("{0}")]
    Unavailable(String),
}

/// Keys that others publish, by the host's checked way to the network: addresses, sizes and times are bounded, what was found is kept for a
/// while, and what was not found too. Guest code has no part in it.
#[async_trait]
pub trait RemoteKeys: Send + Sync {
    /// What is published there. `private_network` allows addresses that are not public, and `http:`.
    ///
    /// # Errors
    /// See [`RemoteKeysError`].
    async fn keys(&self, source: &KeySource, private_network: bool) -> Result<Arc<Keyring>, RemoteKeysError>;

    /// What is published there now, when `known` may be out of date because a key was changed; `None` when it was asked for only just now, or
    /// there is nothing else.
    async fn renewed(&self, source: &KeySource, private_network: bool, known: &Arc<Keyring>) -> Option<Arc<Keyring>>;

    /// Asks for a URL that a genuine delivery names, to confirm that deliveries are wanted.
    ///
    /// # Errors
    /// See [`RemoteKeysError`].
    async fn confirm(&self, url: &str) -> Result<(), RemoteKeysError>;
}
