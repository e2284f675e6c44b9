use std::sync::Arc;

use dispatch::port::RemoteKeysError;
use dispatch::signature::Keyring;
use model::Timestamp;

/// Keys count so long before they are asked for again.
const FRESH_MS: u64 = 3_600_000;
/// While nobody answers, keys that were there count so long: an outage of the issuer is no outage of ours.
pub(super) const STALE_MS_MAX: u64 = 86_400_000;
/// After "there are none", and after no answer at all.
const NONE_MS: u64 = 300_000;
const UNAVAILABLE_MS: u64 = 15_000;
/// Between two questions for keys that are there, when a delivery does not fit them: keys are changed rarely, and forgeries come often.
const RENEW_MS_MIN: u64 = 30_000;
/// What an entry needs beside its document.
const ENTRY_BYTES: u32 = 512;

/// What was found at a place, or that nothing was.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) keys: Result<Arc<Keyring>, RemoteKeysError>,
    document_bytes: u32,
    found_at: Timestamp,
    asked_at: Timestamp,
    due_at: Timestamp,
}

impl Kept {
    /// After an answer. What was there before stays while there is none.
    pub(super) fn after(answer: Result<(Keyring, usize), RemoteKeysError>, before: Option<Self>, now: Timestamp) -> Self {
        match (answer, before) {
            (Ok((keys, bytes)), _) => Self {
                keys: Ok(Arc::new(keys)),
                document_bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
                found_at: now,
                asked_at: now,
                due_at: now.plus_ms(FRESH_MS),
            },
            (Err(RemoteKeysError::Unavailable(_)), Some(before)) if before.keys.is_ok() && before.is_recent(now) => {
                Self { asked_at: now, due_at: now.plus_ms(UNAVAILABLE_MS), ..before }
            }
            (Err(error), _) => {
                let wait_ms = if matches!(error, RemoteKeysError::None(_)) { NONE_MS } else { UNAVAILABLE_MS };
                Self { keys: Err(error), document_bytes: 0, found_at: now, asked_at: now, due_at: now.plus_ms(wait_ms) }
            }
        }
    }

    pub(super) fn bytes(&self) -> u32 {
        self.document_bytes.saturating_add(ENTRY_BYTES)
    }

    /// Whether it is time to ask again.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        now >= self.due_at
    }

    /// Whether somebody who found these keys not to fit may ask again: when nobody else did meanwhile.
    pub(super) fn may_be_renewed(&self, known: &Arc<Keyring>, now: Timestamp) -> bool {
        let same = self.keys.as_ref().is_ok_and(|keys| Arc::ptr_eq(keys, known));
        same && now.since_ms(self.asked_at) >= RENEW_MS_MIN
    }

    fn is_recent(&self, now: Timestamp) -> bool {
        now.since_ms(self.found_at) < STALE_MS_MAX
    }
}
