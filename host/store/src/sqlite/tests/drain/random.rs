use std::collections::{BTreeMap, BTreeSet};

use dispatch::port::{Outbox, OutgoingFilter, Store};
use model::{Answer, Attributes, Author, Effect, Event, FaultKind, Item, Outbound, OutgoingState, Rung, Undelivered};

use super::World;
use super::channel::{Channel, Said};
use crate::suite::fixtures::{accept, assign, decided, fact, item};

const ALL: usize = 10_000;
const CONVERSATIONS: usize = 2_500;

/// The same for the same key and try, and nobody knows which.
fn dice(key: &str, before: u32) -> u64 {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(format!("{key} {before}"));
    u64::from_le_bytes(*digest.first_chunk::<8>().unwrap())
}

/// Everything that can go wrong on the way to a channel.
fn moody(key: &str, _: &Outbound, before: u32) -> Said {
    let lost = |has_it| Said { has_it, answer: Ok(Err(Undelivered::Unknown("cut off".to_owned()))) };
    match dice(key, before) % 100 {
        0..50 => Said::sent(&[&format!("id of {key} {before}")]),
        50..60 => lost(true),
        60..70 => lost(false),
        70..75 => Said { has_it: true, answer: Err(FaultKind::Deadline { deadline_ms: 5 }) },
        75..80 => Said { has_it: false, answer: Err(FaultKind::Trap("unreachable".to_owned())) },
        80..90 => Said::refused(Undelivered::Later { at: None, why: "503".to_owned() }),
        90..94 => Said::refused(Undelivered::Unauthorised("401".to_owned())),
        94..97 => Said::refused(Undelivered::WindowClosed("over".to_owned())),
        _ => Said::refused(Undelivered::Never("blocked".to_owned())),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_under_random_failures_end_once() {
    let finds = |has: bool| Ok(has.then(|| model::Delivered::Sent(vec!["found".to_owned()])));
    let channel = |name: &str| Channel::new(name, moody).finds(finds).without_breaker().done();
    let (desk, mail) = (channel("desk"), channel("mail"));
    let ladder = vec![Rung::Thread, Rung::Address { connector: "mail".to_owned(), to: "author/email".to_owned(), consent: None }];
    let mut world = World::new(&[("desk", &desk), ("mail", &mail)], ladder).await;
    world.settings.account_sends_max = 64;
    world.settings.automatic_answers_per_hour_max = 1_000;
    let attributes = Attributes::from([("email".to_owned(), "ann@mail.example".into())]);
    let said = |number: usize| {
        let author = Author { id: "a".to_owned(), attributes: attributes.clone(), ..Author::default() };
        let item = Item { conversation: None, author: Some(author), ..item(&number.to_string(), "hello", 5) };
        fact(Event::Said(item))
    };
    accept(world.store(), (0..CONVERSATIONS).map(said).collect()).await;
    let answer = |number: usize| Effect::Answer(Answer { text: format!("answer {number}"), private: false, attributes: Attributes::new() });
    let waiting = world.store().pending(0, 5_000).await.unwrap();
    let mut news = Vec::new();
    for one in &waiting {
        let mut new = decided(world.store(), one, assign("q"), 1.0).await;
        new.decision.routing.effects = (0..ALL / CONVERSATIONS).map(answer).collect();
        news.push(new);
    }
    for part in news.chunks(200) {
        futures::future::try_join_all(part.iter().map(|new| world.store().decide(new.clone()))).await.unwrap();
    }
    world.settle().await;
    judge(&world, &[&desk, &mail]).await;
}

async fn judge(world: &World, channels: &[&Channel]) {
    // What each channel has, and in which order.
    let mut had: BTreeMap<String, usize> = BTreeMap::new();
    for key in channels.iter().flat_map(|channel| channel.keys()) {
        *had.entry(key).or_default() += 1;
    }
    let twice: Vec<_> = had.iter().filter(|(_, times)| **times > 1).collect();
    assert_eq!(twice, Vec::<(&String, &usize)>::new(), "nothing is said twice, because a channel that lost its answer is asked first");
    let mut seen = BTreeSet::new();
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    let mut before = None;
    loop {
        let page = world.store().outgoing(OutgoingFilter { before, limit: 500, ..OutgoingFilter::default() }).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        for row in &page {
            assert!(seen.insert(row.id.clone()));
            *states.entry(row.state.name()).or_default() += 1;
            let rungs = [row.id.0.clone(), format!("{}-1", row.id)];
            let had = rungs.iter().filter(|key| had.contains_key(*key)).count();
            let expected = usize::from(row.state == OutgoingState::Done);
            assert_eq!(had, expected, "{row:?}");
        }
    }
    assert_eq!(seen.len(), ALL);
    assert!(states.keys().all(|state| matches!(*state, "done" | "parked")), "{states:?}");
    assert!(states["done"] > ALL * 9 / 10 && states["parked"] > 0, "{states:?}");
}
