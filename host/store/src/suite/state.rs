use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use dispatch::port::{Clock, State, StateError};
use model::Timestamp;

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub(crate) struct StillClock(AtomicU64);

impl StillClock {
    pub(crate) fn pass(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

#[async_trait]
impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }

    async fn wait_until(&self, _at: Timestamp) {}
}

async fn put(state: &dyn State, plugin: &str, key: &str, value: &str, expected: Option<u64>) -> Result<u64, StateError> {
    state.put(plugin, key, value.as_bytes().to_vec(), expected, None, None, 10).await
}

async fn value(state: &dyn State, plugin: &str, key: &str) -> Option<String> {
    state.get(plugin, key).await.unwrap().map(|entry| String::from_utf8(entry.value).unwrap())
}

pub(crate) async fn writes_are_guarded_by_versions(state: &dyn State, _clock: &StillClock) {
    let first = put(state, "p", "k", "a", None).await.unwrap();
    assert_eq!(put(state, "p", "k", "b", None).await, Err(StateError::Conflict), "it is there");
    let second = put(state, "p", "k", "b", Some(first)).await.unwrap();
    assert!(second > first);
    assert_eq!(put(state, "p", "k", "c", Some(first)).await, Err(StateError::Conflict));
    assert_eq!(state.get("p", "k").await.unwrap().unwrap().version, second);
    state.delete("p", "k").await.unwrap();
    assert_eq!(put(state, "p", "k", "c", Some(second)).await, Err(StateError::Conflict), "it is gone");
    let third = put(state, "p", "k", "c", None).await.unwrap();
    assert!(third > second, "versions are never given twice");
    assert_eq!((value(state, "p", "k").await.as_deref(), value(state, "other", "k").await), (Some("c"), None));
}

pub(crate) async fn quotas_hold(state: &dyn State, _clock: &StillClock) {
    let over = Err(StateError::Quota { bytes_max: 10 });
    assert_eq!(put(state, "p", "k", "0123456789", None).await, over, "the key counts");
    let version = put(state, "p", "k", "012345678", None).await.unwrap();
    assert_eq!(put(state, "p", "l", "", None).await, over);
    put(state, "p", "k", "01234567", Some(version)).await.unwrap();
    put(state, "p", "l", "", None).await.unwrap();
    put(state, "other", "k", "012345678", None).await.unwrap();
    state.delete("p", "k").await.unwrap();
    put(state, "p", "m", "0123456", None).await.unwrap();
}

pub(crate) async fn time_ends_entries(state: &dyn State, clock: &StillClock) {
    state.put("p", "k", b"012345678".to_vec(), None, Some("ann".to_owned()), Some(100), 10).await.unwrap();
    clock.pass(99);
    assert_eq!(value(state, "p", "k").await.as_deref(), Some("012345678"));
    clock.pass(1);
    assert_eq!(value(state, "p", "k").await, None);
    put(state, "p", "l", "01234567", None).await.unwrap();
    put(state, "p", "k", "", None).await.unwrap();
}
