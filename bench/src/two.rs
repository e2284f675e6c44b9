//! Two cores against one: threads of one process, and processes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use model::{Delivery, Isolation};

use crate::inputs;
use crate::native::{self, Native};
use crate::rounds::{Rounds, float};
use crate::sample::Sample;
use crate::sandboxed::{self, Sandboxed};

/// One round on one thread, then on two: `two/…` holds interactions a second of each, and their ratio.
pub(crate) fn threads(staged: &Sandboxed, deliveries: &[Delivery], calls: usize, rounds: &mut Rounds) -> Result<()> {
    let one = rate(1, calls, || staged.run(deliveries, calls))?;
    let two = rate(2, calls, || staged.run(deliveries, calls))?;
    note(&format!("threads/{}", staged.mode()), one, two, rounds);
    Ok(())
}

/// What the machine itself gives: native code on one thread and on two.
pub(crate) fn native(native: &Native, sample: &Sample, calls: usize, rounds: &mut Rounds) {
    let deliveries = native::deliveries(sample);
    let run = || {
        for delivery in deliveries.iter().cycle().take(calls) {
            std::hint::black_box(native.chain(delivery));
        }
        Ok(())
    };
    if let (Ok(one), Ok(two)) = (rate(1, calls, run), rate(2, calls, run)) {
        note("threads/native", one, two, rounds);
    }
}

/// Two processes that stage the sample's chain and wait.
pub(crate) struct Workers([Worker; 2]);

struct Worker {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Workers {
    /// Starts them.
    pub(crate) fn start() -> Result<Self> {
        Ok(Self([Worker::start()?, Worker::start()?]))
    }

    /// One round on one process, then on both.
    pub(crate) fn measure(&mut self, calls: usize, rounds: &mut Rounds) -> Result<()> {
        let [first, second] = &mut self.0;
        let started = Instant::now();
        first.ask(calls)?;
        first.answered()?;
        let one = float(calls) / started.elapsed().as_secs_f64();
        let started = Instant::now();
        first.ask(calls)?;
        second.ask(calls)?;
        first.answered()?;
        second.answered()?;
        let two = float(2 * calls) / started.elapsed().as_secs_f64();
        note("processes/interaction", one, two, rounds);
        Ok(())
    }
}

impl Worker {
    fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg("--worker").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("starting a worker")?;
        let ask = child.stdin.take().context("no stdin")?;
        let answers = BufReader::new(child.stdout.take().context("no stdout")?);
        let mut worker = Self { child, ask, answers };
        worker.answered()?;
        Ok(worker)
    }

    fn ask(&mut self, calls: usize) -> Result<()> {
        writeln!(self.ask, "{calls}")?;
        Ok(self.ask.flush()?)
    }

    fn answered(&mut self) -> Result<()> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("a worker ended");
        }
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The worker's side: the chain on fresh instances, as often as each line says.
pub(crate) async fn work() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sample = Sample::read(folder.path())?;
    let runtime = sandboxed::runtime(&sample, true)?;
    let staged = Sandboxed::stage(&sample, &runtime, "worker/interaction".to_owned(), Isolation::Interaction, 1).await?;
    let deliveries = inputs::deliveries(&sample);
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        staged.run(&deliveries, line?.trim().parse()?)?;
        println!("done");
    }
    Ok(())
}

/// Calls a second when so many threads make `calls` each.
fn rate(threads: usize, calls: usize, run: impl Fn() -> Result<()> + Sync) -> Result<f64> {
    let started = Instant::now();
    let ended: Vec<Result<()>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(&run)).collect();
        handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| bail!("a thread panicked"))).collect()
    });
    ended.into_iter().collect::<Result<()>>()?;
    Ok(float(threads * calls) / started.elapsed().as_secs_f64())
}

fn note(name: &str, one: f64, two: f64, rounds: &mut Rounds) {
    rounds.note(name, "one_per_s", one);
    rounds.note(name, "two_per_s", two);
    rounds.note(name, "gain", two / one);
}
