//! The two streams: findings on stdout, everything else on stderr.

use std::io::{IsTerminal as _, Write as _};

use serde::Serialize;

/// A line of findings. A reader that has gone away (`| head`) is no failure.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// The same; whether somebody read it.
pub(crate) fn written(text: &str) -> bool {
    writeln!(std::io::stdout(), "{text}").is_ok()
}

/// One value as one line of JSON.
pub(crate) fn json<T: Serialize>(value: &T) {
    match serde_json::to_string(value) {
        Ok(text) => line(&text),
        Err(error) => diagnostic(&format!("cannot be written as JSON: {error}")),
    }
}

/// Something about the work, not its findings.
pub(crate) fn diagnostic(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// What went wrong.
pub(crate) fn error(text: &str) {
    if std::io::stderr().is_terminal() {
        diagnostic(&format!("\u{1b}[1;31merror:\u{1b}[0m {text}"));
    } else {
        diagnostic(&format!("error: {text}"));
    }
}

/// Whether stdout is a terminal.
pub(crate) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}
