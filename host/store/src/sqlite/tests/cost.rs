//! What an interaction costs, by the processor's clock: run by hand with `--release --ignored --nocapture`, quick and without a verdict.

use std::time::Instant;

use dispatch::port::{AuditPoint, History, NewDecision, Pending, RecordedRange, Store};
use model::{Delivery, Event, Factor, Header, Item, Priority, Reason, Signal, StepOutcome};

use super::Home;
use crate::suite::fixtures::{assign, decision, fact, intake, item};

const CALLERS: usize = 64;
const ITEMS: usize = 16_384;

const TEXT: &str = "Hello, I ordered two lamps on the 3rd, the parcel came yesterday and one of them is broken. The box was fine, so it must \
have happened before it was packed. I have written twice and nobody has answered me, which I find quite unacceptable given what I paid. \
Please send me a new one this week or take both back, order 83-11920. Regards, Ann";

/// Processor time of this process, in microseconds.
fn cpu_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks * 10_000.0
}

/// Bytes that this process has written.
fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap();
    io.lines().find_map(|line| line.strip_prefix("wchar: ")).unwrap().parse().unwrap()
}

struct Meter {
    started: Instant,
    cpu: f64,
    written: u64,
}

impl Meter {
    fn start() -> Self {
        Self { started: Instant::now(), cpu: cpu_us(), written: written() }
    }

    fn stop(self, what: &str, count: usize) {
        let count = f64::from(u32::try_from(count).unwrap());
        let wall = self.started.elapsed().as_secs_f64() * 1e6 / count;
        let cpu = (cpu_us() - self.cpu) / count;
        let bytes = f64::from(u32::try_from(written() - self.written).unwrap_or(u32::MAX)) / count;
        eprintln!("{what:24} {wall:8.1} µs wall {cpu:8.1} µs CPU {bytes:8.0} bytes written");
    }
}

fn delivery(at: usize) -> dispatch::port::Intake {
    let said = Item { conversation: None, subject: Some("Broken lamp".to_owned()), ..item(&format!("shop-{at}"), TEXT, 1_000) };
    let headers = ["host", "content-type", "webhook-id", "webhook-timestamp", "webhook-signature", "content-length"];
    let headers = headers.into_iter().map(|name| Header::new(name, "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=")).collect();
    let body = format!("{{\"id\":\"shop-{at}\",\"text\":\"{TEXT}\",\"customer\":{{\"name\":\"Ann\"}}}}").into_bytes();
    let raw = Delivery { method: "POST".to_owned(), url: "/hooks/shop".to_owned(), headers, body, ..Delivery::default() };
    dispatch::port::Intake { raw, ..intake(vec![fact(Event::Said(said))]) }
}

/// As the sample's chain decides: a classifier, a prioritizer, a router.
fn settled(pending: &Pending, work: dispatch::port::Work) -> NewDecision {
    let mut new = decision(pending, work.interaction.clone(), work.situation, assign("complaints"), 71.5);
    let reason = |code: &str| Reason::new(code, "It says unacceptable, which is a strong word.").with("word", "unacceptable");
    let factors = ["anger", "waiting", "reach", "deadline"];
    let factor = |name: &&str| Factor { name: (*name).to_owned(), level: 0.73, weight: 25.0, reason: reason("strong-word") };
    let priority = Priority { score: 71.5, factors: factors.iter().map(factor).collect() };
    let signal = Signal { reasons: vec![reason("words")], ..crate::suite::fixtures::signal() };
    new.decision.routing.effects.clear();
    new.decision.routing.reasons = vec![reason("complaint")];
    new.decision.priority = Some(priority.clone());
    let answers = [
        serde_json::to_value(vec![signal.clone(), signal]).unwrap(),
        serde_json::to_value(priority).unwrap(),
        serde_json::to_value(&new.decision.routing).unwrap(),
    ];
    let step = new.trace.steps[0].clone();
    new.trace.steps = answers
        .into_iter()
        .map(|answer| model::StepRecord { saw: Some(work.interaction.clone()), outcome: StepOutcome::Said(answer), ..step.clone() })
        .collect();
    new
}

