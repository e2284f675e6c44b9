use std::sync::LazyLock;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use model::Timestamp;

/// The only source of time. Tests replace it.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Time since some moment that stays the same while the process lives; it never goes back. Differences of it are what took how long.
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.now().0)
    }
    /// Returns when `at` has come; at once when it has passed.
    async fn wait_until(&self, at: Timestamp);
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn elapsed(&self) -> Duration {
        START.elapsed()
    }

    async fn wait_until(&self, at: Timestamp) {
        tokio::time::sleep(Duration::from_millis(at.since_ms(self.now()))).await;
    }
}
