//! Running other programs, and saying what is done. All output of xtask itself goes to stderr: stdout belongs to what is run.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The repository's root: where this package's manifest lies, one up.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_path_buf(), Path::to_path_buf)
}

/// Says which step begins.
pub(crate) fn say(step: &str) {
    let _ = writeln!(std::io::stderr(), "\u{1b}[1m── {step}\u{1b}[0m");
}

/// Says what went wrong.
pub(crate) fn say_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "\u{1b}[1;31merror:\u{1b}[0m {text}");
}

/// Cargo as it was called, in the repository's root.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Cargo in the plugins' workspace, where another toolchain and other flags hold.
pub(crate) fn plugins_cargo() -> Command {
    let mut command = cargo();
    command.current_dir(root().join("plugins"));
    command
}

/// Runs it to its end; its failure is ours.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs it without a sound; whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What it prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({})", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn show(command: &Command) -> String {
    let mut words = vec![command.get_program()];
    words.extend(command.get_args());
    words.into_iter().map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// A program that cargo built beside this one.
pub(crate) fn built(name: &str) -> PathBuf {
    let here = std::env::current_exe().unwrap_or_default();
    here.parent().map(|folder| folder.join(name)).unwrap_or_default()
}
