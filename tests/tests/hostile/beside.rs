//! The trial: a thousand honest interactions beside hostile plugins. None is lost, none is decided differently, and none feels it.

use std::sync::atomic::{AtomicBool, Ordering};

use harness::hostile::{End, Entry};

use super::corpus;
use super::house::{House, provocation};
use super::pulse::{Beat, Ear, Rounds, beat, warm_up};

/// Hostile plugins that take turns beside one beat, unless `POINTSMAN_HOSTILE=each` gives every one of them a beat of its own.
const GROUP: usize = 18;
/// How much more memory there may be afterwards than in the warmed-up state, and what an allocator may keep beside that.
const RESIDENT_MORE_PERCENT_MAX: u64 = 5;
const RESIDENT_SLACK_KIB: u64 = 8 << 10;

#[test]
#[ignore = "measures waiting times: minutes, on a quiet machine"]
fn the_honest_do_not_feel_the_hostile() {
    let corpus = corpus();
    let entries: Vec<&Entry> = corpus.ending(&[End::Run, End::Host]).collect();
    let house = House::open(&entries, false);
    let ear = Ear::on(&house);
    let pid = house.desk.host.pid();
    let mut number = 0;
    for _ in 0..2 {
        entries.iter().for_each(|entry| provoke(&house, &ear, entry, &mut number));
    }
    let warm = warm_up(&house, &ear);
    let resident_kib = house.resident_kib();
    let group = if std::env::var_os("POINTSMAN_HOSTILE").is_some_and(|value| value == "each") { 1 } else { GROUP };
    let mut felt = Vec::new();
    for group in entries.chunks(group) {
        felt.push(trial(&house, &ear, group, &warm, &mut number));
    }
    let after_kib = house.resident_kib();
    eprintln!("resident: {resident_kib} KiB warmed up, {after_kib} KiB after {number} provocations");
    assert_eq!(house.desk.host.pid(), pid);
    house.desk.still_serves();
    let ratio = felt.iter().copied().fold(0.0, f64::max);
    assert!(ratio <= Rounds::RATIO_MAX, "the worst p99 is {ratio:.2} times that without the hostile: {felt:.2?}");
    let allowed_kib = resident_kib + resident_kib * RESIDENT_MORE_PERCENT_MAX / 100 + RESIDENT_SLACK_KIB;
    assert!(after_kib <= allowed_kib, "{after_kib} KiB resident, {resident_kib} before");
}

/// The p99 of the honest beside a group, as a multiple of that without it.
fn trial(house: &House, ear: &Ear, group: &[&Entry], warm: &Beat, number: &mut usize) -> f64 {
    let names = group.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>().join(" ");
    let mut rounds = Rounds::default();
    for _ in 0..Rounds::MAX {
        let without = beat(house, ear);
        let beside = with(house, ear, group, number);
        without.must_agree(warm, "nobody");
        beside.must_agree(warm, &names);
        rounds.add(&without, &beside, &names);
        if rounds.good() {
            break;
        }
    }
    rounds.ratio()
}

/// A beat beside which the plugins of a group misbehave in turn, each at least once, one after the other without a break.
fn with(house: &House, ear: &Ear, group: &[&Entry], number: &mut usize) -> Beat {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let hostile = scope.spawn(|| {
            let mut turns = 0;
            while turns == 0 || !done.load(Ordering::SeqCst) {
                for entry in group {
                    if turns == 0 || !done.load(Ordering::SeqCst) {
                        provoke(house, ear, entry, number);
                    }
                }
                turns += 1;
            }
        });
        let beat = beat(house, ear);
        done.store(true, Ordering::SeqCst);
        hostile.join().expect("the hostile end as they must");
        beat
    })
}

/// Has a plugin misbehave and waits for what comes of it.
fn provoke(house: &House, ear: &Ear, entry: &Entry, number: &mut usize) {
    *number += 1;
    if entry.role == "webhook" {
        house.desk.post(&entry.id, &[("content-type", "application/json")], format!("{{\"n\":{number}}}").as_bytes());
        return;
    }
    house.provoke(entry, *number);
    let (_, row) = ear.wait(&provocation(entry, *number));
    assert_eq!(row["decision"]["chain"], entry.id.as_str(), "{row}");
    if entry.ends == End::Run && !entry.expected.iter().any(|kind| kind == "tripped") {
        assert_eq!(row["faulted"], true, "{}: {row}", entry.id);
    }
}
