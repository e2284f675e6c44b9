use async_trait::async_trait;

use super::{Nothing, StoreError};

/// Where tokens that the host obtained outlast a restart, sealed by who keeps them: whoever reads the store reads none of them.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// What was kept last under this key.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn kept(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Keeps this instead of what was kept before. When it returns, it survives a power cut.
    ///
    /// # Errors
    /// When it is not durable.
    async fn keep(&self, key: &str, sealed: Vec<u8>) -> Result<(), StoreError>;
}

#[async_trait]
impl Tokens for Nothing {
    async fn kept(&self, _key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    async fn keep(&self, _key: &str, _sealed: Vec<u8>) -> Result<(), StoreError> {
        Ok(())
    }
}
