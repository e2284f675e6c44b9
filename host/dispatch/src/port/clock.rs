use async_trait::async_trait;
use model::Timestamp;

/// The only source of time. Tests replace it.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Returns when `at` has come; at once when it has passed.
    async fn wait_until(&self, at: Timestamp);
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    async fn wait_until(&self, at: Timestamp) {
        tokio::time::sleep(std::time::Duration::from_millis(at.since_ms(self.now()))).await;
    }
}
