//! The toolchain for guests: whatever can build `wasm32-unknown-unknown` on this machine.
//!
//! First choice is the target of the toolchain in use. Where it is not installed, Debian's `rustc-web` beside `rust-web-src` builds the
//! standard library from source; otherwise `rustup` is asked for the target, and at last Debian's packages are installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell;
use crate::tools;

/// The target that guests are built for: no system interface, so the import list is the sandbox.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const WEB_RUSTC: &str = "/usr/bin/rustc";

/// How guests are built here.
#[derive(Clone, Debug)]
pub(crate) enum Toolchain {
    /// The toolchain in use has the target.
    Installed,
    /// Debian's compiler, which builds the standard library itself and borrows our linker.
    BuildStd {
        /// `rust-lld`.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Finds one, installing it when there is none.
    pub(crate) fn find() -> Result<Self> {
        if let Some(found) = Self::present()? {
            return Ok(found);
        }
        shell::say(&format!("rustup target add {TARGET}"));
        if shell::succeeds(Command::new("rustup").args(["target", "add", TARGET])) {
            return Ok(Self::Installed);
        }
        tools::install_debian(&["rustc-web", "rust-web-src"])?;
        match Self::present()? {
            Some(found) => Ok(found),
            None => bail!("no compiler for {TARGET}: run `rustup target add {TARGET}`, or install Debian's `rustc-web` and `rust-web-src`"),
        }
    }

    /// A cargo command in the plugins' workspace that builds guests.
    pub(crate) fn cargo_build(&self) -> Command {
        let mut command = shell::plugins_cargo();
        command.args(["build", "--release", "--target", TARGET]);
        if let Self::BuildStd { linker } = self {
            // `RUSTC` is named by path: cargo is rustup's, the compiler is not.
            command.env_remove("RUSTUP_TOOLCHAIN");
            command.env("RUSTC", WEB_RUSTC).env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            command.arg("-Zbuild-std=std,panic_abort");
        }
        command
    }

    fn present() -> Result<Option<Self>> {
        let sysroot = sysroot()?;
        if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
            return Ok(Some(Self::Installed));
        }
        let web = Path::new(WEB_RUSTC).exists() && Path::new("/usr/lib/rustlib/src/rust/library/std/Cargo.toml").exists();
        match (web, linker(&sysroot)) {
            (true, Some(linker)) => Ok(Some(Self::BuildStd { linker })),
            _ => Ok(None),
        }
    }
}

fn sysroot() -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = shell::output(Command::new(rustc).args(["--print", "sysroot"])).context("looking for the toolchain")?;
    Ok(PathBuf::from(printed.trim()))
}

fn linker(sysroot: &Path) -> Option<PathBuf> {
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|lld| lld.is_file())
}
