//! How long to wait before the next try.

use sha2::{Digest as _, Sha256};

use super::DrainSettings;

/// Doubles with each try up to the most, and lies in the upper half of that: by the key and the number of the try, so that many that failed
/// together do not come back together, and the same thing waits as long when it is computed again.
pub(super) fn wait_ms(settings: &DrainSettings, key: &str, tries: u32) -> u64 {
    let doubled = settings.backoff_ms.max(1).saturating_mul(1_u64.checked_shl(tries.saturating_sub(1).min(40)).unwrap_or(u64::MAX));
    let whole = doubled.min(settings.backoff_ms_max.max(1));
    let half = whole / 2;
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    hash.update(tries.to_le_bytes());
    let random = hash.finalize().first_chunk::<8>().copied().map(u64::from_le_bytes).unwrap_or_default();
    half.saturating_add(random % whole.saturating_sub(half).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_most_and_differ() {
        let settings = DrainSettings { backoff_ms: 1_000, backoff_ms_max: 60_000, ..DrainSettings::default() };
        for (tries, whole) in [(0, 1_000), (1, 1_000), (2, 2_000), (5, 16_000), (7, 60_000), (4_000_000_000, 60_000)] {
            for key in ["a", "b", "c"] {
                let wait = wait_ms(&settings, key, tries);
                assert!((whole / 2..=whole).contains(&wait), "{tries}: {wait}");
                assert_eq!(wait, wait_ms(&settings, key, tries));
            }
        }
        assert_ne!(wait_ms(&settings, "a", 7), wait_ms(&settings, "b", 7));
    }
}
