//! Compile bombs, staged by another process while a host serves: refused in time, and the host does not feel it.

use std::time::Duration;

use harness::hostile::{End, Entry, Peer};

use super::corpus;
use super::house::House;
use super::pulse::{Ear, Rounds, beat};
use super::refused::{SLACK, staged};

/// The longest that staging may take, whatever is staged.
const STAGING_MAX: Duration = Duration::from_secs(10);

#[test]
#[ignore = "measures waiting times: minutes, on a quiet machine"]
fn a_bomb_is_refused_and_not_felt() {
    let (corpus, peer) = (corpus(), Peer::start().expect("a peer"));
    let bombs: Vec<&Entry> = corpus
        .ending(&[End::Stage])
        .filter(|entry| ["functions-19k", "blocks-50k", "branches-1m", "locals-50k", "straight-1m"].contains(&entry.id.as_str()))
        .collect();
    let house = House::open(&[], true);
    let ear = Ear::on(&house);
    beat(&house, &ear);
    let (mut felt, mut slow) = (Vec::new(), Vec::new());
    for bomb in bombs {
        let mut rounds = Rounds::default();
        for _ in 0..Rounds::MAX {
            let without = beat(&house, &ear);
            let (beside, (took, told)) = std::thread::scope(|scope| {
                let staging = scope.spawn(|| staged(bomb, &peer));
                (beat(&house, &ear), staging.join().expect("staging ends"))
            });
            beside.must_agree(&without, &bomb.id);
            assert_eq!(told.code, 3, "{}: {}", bomb.id, told.err);
            rounds.add(&without, &beside, &format!("{}, refused after {took:.1?}", bomb.id));
            if took > STAGING_MAX + SLACK {
                slow.push((bomb.id.clone(), took));
            }
            if rounds.good() {
                break;
            }
        }
        felt.push((bomb.id.clone(), rounds.ratio()));
    }
    house.desk.still_serves();
    assert!(felt.iter().all(|(_, ratio)| *ratio <= Rounds::RATIO_MAX), "{felt:.2?}");
    assert!(slow.is_empty(), "{slow:?}");
}
