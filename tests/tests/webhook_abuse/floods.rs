//! Too much, too slow, too many; and a store that is away for a while. Others must not notice.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use harness::{Ledger, request};
use serde_json::json;

use super::wire::{Wire, ask, goes_on, percentile, post, resident_kib};
use crate::desk::{CHAIN, Desk, HOOK, PATIENCE, configuration};
use crate::setup::Place;

fn desk() -> Desk {
    Desk::open(&[HOOK, CHAIN].concat())
}

fn item(id: &str) -> String {
    json!({"id": id, "thread": id, "text": "hello"}).to_string()
}

/// How long some deliveries took, one after another.
fn times(desk: &Desk, name: &str, count: u32) -> Vec<Duration> {
    let one = |number: u32| {
        let began = Instant::now();
        let answer = desk.post("hook", &[], item(&format!("{name}-{number}")).as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.body);
        began.elapsed()
    };
    (0..count).map(one).collect()
}

#[test]
fn bodies_beyond_the_limit_cost_no_memory() {
    let desk = desk();
    // Warm: as many connections with bodies that are allowed.
    let allowed = json!({"id": "warm", "text": "x".repeat(100_000)}).to_string();
    let mut wires: Vec<Wire> = (0..200).map(|_| Wire::connect(&desk.host)).collect();
    for wire in &mut wires {
        wire.send(post("hook", "", &allowed));
    }
    assert!(wires.iter_mut().all(|wire| wire.reply().is_some_and(|reply| matches!(reply.status, 200 | 503))));
    drop(wires);
    let before = resident_kib(&desk.host);
    let largest = AtomicU32::new(0);
    let look = || largest.fetch_max(u32::try_from(resident_kib(&desk.host)).unwrap_or(u32::MAX), Ordering::SeqCst);
    let mut announced: Vec<Wire> = (0..100).map(|_| Wire::connect(&desk.host)).collect();
    for wire in &mut announced {
        wire.send("POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1073741824\r\n\r\n");
        look();
    }
    let mut endless: Vec<Wire> = (0..100).map(|_| Wire::connect(&desk.host)).collect();
    let piece = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    for wire in &mut endless {
        wire.send("POST /hooks/hook HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
    }
    for _ in 0..20 {
        for wire in &mut endless {
            wire.send(&piece);
        }
        look();
    }
    for wire in announced.iter_mut().chain(&mut endless) {
        assert_eq!(wire.reply().map(|reply| reply.status), Some(413));
    }
    let largest = u64::from(largest.load(Ordering::SeqCst));
    eprintln!("{before} KiB before, {largest} KiB at most");
    // The bodies' shared room is what may be held of those that are still within their limit.
    assert!(largest < before + (128 << 10), "{before} KiB before, {largest} KiB at most");
    drop((announced, endless));
    assert_eq!(desk.decisions(1).len(), 1);
    goes_on(&desk);
}

#[test]
fn slow_callers_are_cut_and_the_others_are_served_as_before() {
    let desk = desk();
    times(&desk, "warm", 20);
    let mut alone = times(&desk, "alone", 150);
    let began = Instant::now();
    let mut slow: Vec<Wire> = (0..2_000).map(|_| Wire::connect(&desk.host)).collect();
    for (number, wire) in slow.iter_mut().enumerate() {
        let head = if number % 2 == 0 { "POST /hooks/hook HTTP/1.1\r\nhost: loc" } else { "" };
        wire.send(head);
    }
    let mut beside = times(&desk, "beside", 150);
    for wire in &mut slow {
        // A head that never ends gets no answer worth waiting for.
        assert!(wire.all().iter().all(|reply| reply.status == 408), "served");
    }
    let took = began.elapsed();
    let (alone, beside) = (percentile(&mut alone, 50), percentile(&mut beside, 50));
    eprintln!("median {alone:?} alone, {beside:?} beside 2,000 slow callers, which were cut after {took:?}");
    assert!(took < Duration::from_secs(25), "{took:?}");
    assert!(beside < alone * 3 + Duration::from_millis(100), "{alone:?} {beside:?}");
    goes_on(&desk);
}

#[test]
fn a_lack_of_file_descriptors_is_survived() {
    let desk = desk();
    times(&desk, "warm", 5);
    let limit = |files: u32| {
        let set = Command::new("prlimit").arg(format!("--pid={}", desk.host.pid())).arg(format!("--nofile={files}:{files}")).status();
        set.is_ok_and(|status| status.success())
    };
    let open = std::fs::read_dir(format!("/proc/{}/fd", desk.host.pid())).map_or(0, Iterator::count);
    if !limit(u32::try_from(open).unwrap_or_default() + 40) {
        eprintln!("skipped: `prlimit` cannot take the file descriptors of a process");
        return;
    }
    let mut wires: Vec<Wire> = (0..120).map(|_| Wire::connect(&desk.host)).collect();
    for wire in &mut wires {
        wire.send("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    }
    let told: Vec<Option<u16>> = wires.iter_mut().take(20).map(|wire| wire.reply().map(|reply| reply.status)).collect();
    assert!(told.contains(&Some(200)), "nobody was served: {told:?}\n{}", desk.host.log());
    drop(wires);
    let until = Instant::now() + PATIENCE;
    while ask(&desk.host, post("hook", "", item("after"))).pop().is_none_or(|reply| reply.status != 200) {
        assert!(Instant::now() < until, "it does not recover");
    }
    assert!(desk.host.log().contains("no connection can be accepted"), "{}", desk.host.log());
    times(&desk, "again", 5);
}

#[test]
fn who_sends_too_much_harms_only_their_own_connector() {
    let other = HOOK.split("[[connector]]").next().unwrap_or_default().to_owned();
    let connectors = "[[connector]]\nname = \"hook\"\nplugin = \"json\"\nchannel = \"hook\"\n\
                      [[connector]]\nname = \"loud\"\nplugin = \"json\"\nchannel = \"loud\"\n";
    let place = Place::new();
    let text = configuration(&place, &[&other, connectors, CHAIN].concat());
    let desk = Desk { host: place.start(&text.replace("\nrequests_per_minute = 10000000", "\nrequests_per_minute = 600")), place };
    let mut told = [0_u32; 2];
    for number in 0..300 {
        let answer = &ask(&desk.host, post("loud", "", item(&format!("loud-{number}"))))[0];
        match answer.status {
            200 => told[0] += 1,
            429 => {
                let seconds: u64 = answer.header("retry-after").and_then(|text| text.parse().ok()).expect("when to come back");
                assert!((1..=60).contains(&seconds), "{seconds}");
                told[1] += 1;
            }
            other => panic!("{other}"),
        }
        if number % 30 == 0 {
            assert_eq!(desk.post("hook", &[], item(&format!("quiet-{number}")).as_bytes()).status, 200);
        }
    }
    assert!(told[0] >= 20 && told[1] > 100, "{told:?}");
}

/// Holds the database's write lock from a line on its stdin to the next.
const LOCK: &str = r#"
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
base.execute('BEGIN IMMEDIATE')
print('locked', flush=True)
sys.stdin.readline()
base.execute('ROLLBACK')
print('open', flush=True)
"#;

struct Lock(Child, BufReader<std::process::ChildStdout>);

impl Lock {
    fn take(path: &std::path::Path) -> Option<Self> {
        let mut command = Command::new("python3");
        command.args(["-c", LOCK]).arg(path).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let mut hear = BufReader::new(child.stdout.take()?);
        let mut line = String::new();
        hear.read_line(&mut line).ok()?;
        (line.trim() == "locked").then_some(Self(child, hear))
    }

    fn open(mut self) {
        writeln!(self.0.stdin.take().expect("stdin"), "open").expect("it listens");
        self.1.read_line(&mut String::new()).expect("its answer");
        self.0.wait().expect("its end");
    }
}

#[test]
fn a_store_that_was_away_loses_nothing_of_the_flood_that_follows() {
    let place = Place::new();
    let text = configuration(&place, &[HOOK, CHAIN].concat()).replace("[store]", "[store]\nbusy_timeout_ms = 200");
    let desk = Desk { host: place.start(&text), place };
    times(&desk, "warm", 5);
    let Some(lock) = Lock::take(&desk.place.path("pointsman.db")) else {
        eprintln!("skipped: there is no python3 with sqlite3");
        return;
    };
    let away = Instant::now();
    let mut refused = 0;
    while away.elapsed() < Duration::from_secs(6) {
        let answer = &ask(&desk.host, post("hook", "", item("away-0")))[0];
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(answer.header("retry-after").is_some() && !answer.text().contains("lock"), "{}", answer.text());
        refused += 1;
    }
    assert!(refused > 3, "{refused}");
    lock.open();
    // Everybody comes back at once, and more than once.
    let taken = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                for number in 0..40 {
                    let id = format!("away-{number}");
                    let until = Instant::now() + PATIENCE;
                    while post_once(&desk, &id) != 200 {
                        assert!(Instant::now() < until, "{id} is not taken");
                    }
                    taken.lock().expect("the ids").insert(id);
                }
            });
        }
    });
    desk.decisions(45);
    let ledger = Ledger::read(&desk.host).expect("a ledger");
    ledger.check(&taken.into_inner().expect("the ids")).expect("all of it once");
    assert_eq!(desk.ask("/totals")["interactions"], 45);
}

fn post_once(desk: &Desk, id: &str) -> u16 {
    let url = format!("{}/hooks/hook", desk.host.url());
    request("POST", &url, &[], item(id).as_bytes()).map_or(0, |answer| answer.status)
}
