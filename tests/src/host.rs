//! A running `pointsman serve`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::http::{self, Answer};

/// How a host is started.
#[derive(Clone, Debug, Default)]
pub struct HostOptions {
    /// Environment: secrets, mostly.
    pub env: Vec<(String, String)>,
    /// The host's own log goes to our stderr.
    pub loud: bool,
}

/// A host in a process of its own; killed when dropped.
pub struct Host {
    child: Child,
    listening: Value,
    log: Arc<Mutex<String>>,
}

impl Host {
    /// Starts `pointsman serve --json` on a configuration and waits until it says where it listens.
    ///
    /// # Errors
    /// When it ends before, with what it said.
    pub fn start(config: &Path, options: &HostOptions) -> Result<Self> {
        let mut command = Command::new(binary()?);
        command.args(["serve", "--json", "--config"]).arg(config).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("RUST_LOG", "warn").envs(options.env.iter().cloned());
        let mut child = command.spawn().context("starting pointsman")?;
        let log = drain(&mut child, options.loud)?;
        let stdout = child.stdout.take().context("no stdout")?;
        let mut lines = BufReader::new(stdout);
        let mut first = String::new();
        lines.read_line(&mut first)?;
        if first.trim().is_empty() {
            let status = child.wait()?;
            let log = log.lock().unwrap_or_else(PoisonError::into_inner).clone();
            bail!("pointsman ended before it listened ({status}):\n{log}");
        }
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        let listening = serde_json::from_str(&first).with_context(|| format!("not what serve says first: {first}"))?;
        Ok(Self { child, listening, log })
    }

    /// `http://address:port`
    #[must_use]
    pub fn url(&self) -> String {
        self.listening.get("http").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Where this connector takes mails.
    #[must_use]
    pub fn lmtp(&self, connector: &str) -> String {
        self.listening.pointer(&format!("/lmtp/{connector}")).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// What it logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the API.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub fn api(&self, path: &str) -> Result<Answer> {
        http::get(&format!("{}/api/v1{path}", self.url()))
    }

    /// Waits until `done` says so about the totals.
    ///
    /// # Errors
    /// When it does not within the time.
    pub fn wait_for_totals(&self, within: Duration, done: impl Fn(&Value) -> bool) -> Result<Value> {
        let until = Instant::now() + within;
        loop {
            let totals = self.api("/totals")?.json()?;
            if done(&totals) {
                return Ok(totals);
            }
            if Instant::now() > until {
                bail!("not within {within:?}; totals: {totals}\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The end without a warning.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end and waits until it has.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop(mut self) -> Result<()> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        let status = self.child.wait()?;
        if !status.success() {
            bail!("pointsman ended with {status}:\n{}", self.log());
        }
        Ok(())
    }

    /// Waits for its own end.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn wait(mut self) -> Result<()> {
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { bail!("pointsman ended with {status}") }
    }

    /// Of the process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn drain(child: &mut Child, loud: bool) -> Result<Arc<Mutex<String>>> {
    let log = Arc::new(Mutex::new(String::new()));
    let shared = Arc::clone(&log);
    let mut stderr = child.stderr.take().context("no stderr")?;
    std::thread::spawn(move || {
        let mut buffer = [0_u8; 4096];
        while let Ok(count @ 1..) = stderr.read(&mut buffer) {
            let text = String::from_utf8_lossy(buffer.get(..count).unwrap_or_default()).into_owned();
            if loud {
                use std::io::Write as _;
                let _ = std::io::stderr().write_all(text.as_bytes());
            }
            shared.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
        }
    });
    Ok(log)
}

/// The repository's root.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// `plugins/dist`
#[must_use]
pub fn plugins_dir() -> PathBuf {
    repository().join("plugins/dist")
}

/// The test data outside the repository, when `POINTSMAN_SHARED` says where it is.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    std::env::var_os("POINTSMAN_SHARED").map(PathBuf::from).filter(|path| path.is_dir())
}

/// The binary as it was built last: `POINTSMAN_BIN`, or beside the program that asks.
///
/// # Errors
/// When there is none.
pub fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("POINTSMAN_BIN") {
        return Ok(path.into());
    }
    let here = std::env::current_exe()?;
    let found = here.ancestors().skip(1).map(|folder| folder.join("pointsman")).find(|path| path.is_file());
    found.context("there is no `pointsman` binary beside the tests: `cargo build -p pointsman`, or use `cargo xtask test`")
}
