//! Facts that come in any order, twice, all at once, or with poison among them; and answers that wait for none of it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use harness::{Ledger, StandIn, request};
use serde_json::{Value, json};

use super::wire::{goes_on, percentile};
use crate::desk::{CHAIN, Desk, HOOK, PATIENCE};

fn desk() -> Desk {
    Desk::open(&[HOOK, CHAIN].concat())
}

/// A plugin that misbehaves for texts that contain `please`, as the first step of the chain.
fn chain_with(misdeed: &str, deadline_ms: u64) -> String {
    let plugin = format!(
        "[[plugin]]\nname = \"odd\"\nfile = \"DIST/fault.wasm\"\ngrant = {{ fields = [\"text\"] }}\n\
         limits = {{ deadline_ms = {deadline_ms}, fuel_max = 100_000_000_000 }}\n\
         [plugin.settings]\nrole = \"{misdeed}\"\nwhen = \"please\"\n"
    );
    let step = "[[chain.step]]\nplugin = \"odd\"\nrole = \"classifier\"\non_fault = \"hold\"\n[[chain.step]]";
    plugin + &CHAIN.replace("[[chain.step]]", step)
}

/// What six facts about two items can come to, in the order in which they happened.
fn facts(group: usize) -> [Value; 6] {
    let (one, two, thread) = (format!("{group}-one"), format!("{group}-two"), format!("thread-{group}"));
    let at = |second: u32| format!("2024-05-01T12:00:{second:02}Z");
    [
        json!({"id": one, "thread": thread, "text": "first words", "at": at(1)}),
        json!({"event": "changed", "id": one, "thread": thread, "text": "second thoughts", "at": at(2)}),
        json!({"id": two, "thread": thread, "text": "an answer", "at": at(3)}),
        json!({"event": "changed", "id": two, "thread": thread, "text": "a better answer", "at": at(4)}),
        json!({"event": "gone", "id": two, "thread": thread, "at": at(5)}),
        json!({"event": "changed", "id": one, "thread": thread, "text": "last words", "at": at(6)}),
    ]
}

/// All orders of six (Heap's algorithm).
fn orders() -> Vec<[usize; 6]> {
    fn permute(count: usize, order: &mut [usize; 6], all: &mut Vec<[usize; 6]>) {
        if count == 1 {
            return all.push(*order);
        }
        for at in 0..count {
            permute(count - 1, order, all);
            order.swap(if count.is_multiple_of(2) { at } else { 0 }, count - 1);
        }
    }
    let (mut order, mut all) = ([0, 1, 2, 3, 4, 5], Vec::new());
    permute(6, &mut order, &mut all);
    all
}

#[test]
fn every_order_of_six_facts_ends_in_the_same_state() {
    let desk = desk();
    let orders = orders();
    assert_eq!(orders.len(), 720);
    let next = AtomicUsize::new(0);
    let url = format!("{}/hooks/hook", desk.host.url());
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while let Some((group, order)) = Some(next.fetch_add(1, Ordering::SeqCst)).and_then(|at| Some((at, orders.get(at)?))) {
                    let facts = facts(group);
                    for at in order {
                        let answer = request("POST", &url, &[], facts[*at].to_string().as_bytes()).expect("an answer");
                        assert_eq!(answer.status, 200, "{}", answer.body);
                    }
                }
            });
        }
    });
    let ended = |totals: &Value| totals["pending"] == 0;
    desk.host.wait_for_totals(PATIENCE * 2, ended).expect("all is decided");
    let mut items = BTreeMap::<String, Vec<String>>::new();
    for row in rows(&desk) {
        let id = row["source_id"].as_str().expect("an id").to_owned();
        let (group, name) = id.split_once('-').expect("a group");
        items.entry(group.to_owned()).or_default().push(format!("{name} {} {}", row["state"], row["interaction"]["text"]));
    }
    let mut ends = BTreeMap::<String, usize>::new();
    for mut group in items.into_values() {
        group.sort();
        *ends.entry(group.join("; ")).or_default() += 1;
    }
    assert_eq!(ends.values().sum::<usize>(), 720, "{ends:#?}");
    assert_eq!(ends.len(), 1, "{ends:#?}");
    assert!(ends.keys().all(|end| end.contains("last words") && end.contains("removed")), "{ends:?}");
}

/// All interactions, by pages.
fn rows(desk: &Desk) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let page = desk.ask(&format!("/interactions?limit=499{next}"));
        all.extend(page["items"].as_array().expect("items").clone());
        match page["next"].as_str() {
            Some(before) => next = format!("&before={before}"),
            None => return all,
        }
    }
}