async fn spread<T: Send + 'static, F>(things: Vec<T>, each: impl Fn(T) -> F + Copy + Send + 'static)
where
    F: Future<Output = ()> + Send,
{
    let mut parts: Vec<Vec<T>> = (0..CALLERS).map(|_| Vec::new()).collect();
    for (at, thing) in things.into_iter().enumerate() {
        parts[at % CALLERS].push(thing);
    }
    let callers: Vec<_> = parts
        .into_iter()
        .map(|part| {
            tokio::spawn(async move {
                for thing in part {
                    each(thing).await;
                }
            })
        })
        .collect();
    futures::future::join_all(callers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn an_interaction_costs() {
    let home = Home::new().await;
    let store: &'static crate::SqliteStore = Box::leak(Box::new(home.store.clone()));
    let intakes: Vec<_> = (0..ITEMS).map(delivery).collect();
    let meter = Meter::start();
    spread(intakes, move |intake| async move { drop(store.accept(intake).await.unwrap()) }).await;
    meter.stop("accept", ITEMS);

    let meter = Meter::start();
    let mut waiting = Vec::new();
    while let Some(after) =
        store.pending(waiting.last().map_or(0, |last: &Pending| last.seq), 64).await.ok().filter(|page| !page.is_empty())
    {
        waiting.extend(after);
    }
    meter.stop("pending", waiting.len());

    let (done, mut works) = (waiting.clone(), Vec::new());
    let meter = Meter::start();
    for pending in waiting {
        let work = store.work(&pending).await.unwrap();
        works.push((pending, work));
    }
    meter.stop("work", done.len());

    let decisions: Vec<_> = works.into_iter().map(|(pending, work)| settled(&pending, work)).collect();
    let meter = Meter::start();
    spread(decisions, move |new| async move { drop(store.decide(new).await.unwrap()) }).await;
    meter.stop("decide", ITEMS);
}

/// Accept, pending, work and decide at the same time, as a server has them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn an_interaction_costs_from_end_to_end() {
    let home = Home::new().await;
    let store: &'static crate::SqliteStore = Box::leak(Box::new(home.store.clone()));
    let intakes: Vec<_> = (0..ITEMS).map(delivery).collect();
    let meter = Meter::start();
    static WAKE: tokio::sync::Notify = tokio::sync::Notify::const_new();
    let accepting = tokio::spawn(spread(intakes, move |intake| async move {
        store.accept(intake).await.unwrap();
        WAKE.notify_one();
    }));
    let (mut after, mut deciding) = (0, tokio::task::JoinSet::new());
    let mut decided = 0;
    while decided < ITEMS {
        WAKE.notified().await;
        for pending in store.pending(after, 4_096).await.unwrap() {
            after = pending.seq;
            decided += 1;
            if deciding.len() >= CALLERS {
                deciding.join_next().await;
            }
            deciding.spawn(async move {
                let work = store.work(&pending).await.unwrap();
                store.decide(settled(&pending, work)).await.unwrap();
            });
        }
    }
    deciding.join_all().await;
    accepting.await.unwrap();
    meter.stop("accepted and decided", ITEMS);
}

/// What a backtest reads, and what an audit does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn history_costs() {
    let home = Home::new().await;
    let store: &'static crate::SqliteStore = Box::leak(Box::new(home.store.clone()));
    let intakes: Vec<_> = (0..ITEMS).map(delivery).collect();
    spread(intakes, move |intake| async move { drop(store.accept(intake).await.unwrap()) }).await;
    let (mut after, mut decisions) = (0, Vec::new());
    while let Some(page) = store.pending(after, 4_096).await.ok().filter(|page| !page.is_empty()) {
        after = page.last().unwrap().seq;
        for pending in page {
            let work = store.work(&pending).await.unwrap();
            decisions.push(settled(&pending, work));
        }
    }
    spread(decisions, move |new| async move { drop(store.decide(new).await.unwrap()) }).await;

    for brief in [false, true, false, true] {
        let meter = Meter::start();
        let (mut range, mut read) = (RecordedRange { limit: 1_000, brief, ..RecordedRange::default() }, 0);
        while let Some(page) = store.recorded(range.clone()).await.ok().filter(|page| !page.is_empty()) {
            range.after = page.last().unwrap().seq;
            read += page.len();
        }
        meter.stop(if brief { "recorded, in brief" } else { "recorded" }, read);
        assert_eq!(read, ITEMS);
    }
    let meter = Meter::start();
    let mut reached = AuditPoint::default();
    loop {
        let stretch = store.audit(reached.clone(), 1_000).await.unwrap();
        assert_eq!(stretch.tampering, []);
        if stretch.decisions == 0 {
            break;
        }
        reached = stretch.reached;
    }
    meter.stop("audit", ITEMS);
}
