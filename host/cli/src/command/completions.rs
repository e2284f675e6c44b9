//! `pointsman completions SHELL`

use clap::CommandFactory as _;

use crate::args::{Cli, Completions};
use crate::exit::Done;

/// Prints them; the shell reads them from its configuration.
#[expect(clippy::unnecessary_wraps, reason = "every command has the same form")]
pub(crate) fn run(completions: &Completions) -> Done {
    clap_complete::generate(completions.shell, &mut Cli::command(), "pointsman", &mut std::io::stdout());
    Ok(())
}
