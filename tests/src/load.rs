//! A channel that does not give up: it delivers, notes what was answered 2xx, and tries again what was not.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::http;

/// Several senders at work.
pub struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<BTreeSet<String>>>,
    senders: Vec<JoinHandle<()>>,
}

/// Where the next delivery's number comes from, across loads.
#[derive(Clone, Default)]
pub struct Numbers(Arc<AtomicU64>);

impl Load {
    /// Starts `senders` threads that post to `url` until stopped or refused a connection. `body` makes the delivery of a number.
    #[must_use]
    pub fn start(url: &str, senders: usize, numbers: &Numbers, body: fn(u64) -> String) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
        let threads = (0..senders)
            .map(|_| {
                let (url, numbers, stop, acknowledged) = (url.to_owned(), numbers.clone(), Arc::clone(&stop), Arc::clone(&acknowledged));
                std::thread::spawn(move || send(&url, &numbers, &stop, &acknowledged, body))
            })
            .collect();
        Self { stop, acknowledged, senders: threads }
    }

    /// How many were answered 2xx so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The ids of what was answered 2xx so far.
    #[must_use]
    pub fn acknowledged(&self) -> BTreeSet<String> {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops the senders; the ids of what was answered 2xx.
    #[must_use]
    pub fn finish(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::SeqCst);
        for sender in self.senders {
            let _ = sender.join();
        }
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The id of a delivery's item.
#[must_use]
pub fn item_id(number: u64) -> String {
    format!("load-{number:07}")
}

fn send(url: &str, numbers: &Numbers, stop: &AtomicBool, acknowledged: &Mutex<BTreeSet<String>>, body: fn(u64) -> String) {
    while !stop.load(Ordering::SeqCst) {
        let number = numbers.0.fetch_add(1, Ordering::SeqCst);
        let headers = [("content-type".to_owned(), "application/json".to_owned())];
        match http::request("POST", url, &headers, body(number).as_bytes()) {
            Ok(answer) if (200..300).contains(&answer.status) => {
                acknowledged.lock().unwrap_or_else(PoisonError::into_inner).insert(item_id(number));
            }
            Ok(_) => {}
            // Nobody there: the host is dead. What was in flight is unknown, which is allowed: only 2xx is a promise.
            Err(_) => return,
        }
    }
}
