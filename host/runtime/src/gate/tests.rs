use std::sync::mpsc;

use super::*;

fn taken<'a>(lane: &'a Lane) -> Option<Place<'a>> {
    lane.turn(EngineKind::Pure).block(Some(Duration::ZERO))
}

/// Polls once.
fn polled<'a>(turn: &mut Turn<'a>) -> Option<Place<'a>> {
    match Pin::new(turn).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(place) => Some(place),
        Poll::Pending => None,
    }
}

#[test]
fn what_is_beyond_the_places_or_the_plugins_own_limit_waits() {
    let gate = Gate::new(3);
    let (narrow, wide) = (gate.lane(2), gate.lane(100));
    let first = taken(&narrow).unwrap();
    let _second = taken(&narrow).unwrap();
    assert!(taken(&narrow).is_none(), "its own limit");
    let _third = taken(&wide).unwrap();
    assert!(taken(&wide).is_none(), "no place is free");
    assert!(polled(&mut wide.turn(EngineKind::Edge)).is_some(), "edge calls have places of their own");
    drop(first);
    assert!(taken(&narrow).is_some());
}

#[test]
fn plugins_take_turns_however_many_calls_one_of_them_has() {
    let gate = Gate::new(1);
    let (greedy, modest) = (gate.lane(100), gate.lane(100));
    let mut place = taken(&greedy);
    let mut queue: Vec<_> = (0..50).map(|at| ("greedy", at, greedy.turn(EngineKind::Pure))).collect();
    for (_, _, turn) in &mut queue {
        assert!(polled(turn).is_none());
    }
    queue.extend((0..3).map(|at| ("modest", at, modest.turn(EngineKind::Pure))));
    let mut served = Vec::new();
    while !queue.is_empty() && served.len() < 8 {
        queue.retain_mut(|(who, at, turn)| match polled(turn) {
            Some(next) => {
                served.push((*who, *at));
                place.replace(next);
                false
            }
            None => true,
        });
        if served.is_empty() {
            place.take();
        }
        place.take();
    }
    let modest_at: Vec<_> = served.iter().enumerate().filter(|(_, (who, _))| *who == "modest").map(|(at, _)| at).collect();
    assert!(modest_at.len() == 3 && modest_at[2] <= 6, "{served:?}");
    let order: Vec<_> = served.iter().filter(|(who, _)| *who == "greedy").map(|(_, at)| *at).collect();
    assert!(order.is_sorted(), "first come, first served: {served:?}");
}

#[test]
fn a_turn_that_is_given_up_leaves_nothing_behind() {
    let gate = Gate::new(1);
    let lane = gate.lane(10);
    for granted_first in [false, true] {
        let place = taken(&lane).unwrap();
        let mut given_up = lane.turn(EngineKind::Pure);
        assert!(polled(&mut given_up).is_none());
        if granted_first {
            drop(place);
            drop(given_up);
        } else {
            drop(given_up);
            drop(place);
        }
        assert!(taken(&lane).is_some(), "granted first: {granted_first}");
    }
    let state = gate.state();
    assert_eq!((state.free, state.round.len(), state.lanes.get(&lane.id).unwrap().running), ([1, 1], 0, 0));
}

#[test]
fn a_thread_waits_until_a_place_is_given_back_or_its_time_is_over() {
    let gate = Gate::new(1);
    let lane = gate.lane(10);
    let place = taken(&lane).unwrap();
    assert!(lane.turn(EngineKind::Pure).block(Some(Duration::from_millis(5))).is_none());
    std::thread::scope(|scope| {
        let (waiting, waits) = mpsc::channel();
        let lane = &lane;
        let other = scope.spawn(move || {
            waiting.send(()).unwrap();
            lane.turn(EngineKind::Pure).block(None).is_some()
        });
        waits.recv().unwrap();
        drop(place);
        assert!(other.join().unwrap());
    });
}

#[test]
fn under_many_threads_no_more_than_the_places_are_taken_and_everybody_is_served() {
    use std::sync::atomic::AtomicU32;
    let gate = Gate::new(3);
    let lanes: Vec<_> = [1, 2, 100].into_iter().map(|parallel_max| gate.lane(parallel_max)).collect();
    let (inside, most, served) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for at in 0..12 {
            let (lane, inside, most, served) = (&lanes[at % 3], &inside, &most, &served);
            scope.spawn(move || {
                for _ in 0..500 {
                    let _place = lane.turn(EngineKind::Pure).block(None).unwrap();
                    most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    served.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(served.into_inner(), 6_000);
    assert!(most.into_inner() <= 3);
    assert_eq!(gate.state().free, [3, 3]);
}
