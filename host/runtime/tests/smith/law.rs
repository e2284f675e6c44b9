//! The law, and the run that checks it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dispatch::arithmetic::Arithmetic;
use dispatch::port::Nothing;
use model::{Digest, Limits, PluginSpec};
use runtime::{Child, Compile, Runtime, RuntimeSettings, Services, StageError, inspect, stage_worker};
use serde_json::json;

use crate::exercise::{Ends, exercise, is_typed};
use crate::forge::{self, Forge, Forged};

/// Files of a bounded run.
const SEEDS: u64 = 300;
/// Wall time of one file, the child's included.
const FILE_S_MAX: u64 = 40;
/// Files before the process counts as warm.
const WARM_AFTER: u64 = 60;
/// How much larger than when it was warm it may be afterwards: what the allocator keeps of one compiled plugin.
const GROWTH_KIB_MAX: u64 = 64 << 10;

/// Where to begin, and how long to go on. Both unset: the bounded run.
const FIRST_VARIABLE: &str = "POINTSMAN_SMITH_FIRST";
const MINUTES_VARIABLE: &str = "POINTSMAN_SMITH_MINUTES";

/// Not a test: the program that stages in a child, through the test binary's own filter.
#[test]
#[ignore = "the body of a child process"]
fn worker() {
    assert!(stage_worker() == std::process::ExitCode::SUCCESS);
}

