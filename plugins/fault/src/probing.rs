//! What a plugin finds out that it should not.

use std::sync::Mutex;

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::keys::{self, Algorithm};
use pointsman_plugin::{Signal, state};

/// Calls and the last text, as this instance remembers them.
static MEMORY: Mutex<(u32, String)> = Mutex::new((0, String::new()));

/// What the host's functions answer.
pub(crate) fn host() -> Vec<Signal> {
    let http = match http::send(&Request::get("https://fault.example/")) {
        Ok(answer) => format!("answered {}", answer.status),
        Err(error) => refused(&error),
    };
    let state = match state::put("fault", b"was here", None, None, None) {
        Ok(version) => format!("written {version}"),
        Err(error) => refused(&error),
    };
    let keys = match keys::mac("fault", Algorithm::HmacSha256, b"x") {
        Ok(code) => format!("computed {} bytes", code.len()),
        Err(error) => refused(&error),
    };
    vec![Signal::new("fault-http", http), Signal::new("fault-state", state), Signal::new("fault-keys", keys)]
}

/// What this instance remembers of earlier texts; a fresh one remembers nothing.
pub(crate) fn remembered(text: &str) -> Vec<Signal> {
    let Ok(mut memory) = MEMORY.lock() else { return Vec::new() };
    let signals = vec![Signal::new("fault-calls", memory.0), Signal::new("fault-last", memory.1.as_str())];
    *memory = (memory.0.saturating_add(1), text.to_owned());
    signals
}

/// How many bytes somebody left behind.
pub(crate) fn residue() -> Signal {
    Signal::new("fault-residue", crate::memory::beyond_heap())
}

/// The name of the case, such as `NotGranted("…")`.
fn refused(error: &impl std::fmt::Debug) -> String {
    format!("{error:?}").trim_start_matches("Error::").to_owned()
}