#[test]
fn what_is_polled_and_streamed_is_one_interaction() {
    let file = harness::repository().join("examples/01-first-chain/payloads/mastodon/notifications.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(file).expect("the sample")).expect("JSON");
    let mention = all.as_array().expect("a list").iter().find(|one| one["type"] == "mention").expect("a mention").clone();
    let instance = StandIn::start(0).expect("an instance");
    instance.serve("/api/v1/notifications", json!([mention]));
    let address = format!("127.0.0.1:{}", instance.port());
    let connector = format!(
        "[secrets]\ntoken = {{ env = \"TOKEN\" }}\n[[plugin]]\nname = \"mastodon\"\nfile = \"DIST/mastodon.wasm\"\n\
         [plugin.grant]\nhosts = [\"{address}\"]\nprivate_network = true\nsecrets = {{ token = \"token\" }}\n\
         [plugin.settings]\nbase_url = \"http://{address}\"\npoll = [\"notifications\"]\n\
         acct = \"lumen\"\naccount_id = \"900\"\nlookback_hours = 876000\n\
         [[connector]]\nname = \"mastodon\"\nplugin = \"mastodon\"\naccount = \"lumen\"\npoll_interval_ms = 1_000\nconnect = true\n"
    );
    let desk = Desk::with_env(&[HOOK, &connector, CHAIN].concat(), &[("TOKEN", "token")]);
    desk.decisions(1);
    instance.stream(&format!("event: notification\ndata: {mention}\n\n"));
    let streamed = |totals: &Value| totals["deliveries"].as_u64() >= Some(2);
    let totals = desk.host.wait_for_totals(PATIENCE, streamed).expect("it is streamed too");
    assert_eq!(totals["interactions"], 1, "{totals}");
    goes_on(&desk);
}

#[test]
fn a_storm_in_one_conversation_keeps_its_order_and_holds_up_nobody() {
    let desk = desk();
    let url = format!("{}/hooks/hook", desk.host.url());
    let (next, slowest) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let send = |id: String, thread: &str| {
        let body = json!({"id": id, "thread": thread, "text": id}).to_string();
        assert_eq!(request("POST", &url, &[], body.as_bytes()).expect("an answer").status, 200);
    };
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                while let Some(number) = Some(next.fetch_add(1, Ordering::SeqCst)).filter(|number| *number < 500) {
                    send(format!("storm-{number:03}"), "storm");
                }
            });
        }
        scope.spawn(|| {
            for number in 0..30 {
                let began = Instant::now();
                send(format!("calm-{number}"), &format!("calm-{number}"));
                slowest.lock().expect("times").push(began.elapsed());
            }
        });
    });
    desk.decisions(530);
    let ledger = Ledger::read(&desk.host).expect("a ledger");
    let all = (0..500).map(|number| format!("storm-{number:03}")).collect();
    ledger.check(&all).expect("all of it once");
    ledger.check_order().expect("no inversions");
    eprintln!("others were answered within {:?}", slowest.lock().expect("times").iter().max());
}

#[test]
fn the_answer_does_not_wait_for_the_chain() {
    // What contains `please` keeps a step busy for a second.
    let desk = Desk::open(&[HOOK, &chain_with("loop", 1_000)].concat());
    let times = |text: &str| {
        let one = |number: u32| {
            let began = Instant::now();
            desk.say("hook", &json!({"id": format!("{text} {number}"), "thread": "one", "text": text}));
            began.elapsed()
        };
        percentile(&mut (0..40).map(one).collect::<Vec<_>>(), 50)
    };
    let (quick, slow) = (times("hello"), times("please wait"));
    eprintln!("answered within {quick:?} (median), and {slow:?} while each takes a second to decide");
    assert!(slow < quick * 3 + Duration::from_millis(200), "{quick:?} {slow:?}");
    assert!(desk.ask("/totals")["pending"].as_u64() > Some(20), "they were waited for: {}", desk.ask("/totals"));
}

#[test]
fn poison_is_held_for_a_person_and_the_conversation_goes_on() {
    let desk = Desk::open(&[HOOK, &chain_with("trap", 50)].concat());
    for (number, text) in ["before", "please", "after", "please again", "the end"].iter().enumerate() {
        desk.say("hook", &json!({"id": format!("p{number}"), "thread": "poisoned", "text": text}));
    }
    let began = Instant::now();
    let rows = desk.decisions(5);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let ends: Vec<bool> = rows.iter().map(|row| row["decision"]["routing"]["disposition"]["hold"] == "held").collect();
    assert_eq!(ends, [false, true, false, true, false]);
    let stored = desk.decision_about("please");
    assert_eq!(stored["decision"]["routing"]["reasons"][0]["code"], "held-after-fault");
    goes_on(&desk);
}
