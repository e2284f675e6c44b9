//! The bounded child process that configures and compiles, from both sides.
//!
//! The parent writes a job to the child's standard input (length, JSON, component) and reads the verdict and the compiled code as files from
//! a private directory. The child sees no environment, bounds its own memory and CPU time before it reads the first byte of the component,
//! and is killed when its wall time is over. Whatever happens to it is an error of staging, never harm to the host.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::StageError;
use super::work::{Compiled, Job, Verdict, work};

/// Longest job.
const JOB_BYTES_MAX: u64 = 16 << 20;
/// Largest component that the child reads; the operator's limit is checked before.
const COMPONENT_BYTES_MAX: u64 = 256 << 20;
/// How much of the child's last words is shown.
const STDERR_BYTES_MAX: u64 = 4 << 10;

const VERDICT: &str = "verdict.json";
const PURE: &str = "pure";
const EDGE: &str = "edge";

/// Wall time that a child may take, in times of its CPU time.
const WALL_FACTOR: u64 = 3;

/// The child and its bounds for any plugin; a plugin's own `compile_ms_max` can only be narrower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// The program whose `args` run [`crate::stage_worker`].
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its memory.
    pub memory_bytes_max: u64,
    /// CPU time of all its threads.
    pub cpu_s_max: u64,
    /// Wall time.
    pub wall_ms_max: u64,
}

#[derive(Serialize, Deserialize)]
struct Order {
    dir: PathBuf,
    memory_bytes_max: u64,
    cpu_s_max: u64,
    job: Job,
}

impl Child {
    /// Has the job done by a child.
    pub(super) async fn run(&self, job: &Job, component: &[u8], scratch: Option<&Path>) -> Result<(Verdict, Compiled), StageError> {
        let dir = scratch_dir(scratch).map_err(|why| StageError::Host(format!("no directory for the compiler: {why}")))?;
        // The kernel counts in whole seconds; the wall time bounds what that leaves over.
        let cpu_s_max = self.cpu_s_max.min(job.limits.compile_ms_max.div_ceil(1_000).max(1));
        // A busy machine gives a child less than a core: only its CPU time is its own doing.
        let wall_ms_max = self.wall_ms_max.min(job.limits.compile_ms_max.saturating_mul(WALL_FACTOR));
        let order = Order { dir: dir.path().to_owned(), memory_bytes_max: self.memory_bytes_max, cpu_s_max, job: job.clone() };
        let (status, words) = self.spawn(&order, component, wall_ms_max).await?;
        if !status.success() {
            return Err(StageError::CompileBudget(why(&order, status, &words)));
        }
        read_outcome(dir.path()).map_err(|why| StageError::Host(format!("the compiler left nothing: {why}")))
    }

    async fn spawn(&self, order: &Order, component: &[u8], wall_ms_max: u64) -> Result<(ExitStatus, String), StageError> {
        let host = |what: &str, why: &dyn std::fmt::Display| StageError::Host(format!("{what}: {why}"));
        let order = serde_json::to_vec(order).map_err(|why| host("the job cannot be written", &why))?;
        let length = u64::try_from(order.len()).unwrap_or(u64::MAX);
        let mut child = Command::new(&self.program)
            .args(&self.args)
            .env_clear()
            .env("RAYON_NUM_THREADS", "2")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|why| host("the compiler cannot be started", &why))?;
        let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
        let feed = async {
            let Some(mut stdin) = stdin else { return };
            // A child that has died does not read: its status tells why.
            for part in [&length.to_le_bytes()[..], &order, component] {
                if stdin.write_all(part).await.is_err() {
                    return;
                }
            }
        };
        let listen = async {
            let mut words = Vec::new();
            if let Some(mut stderr) = stderr {
                let _ = (&mut stderr).take(STDERR_BYTES_MAX).read_to_end(&mut words).await;
                // What does not fit is read and thrown away, so that the child does not wait for us.
                let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
            }
            String::from_utf8_lossy(&words).into_owned()
        };
        let all = async { tokio::join!(feed, listen, child.wait()) };
        match tokio::time::timeout(Duration::from_millis(wall_ms_max), all).await {
            Ok(((), words, status)) => Ok((status.map_err(|why| host("the compiler is lost", &why))?, words)),
            Err(_) => Err(StageError::CompileBudget(format!("it took longer than {wall_ms_max} ms"))),
        }
    }
}

fn why(order: &Order, status: ExitStatus, words: &str) -> String {
    use std::os::unix::process::ExitStatusExt;
    let bounds = format!("bounds: {} MiB, {} s of CPU time", order.memory_bytes_max >> 20, order.cpu_s_max);
    // A panic ends with a note about backtraces, which tells an operator nothing.
    let tells = |line: &&str| !line.trim().is_empty() && !line.starts_with("note:");
    let last = words.lines().rfind(tells).unwrap_or("no last words");
    let signal = rustix::process::Signal::XCPU.as_raw();
    match status.signal() {
        Some(number) if number == signal => format!("it took more than {} s of CPU time", order.cpu_s_max),
        _ => format!("the compiler ended with {status} ({last}; {bounds})"),
    }
}

fn scratch_dir(parent: Option<&Path>) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".stage-");
    match parent {
        Some(parent) => builder.tempdir_in(parent),
        None => builder.tempdir(),
    }
}

fn read_outcome(dir: &Path) -> io::Result<(Verdict, Compiled)> {
    let verdict = serde_json::from_slice(&fs::read(dir.join(VERDICT))?)?;
    let code = |name: &str| match fs::read(dir.join(name)) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    };
    Ok((verdict, Compiled { pure: code(PURE)?, edge: code(EDGE)? }))
}

/// The body of the hidden command that stages in a child process: reads a job from standard input and leaves the outcome as files. Ends with
/// 0 when there is an outcome, a refusal included.
#[must_use]
pub fn stage_worker() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // The parent shows the last line.
            let _ = writeln!(io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > JOB_BYTES_MAX {
        return Err(io::Error::other("the job is too long"));
    }
    let mut order = Vec::new();
    (&mut input).take(length).read_to_end(&mut order)?;
    let order: Order = serde_json::from_slice(&order)?;
    bound(&order)?;
    let mut component = Vec::new();
    input.take(COMPONENT_BYTES_MAX).read_to_end(&mut component)?;
    let (verdict, compiled) = work(&order.job, &component);
    if let Some(code) = compiled.pure {
        fs::write(order.dir.join(PURE), code)?;
    }
    if let Some(code) = compiled.edge {
        fs::write(order.dir.join(EDGE), code)?;
    }
    fs::write(order.dir.join(VERDICT), serde_json::to_vec(&verdict)?)
}

/// Bounds this process for good. The data limit counts memory that can be written; the address space itself is not bounded, because a
/// memory's guard regions take gigabytes of it and nothing else.
fn bound(order: &Order) -> io::Result<()> {
    let to = |value: u64| Rlimit { current: Some(value), maximum: Some(value) };
    setrlimit(Resource::Data, to(order.memory_bytes_max))?;
    // The soft limit's signal comes first, so that the parent can tell it from the out-of-memory killer's.
    setrlimit(Resource::Cpu, Rlimit { current: Some(order.cpu_s_max), maximum: Some(order.cpu_s_max.saturating_add(1)) })?;
    setrlimit(Resource::Core, to(0))?;
    setrlimit(Resource::Fsize, to(1 << 30))?;
    Ok(())
}