#[test]
fn whatever_a_file_holds_it_ends_in_a_typed_outcome() {
    if std::env::var_os(forge::VARIABLE).is_none() {
        eprintln!("skipped: {} does not say where the forge is; `cargo xtask fuzz smith` does", forge::VARIABLE);
        return;
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number(FIRST_VARIABLE).unwrap_or_default();
    let until = number(MINUTES_VARIABLE).map(|minutes| Instant::now() + Duration::from_secs(minutes * 60));
    let run = Arc::new(Run::new(first, until));
    let workers: Vec<_> = (0..std::thread::available_parallelism().map_or(1, usize::from).min(4))
        .map(|_| {
            let run = Arc::clone(&run);
            std::thread::spawn(move || run.work())
        })
        .collect();
    let broken = workers.into_iter().filter_map(|worker| worker.join().err()).count();
    run.report();
    assert_eq!(broken, 0, "a law was broken: see above");
    run.check_size();
}

struct Run {
    runtime: Runtime,
    tokio: tokio::runtime::Runtime,
    next: AtomicU64,
    first: u64,
    until: Option<Instant>,
    warm_kib: AtomicU64,
    outcomes: Mutex<BTreeMap<String, u64>>,
}

impl Run {
    fn new(first: u64, until: Option<Instant>) -> Self {
        let services =
            Services { egress: Arc::new(Nothing), state: Arc::new(Nothing), keys: Arc::new(Arithmetic), secrets: Arc::new(Nothing) };
        let settings =
            RuntimeSettings { instances_max: 16, configure_fuel_max: 20_000_000, compile: child(), ..RuntimeSettings::default() };
        Self {
            runtime: Runtime::new(settings, services).expect("a runtime"),
            tokio: tokio::runtime::Runtime::new().expect("threads"),
            next: AtomicU64::new(first),
            first,
            until,
            warm_kib: AtomicU64::new(0),
            outcomes: Mutex::default(),
        }
    }

    fn work(&self) {
        let mut forge = Forge::start().expect("a forge");
        loop {
            let seed = self.next.fetch_add(1, Ordering::SeqCst);
            let goes_on = self.until.map_or(seed < self.first + SEEDS, |until| Instant::now() < until);
            if !goes_on {
                return;
            }
            if seed == self.first + WARM_AFTER {
                self.warm_kib.store(resident_kib(), Ordering::SeqCst);
            }
            let marker = Marker(seed);
            self.one(seed, forge.make(seed));
            std::mem::forget(marker);
        }
    }

    /// One file from its first byte to its last call.
    fn one(&self, seed: u64, Forged { bytes, how }: Forged) {
        let started = Instant::now();
        let seen = inspect(&bytes);
        let spec = PluginSpec {
            settings: json!({}),
            limits: Limits { deadline_ms: 200, fuel_max: 5_000_000, memory_bytes_max: 16 << 20, ..Limits::PURE },
            ..PluginSpec::new("smith", Digest::of(&bytes))
        };
        let outcome = match self.tokio.block_on(self.runtime.stage(&spec, &bytes)) {
            Err(error) => {
                assert!(is_told(&error), "seed {seed}, {how}: {error}");
                format!("refused: {}", kind_of(&error))
            }
            Ok(plugin) => {
                let refused = seen.expect("what was staged can be looked at").refused;
                assert_eq!(refused, None, "seed {seed}, {how}: staged all the same");
                let ends = self.tokio.block_on(exercise(&*plugin));
                self.count_calls(&ends);
                "staged".to_owned()
            }
        };
        self.count(outcome, 1);
        let took = started.elapsed();
        assert!(took < Duration::from_secs(FILE_S_MAX), "seed {seed}, {how}: {took:?}");
    }

    fn count_calls(&self, ends: &Ends) {
        for (name, times) in ends {
            self.count(format!("call: {name}"), *times);
        }
    }

    fn count(&self, outcome: String, times: u64) {
        *self.outcomes.lock().expect("the outcomes").entry(outcome).or_default() += times;
    }

    fn report(&self) {
        let lines: Vec<String> =
            self.outcomes.lock().expect("the outcomes").iter().map(|(name, count)| format!("{count:>7}  {name}")).collect();
        let seeds = self.next.load(Ordering::SeqCst) - self.first;
        eprintln!("about {seeds} files from seed {}\n{}", self.first, lines.join("\n"));
    }

    fn check_size(&self) {
        let (warm, now) = (self.warm_kib.load(Ordering::SeqCst), resident_kib());
        eprintln!("resident: {warm} KiB when warm, {now} KiB now");
        assert!(warm == 0 || now < warm + GROWTH_KIB_MAX, "{warm} KiB when warm, {now} KiB now");
        let outcomes = self.outcomes.lock().expect("the outcomes");
        assert!(outcomes.get("staged").is_some_and(|count| *count > 0), "nothing got as far as being called: {outcomes:?}");
    }
}

/// Says which seed it was, when it is dropped by a panic.
struct Marker(u64);

impl Drop for Marker {
    fn drop(&mut self) {
        eprintln!("seed {0} broke a law; again with {FIRST_VARIABLE}={0}", self.0);
    }
}

/// Whether the error is one of a plugin file, in words.
fn is_told(error: &StageError) -> bool {
    let words = error.to_string();
    let ours = matches!(error, StageError::Host(_) | StageError::Digest { .. } | StageError::Limits(_));
    let fault = match error {
        StageError::Configure(kind) => is_typed(kind),
        _ => true,
    };
    fault && !ours && !words.is_empty() && !words.contains("panicked")
}

fn kind_of(error: &StageError) -> String {
    let shown = format!("{error:?}");
    let kind: String = shown.chars().take_while(|character| character.is_ascii_alphabetic()).collect();
    match error {
        StageError::Configure(fault) => format!("{kind} {}", fault.name()),
        StageError::Invalid(why) | StageError::Compile(why) | StageError::CompileBudget(why) => {
            format!("{kind} {}", why.get(..60).unwrap_or(why))
        }
        _ => kind,
    }
}

fn child() -> Compile {
    let args = ["--exact", "law::worker", "--ignored", "--nocapture", "--test-threads=1"];
    Compile::Child(Child {
        program: std::env::current_exe().expect("this program"),
        args: args.map(str::to_owned).to_vec(),
        memory_bytes_max: 1 << 30,
        cpu_s_max: 20,
        wall_ms_max: 30_000,
    })
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
