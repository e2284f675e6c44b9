//! Makes plugin files from seeds: components that nobody wrote, for the test `smith` of `host/runtime`.
//!
//! A program of its own, so that the generator's tree stays out of the host's: it reads a seed a line and answers how the file was made, its
//! length, and its bytes. The same seed makes the same file.

mod chance;
mod forge;
mod mutate;
mod sane;

use std::io::{BufRead as _, Write as _};

use anyhow::{Context as _, Result};

fn main() -> Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let seed = line?.trim().parse().context("a seed is a number")?;
        // The generator has bugs of its own, which are no concern of the host's.
        let made = std::panic::catch_unwind(|| forge::forge(seed)).unwrap_or_else(|_| Ok(forge::Forged::nothing("the generator failed")));
        let forge::Forged { bytes, how } = made?;
        writeln!(out, "{how}\n{}", bytes.len())?;
        out.write_all(&bytes)?;
        out.flush()?;
    }
    Ok(())
}
