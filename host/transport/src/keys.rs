//! Keys that others publish, fetched for signatures: an actor's key, an issuer's set, a certificate.
//!
//! Who sends a delivery may name the place of its key, so that everything here is done for strangers: only `https:` and public addresses
//! (unless the operator lets the plugin into the private network), no other host than the one named, small answers, short waits, few questions
//! to one host, and an answer counts for a while, whether it was one or not. Of those who wait for the same key one asks.

mod fetch;
mod hosts;
mod kept;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use dispatch::port::{Clock, Egress, RemoteKeys, RemoteKeysError};
use dispatch::signature::{KeySource, Keyring};
use moka::future::Cache;

use self::fetch::Fetch;
use self::kept::{Kept, STALE_MS_MAX};

/// Most bytes of documents of which the keys are kept.
const KEPT_BYTES_MAX: u64 = 16 << 20;

/// A place, and whether it may be in the private network.
type Place = (KeySource, bool);

/// Keys by the checked way to the network, kept in memory.
pub struct FetchedKeys {
    fetch: Fetch,
    clock: Arc<dyn Clock>,
    kept: Cache<Place, Kept>,
}

impl FetchedKeys {
    /// Asks through `egress`; ages by `clock`.
    #[must_use]
    pub fn new(egress: Arc<dyn Egress>, clock: Arc<dyn Clock>) -> Self {
        let weight = |_: &Place, kept: &Kept| kept.bytes();
        let kept = Cache::builder().weigher(weight).max_capacity(KEPT_BYTES_MAX);
        // By the machine's clock, so that nothing stays for ever; what counts is decided by `clock`.
        let kept = kept.time_to_live(std::time::Duration::from_millis(STALE_MS_MAX)).build();
        Self { fetch: Fetch::new(egress), clock, kept }
    }

    /// What is there now, or what was there while nobody answers.
    async fn ask(&self, place: &Place, before: Option<Kept>) -> Kept {
        let now = self.clock.now();
        Kept::after(self.fetch.keys(&place.0, place.1, now).await, before, now)
    }
}

#[async_trait]
impl RemoteKeys for FetchedKeys {
    async fn keys(&self, source: &KeySource, private_network: bool) -> Result<Arc<Keyring>, RemoteKeysError> {
        let (place, now) = ((source.clone(), private_network), self.clock.now());
        let before = self.kept.get(&place).await;
        let asked = self.ask(&place, before);
        let entry = self.kept.entry_by_ref(&place).or_insert_with_if(asked, |kept| kept.is_due(now)).await;
        entry.into_value().keys
    }

    async fn renewed(&self, source: &KeySource, private_network: bool, known: &Arc<Keyring>) -> Option<Arc<Keyring>> {
        let (place, now) = ((source.clone(), private_network), self.clock.now());
        let before = self.kept.get(&place).await;
        let asked = self.ask(&place, before);
        let entry = self.kept.entry_by_ref(&place).or_insert_with_if(asked, |kept| kept.may_be_renewed(known, now)).await;
        entry.into_value().keys.ok().filter(|keys| **keys != **known)
    }

    async fn confirm(&self, url: &str) -> Result<(), RemoteKeysError> {
        self.fetch.confirm(url, self.clock.now()).await
    }
}
