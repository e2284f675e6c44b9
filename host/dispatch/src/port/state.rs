use async_trait::async_trait;
use thiserror::Error;

/// A stored entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateEntry {
    /// What was put.
    pub value: Vec<u8>,
    /// Grows with every write of the key.
    pub version: u64,
}

/// Why nothing was read or written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StateError {
    /// The quota would be exceeded.
    #[error("the quota of {bytes_max} bytes would be exceeded")]
    Quota {
        /// The quota.
        bytes_max: u64,
    },
    /// The stored version is another.
    #[error("the stored version is not the expected one")]
    Conflict,
    /// Try later.
    #[error("the state is not available: {0}")]
    Unavailable(String),
}

/// Plugins' own small state, apart for each configured plugin name. Keys are 1 to 256 bytes.
#[async_trait]
pub trait State: Send + Sync {
    /// Reads an entry whose time is not over.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn get(&self, plugin: &str, key: &str) -> Result<Option<StateEntry>, StateError>;
    /// Writes when the stored version is `expected` (none: absent), within `bytes_max` for all keys and values of the plugin.
    ///
    /// # Errors
    /// See [`StateError`].
    #[allow(clippy::too_many_arguments, reason = "field by field the contract's state.put")]
    async fn put(
        &self,
        plugin: &str,
        key: &str,
        value: Vec<u8>,
        expected: Option<u64>,
        subject: Option<String>,
        ttl_ms: Option<u64>,
        bytes_max: u64,
    ) -> Result<u64, StateError>;
    /// Removes an entry.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn delete(&self, plugin: &str, key: &str) -> Result<(), StateError>;
}
