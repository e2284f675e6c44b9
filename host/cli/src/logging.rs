//! The program's own log, on stderr: for people on a terminal, JSON with `--json`. It never holds what customers said.

use tracing_subscriber::EnvFilter;

use crate::args::Cli;

/// Starts it; `RUST_LOG` chooses, `warn` unless serving.
pub(crate) fn start(cli: &Cli) {
    let usual = if matches!(cli.command, crate::args::Command::Serve(_)) { "info" } else { "warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    if cli.json { log.json().init() } else { log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).compact().init() }
}
