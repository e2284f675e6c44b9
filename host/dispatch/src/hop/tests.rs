use std::sync::mpsc;

use super::*;

/// Waits until it is so; the other tasks and threads go on meanwhile.
async fn until(so: impl Fn() -> bool) {
    while !so() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_cannot_wait_is_refused_and_a_panic_is_an_error() {
    let hop = Hop::new(1, 1, 1);
    let (release, held) = mpsc::channel::<()>();
    let spawn = |work: Box<dyn FnOnce() -> bool + Send>| {
        let hop = hop.clone();
        tokio::spawn(async move { hop.run("a", work).await })
    };
    let first = spawn(Box::new(move || held.recv().is_ok()));
    until(|| hop.lines().running == 1).await;
    let second = spawn(Box::new(|| true));
    until(|| hop.is_wanted()).await;
    assert_eq!(hop.run("a", || true).await, Err(HopError::Busy));
    release.send(()).unwrap();
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(true), Ok(true)));
    assert_eq!(hop.run("a", || -> u8 { panic!("a defect") }).await, Err(HopError::Failed));
    assert_eq!(hop.run("a", || 3).await, Ok(3));
    until(|| hop.lines().running == 0).await;
    assert!(hop.lines().keys.is_empty());
}

#[tokio::test]
async fn one_key_never_has_all_threads_and_keys_have_turns() {
    let hop = Hop::new(3, 2, 64);
    let (told, order) = mpsc::channel();
    let mut releases = Vec::new();
    let mut ask = |key: &'static str, name: &'static str| {
        let (release, held) = mpsc::channel::<()>();
        let told = told.clone();
        hop.submit(key, move || {
            told.send(name).unwrap();
            let _ = held.recv();
        });
        releases.push(release);
    };
    for (key, name) in [("slow", "s1"), ("slow", "s2"), ("slow", "s3"), ("slow", "s4"), ("a", "a1"), ("a", "a2"), ("b", "b1")] {
        ask(key, name);
    }
    let take = |count: usize| {
        let mut names: Vec<&str> = (0..count).map(|_| order.recv().unwrap()).collect();
        names.sort_unstable();
        names
    };
    // Two of the slow ones, and still a thread for another.
    assert_eq!(take(3), ["a1", "s1", "s2"]);
    // A slow one ends: it was its own turn first, then the others'.
    releases[0].send(()).unwrap();
    assert_eq!(take(1), ["s3"]);
    releases[4].send(()).unwrap();
    assert_eq!(take(1), ["a2"]);
    releases[5].send(()).unwrap();
    assert_eq!(take(1), ["b1"]);
    drop(releases);
    assert_eq!(take(1), ["s4"]);
    until(|| hop.lines().keys.is_empty()).await;
}
