//! Power cuts: the file system stops at once, and nothing that was not synced is there afterwards.
//!
//! Needs root, a loop device and `tools/powercut.py` of the shared data; says so where one is missing, and fails there under `CI`.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use harness::{Ledger, Load, Numbers, shared};

use crate::crash::Moments;
use crate::setup::{Place, load_body, load_configuration};

const CUTS: u32 = 20;
const SEED: u64 = 0x5EED_0002;

/// Reads one word a line and does it; answers `ok` or why not.
const BENCH: &str = r#"
import sys
sys.path.insert(0, sys.argv[1])
from powercut import PowerCut
bench = PowerCut(sys.argv[2], '300M')
for line in sys.stdin:
    try:
        getattr(bench, line.strip())()
        print('ok', flush=True)
    except Exception as error:
        print('failed: %s' % error, flush=True)
"#;

/// The disk whose power is cut.
struct Disk {
    child: Child,
    ask: ChildStdin,
    hear: BufReader<ChildStdout>,
}

impl Disk {
    fn new(tools: &Path, work: &Path) -> Result<Self, String> {
        let mut command = Command::new("python3");
        command.args(["-c", BENCH]).arg(tools).arg(work).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let (ask, hear) = (child.stdin.take().expect("stdin"), child.stdout.take().expect("stdout"));
        let mut disk = Self { child, ask, hear: BufReader::new(hear) };
        disk.tell("fresh")?;
        Ok(disk)
    }

    fn tell(&mut self, word: &str) -> Result<(), String> {
        writeln!(self.ask, "{word}").map_err(|error| error.to_string())?;
        let mut answer = String::new();
        self.hear.read_line(&mut answer).map_err(|error| error.to_string())?;
        if answer.trim() == "ok" { Ok(()) } else { Err(answer.trim().to_owned()) }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.tell("close");
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn power_cuts_lose_and_double_nothing() {
    let place = Place::new();
    let opened = match shared() {
        Some(shared) => Disk::new(&shared.join("tools"), place.dir.path()),
        None => Err("POINTSMAN_SHARED is not set".to_owned()),
    };
    let mut disk = match opened {
        Ok(disk) => disk,
        Err(why) => {
            assert!(std::env::var_os("CI").is_none(), "power cannot be cut here: {why}");
            eprintln!("skipped: power cannot be cut here ({why})");
            return;
        }
    };
    let text = load_configuration(&place.path("mnt/pointsman.db"), &place.path("cache"));
    let numbers = Numbers::default();
    let mut acknowledged = BTreeSet::new();
    let mut after = 0;
    let mut moments = Moments(SEED);
    for _ in 0..CUTS {
        let host = place.start(&text);
        let load = Load::start(&format!("{}/hooks/load", host.url()), 8, &numbers, load_body);
        std::thread::sleep(Duration::from_millis(moments.next_ms(50, 500)));
        // A machine without power answers nobody, but a process on a dead file system lives on: a sync that had begun before the cut may
        // still be told to have succeeded. So what was answered before the cut counts.
        acknowledged.extend(load.acknowledged());
        disk.tell("cut").expect("the cut");
        host.kill().expect("killing");
        after += load.finish().difference(&acknowledged).count();
        disk.tell("remount").expect("the disk comes back");
    }
    let host = place.start(&text);
    host.wait_for_totals(Duration::from_secs(120), |totals| totals["pending"] == 0).expect("everything is decided");
    let ledger = Ledger::read(&host).expect("the ledger");
    let (before, stored) = (acknowledged.len(), ledger.interactions.len());
    eprintln!("{CUTS} power cuts, seed {SEED:#x}: {before} answered 2xx before a cut, {after} while it was cut, {stored} stored");
    assert!(acknowledged.len() > 50, "too little load to prove anything: {}", acknowledged.len());
    ledger.check(&acknowledged).expect("exactly once");
    ledger.check_order().expect("in order");
    host.stop().expect("a graceful end");
}
