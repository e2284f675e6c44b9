use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::Timestamp;

/// Questions to one host in one window: strangers choose the host, and it must not be flooded by our hand.
const PER_HOST_MAX: u32 = 240;
const WINDOW_MS: u64 = 60_000;
/// Hosts in one window.
const HOSTS_MAX: usize = 4_096;

/// How often each host was asked in the window that runs.
#[derive(Debug, Default)]
pub(super) struct Hosts(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    began_at: Timestamp,
    asked: HashMap<String, u32>,
}

impl Hosts {
    /// Whether this host may be asked once more; then it counts.
    pub(super) fn may_ask(&self, host: &str, now: Timestamp) -> bool {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.since_ms(window.began_at) >= WINDOW_MS {
            *window = Window { began_at: now, asked: HashMap::new() };
        }
        if window.asked.len() >= HOSTS_MAX && !window.asked.contains_key(host) {
            return false;
        }
        let asked = window.asked.entry(host.to_owned()).or_default();
        *asked += 1;
        *asked <= PER_HOST_MAX
    }
}
