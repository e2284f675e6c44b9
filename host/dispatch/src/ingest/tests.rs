mod remote;

use std::collections::BTreeMap;

use model::{
    Advance, Attributes, Event, Failure, FaultKind, Frame, Handshake, Header, Item, Page, Pointer, Reception, Refusal, Response, Role,
    SettingOr, SignatureScheme, Transport,
};

use super::*;
use crate::testing::{MemoryStore, QuickClock, Scripted, SecretTable, chain, connector, generation, hold_in, step};

fn said(id: &str) -> Fact {
    let item = Item { source_id: id.into(), text: "hello".into(), ..Item::default() };
    Fact { account: None, dedup_key: None, event: Event::Said(item) }
}

fn answer() -> Response {
    Response { status: 202, headers: vec![], body: b"thanks".to_vec() }
}

/// Reads `refuse`, `crash`, `huge`, `point` and everything else.
fn reader() -> Scripted {
    let plugin = Scripted::new("reader").known(|info| {
        let token = SignatureScheme::Token { header: "x-token".into(), prefix: String::new(), secret: "token".into() };
        info.manifest.signature = Some(SettingOr::Value(token));
        info.manifest.handshake = Some(SettingOr::Value(Handshake::HubChallenge { secret: "token".into() }));
        info.spec.grants.secrets.insert("token".into(), "reader-token".into());
    });
    plugin.receives(|delivery| {
        assert!(delivery.header("x-token").is_none(), "the token reaches no guest");
        match delivery.body.as_slice() {
            b"refuse" => Ok(Err(Refusal::Malformed("not JSON".into()))),
            b"crash" => Err(FaultKind::Trap("unreachable".into())),
            b"huge" => Ok(Ok(Reception { answer: answer(), facts: vec![said("x"); 1_001], pointers: vec![] })),
            b"long" => Ok(Ok(Reception { answer: answer(), facts: vec![said(&"x".repeat(600))], pointers: vec![] })),
            b"point" => Ok(Ok(Reception { answer: answer(), facts: vec![], pointers: vec![Pointer::default()] })),
            _ => Ok(Ok(Reception { answer: answer(), facts: vec![said("1"), said("2")], pointers: vec![] })),
        }
    })
}

fn ingest(plugin: Scripted) -> (Ingest, Arc<MemoryStore>, Arc<Counters>) {
    ingest_by(plugin, Arc::default())
}

fn ingest_by(plugin: Scripted, clock: Arc<QuickClock>) -> (Ingest, Arc<MemoryStore>, Arc<Counters>) {
    ingest_with(plugin, clock, Arc::new(crate::port::Nothing), &["t0ken"])
}

fn ingest_with(
    plugin: Scripted,
    clock: Arc<QuickClock>,
    remote_keys: Arc<dyn RemoteKeys>,
    values: &[&str],
) -> (Ingest, Arc<MemoryStore>, Arc<Counters>) {
    let router = Scripted::new("router").routes(|_, _, _| Ok(hold_in("care"))).done();
    let chains = vec![chain("main", None, vec![step("router", Role::Router, None, model::OnFault::Hold)])];
    let generation = generation(&[router, plugin.done()], vec![connector("shop", "reader")], chains);
    let (store, counters) = (Arc::new(MemoryStore::default()), Arc::new(Counters::default()));
    let ports = IngestPorts {
        current: Arc::new(Current::new(generation)),
        store: Arc::clone(&store) as Arc<dyn Store>,
        remote_keys,
        secrets: Arc::new(SecretTable(BTreeMap::from([("reader-token".into(), values.iter().map(|value| (*value).into()).collect())]))),
        counters: Arc::clone(&counters),
        breakers: Arc::new(Breakers::new(Arc::clone(&clock) as Arc<dyn Clock>)),
        clock,
        hop: Hop::for_cores(),
        wake: Wake::default(),
    };
    (Ingest::new(ports), store, counters)
}

fn post(body: &str, token: &str) -> Delivery {
    let headers = vec![Header::new("x-token", token), Header::new("cookie", "c")];
    Delivery { method: "POST".into(), url: "/hooks/shop".into(), headers, body: body.into(), ..Delivery::default() }
}

fn briefly(hooked: &Hooked) -> String {
    match hooked {
        Hooked::Answer(response) | Hooked::Handshake(response) => {
            format!("{} {}", response.status, String::from_utf8_lossy(&response.body))
        }
        Hooked::Quarantined(id) => format!("kept as {id}"),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn deliveries_are_answered_when_they_are_durable() {
    let check = async |delivery: Delivery, expected: &str, accepted: usize, kept: Option<&str>| {
        let (ingest, store, _) = ingest(reader());
        assert_eq!(briefly(&ingest.webhook("shop", delivery).await), expected);
        let memory = store.memory();
        assert_eq!(memory.intakes.len(), accepted);
        assert_eq!(memory.quarantine.values().next().map(|(kept, _)| kept.cause.as_str()), kept);
        for raw in memory.intakes.iter().map(|intake| &intake.raw).chain(memory.quarantine.values().map(|(kept, _)| &kept.raw)) {
            assert!(raw.headers.is_empty(), "no secret is stored");
        }
    };
    check(post("order", "t0ken"), "202 thanks", 1, None).await;
    check(post("order", "wrong"), "Unauthorised(Mismatch)", 0, None).await;
    check(post("refuse", "t0ken"), "kept as q0", 0, Some("malformed")).await;
    check(post("crash", "t0ken"), "kept as q0", 0, Some("trap")).await;
    check(post("huge", "t0ken"), "kept as q0", 0, Some("contract")).await;
    check(post("long", "t0ken"), "kept as q0", 0, Some("contract")).await;
    check(post("point", "t0ken"), "kept as q0", 0, Some("contract")).await;
    let url = "/hooks/shop?hub.mode=subscribe&hub.verify_token=t0ken&hub.challenge=42";
    check(Delivery { method: "GET".into(), url: url.into(), ..Delivery::default() }, "200 42", 0, None).await;
}

#[tokio::test]
async fn a_connector_out_of_service_is_not_called_and_its_deliveries_are_kept() {
    let clock = Arc::new(QuickClock::default());
    let plugin = reader();
    let asked = plugin.asked();
    let (ingest, store, counters) = ingest_by(plugin, Arc::clone(&clock));
    for _ in 0..5 {
        ingest.webhook("shop", post("crash", "t0ken")).await;
    }
    assert_eq!(briefly(&ingest.webhook("shop", post("order", "t0ken")).await), "kept as q5");
    assert_eq!(briefly(&ingest.webhook("shop", post("order", "wrong")).await), "Unauthorised(Mismatch)");
    assert_eq!(store.memory().quarantine["q5"].0.cause, "tripped");
    let id = DeliveryId("q5".into());
    assert!(matches!(ingest.redrive(&id).await, Ok(Redriven::Retained { cause, .. }) if cause == "tripped"));
    assert_eq!((store.memory().quarantine["q5"].1, asked.lock().unwrap().len()), (1, 5), "not tried");
    clock.pass(10_000);
    assert!(matches!(ingest.redrive(&id).await, Ok(Redriven::Released(_))));
    assert_eq!(briefly(&ingest.webhook("shop", post("order", "t0ken")).await), "202 thanks");
    let counts = counters.snapshot();
    assert_eq!((counts.plugins["reader"].calls, &counts.plugins["reader"].faults["tripped"]), (7, &2));
    assert_eq!(counts.connectors["shop"].quarantined["tripped"], 1);
}

#[tokio::test]
async fn deliveries_that_wait_are_read_together_as_one_by_one() {
    let plugin = reader().known(|info| info.spec.breaker.faults_max = 0);
    let asked = plugin.asked();
    let (ingest, ..) = ingest(plugin);
    let arrival = ingest.0.arrival("shop").unwrap();
    let bodies = ["order", "refuse", "crash", "huge", "", "long"];
    let deliveries = bodies.map(|body| Delivery { body: body.into(), ..Delivery::default() });
    let briefly = |read: Result<Reception, Unread>| read.map_or_else(|unread| unread.cause, |reception| reception.facts.len().to_string());
    let together = ingest.0.receive_all(&arrival, &deliveries.each_ref()).into_iter().map(briefly);
    assert_eq!(together.collect::<Vec<_>>(), ["2", "malformed", "trap", "contract", "2", "contract"]);
    assert_eq!(*asked.lock().unwrap(), [(6, None)]);
    let at_once = (0..20).map(|number| ingest.webhook("shop", post(bodies[number % 2], if number == 7 { "wrong" } else { "t0ken" })));
    let hooked = futures::future::join_all(at_once).await;
    let count = |wanted: fn(&Hooked) -> bool| hooked.iter().filter(|hooked| wanted(hooked)).count();
    assert_eq!(count(|hooked| matches!(hooked, Hooked::Answer(_))), 10);
    assert_eq!(count(|hooked| matches!(hooked, Hooked::Quarantined(_))), 9);
    assert!(matches!(hooked[7], Hooked::Unauthorised(_)));
}

#[tokio::test]
async fn what_is_not_durable_is_not_acknowledged() {
    let (ingest, store, counters) = ingest(reader());
    assert!(matches!(ingest.webhook("nobody", post("order", "t0ken")).await, Hooked::UnknownConnector));
    for body in ["order", "refuse"] {
        store.memory().away = 1;
        assert!(matches!(ingest.webhook("shop", post(body, "t0ken")).await, Hooked::Unavailable(_)), "{body}");
    }
    assert!(matches!(ingest.webhook("shop", post("order", "t0ken")).await, Hooked::Answer(_)));
    let intake = store.memory().intakes[0].clone();
    assert_eq!((intake.channel.as_str(), intake.account.as_deref(), intake.facts.len()), ("mastodon", Some("desk"), 2));
    let counts = &counters.snapshot().connectors["shop"];
    assert_eq!((counts.deliveries, counts.turned_away, counts.facts["said"]), (1, 2, 2));
}

#[tokio::test]
async fn quarantine_is_left_when_the_connector_can_read() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let mended = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&mended);
    let plugin = Scripted::new("reader").receives(move |_| {
        let reception = Reception { answer: answer(), facts: vec![said("1")], pointers: vec![] };
        Ok(if switch.load(Ordering::SeqCst) { Ok(reception) } else { Err(Refusal::Unsupported("later".into())) })
    });
    let (ingest, store, _) = ingest(plugin);
    let Hooked::Quarantined(id) = ingest.webhook("shop", post("x", "")).await else { panic!("not kept") };
    let retained = Redriven::Retained { cause: "unsupported".into(), detail: "later".into() };
    assert_eq!(ingest.redrive(&id).await.unwrap(), retained);
    assert_eq!(store.memory().quarantine["q0"].1, 2);
    mended.store(true, Ordering::SeqCst);
    assert!(matches!(ingest.redrive(&id).await, Ok(Redriven::Released(_))));
    assert!(store.memory().quarantine.is_empty());
    assert!(matches!(ingest.redrive(&id).await, Err(IngestError::Store(StoreError::NotFound { .. }))));
}

#[tokio::test]
async fn frames_are_kept_when_they_tell_something_and_mails_always() {
    let plugin = |transport| {
        let plugin = Scripted::new("reader").known(|info| info.manifest.transport = Some(transport));
        plugin.connects(|frame| match frame.as_slice() {
            b"opened" => Ok(Ok(Advance { send: vec![Frame::Text("hello".into())], ..Advance::default() })),
            b"beat" => Ok(Ok(Advance::default())),
            b"broken" => Ok(Err(Refusal::Malformed("truncated".into()))),
            _ => Ok(Ok(Advance { facts: vec![said("1")], cursor: Some(b"7".to_vec()), ..Advance::default() })),
        })
    };
    let (ingest, store, _) = ingest(plugin(Transport::Sse { url: "https://social.example".into(), credential: None }));
    assert_eq!(ingest.opened("shop").await.unwrap().send, [Frame::Text("hello".into())]);
    assert_eq!(ingest.frame("shop", b"beat".to_vec(), Attributes::new()).await.unwrap(), FrameOutcome::default());
    assert!(store.memory().intakes.is_empty());
    assert!(ingest.frame("shop", b"news".to_vec(), Attributes::new()).await.unwrap().accepted.is_some());
    assert_eq!(store.memory().cursors["shop"], b"7");
    assert_eq!(store.memory().intakes[0].raw.method, "FRAME");
    assert!(ingest.frame("shop", b"broken".to_vec(), Attributes::new()).await.unwrap().quarantined.is_some());
    assert!(matches!(ingest.poll("shop").await, Err(IngestError::WrongRole { .. })));

    let (ingest, store, _) = self::ingest(plugin(Transport::Mail { imap: None, credential: None }));
    assert!(ingest.frame("shop", b"beat".to_vec(), Attributes::new()).await.unwrap().accepted.is_some());
    assert_eq!(store.memory().intakes.len(), 1);
}

#[tokio::test]
async fn polls_commit_facts_and_cursor_as_one() {
    let plugin = Scripted::new("reader").hydrates(|pointer| match pointer.id.as_str() {
        "gone" => Ok(Err(Failure::Later { at: None, why: "busy".into() })),
        id => Ok(Ok(vec![said(id)])),
    });
    let plugin = plugin.polls(|cursor| {
        let pointer = |id: &str| Pointer { id: id.into(), ..Pointer::default() };
        let page = |facts, pointers, cursor: &[u8]| Page { facts, pointers, cursor: cursor.to_vec(), more: true, next_poll_at: None };
        Ok(match cursor.as_deref() {
            None => Ok(page(vec![said("1")], vec![pointer("p1"), pointer("p2")], b"a")),
            Some(b"a") => Ok(page(vec![said("3")], vec![pointer("gone")], b"b")),
            Some(b"z") => Ok(page(vec![], vec![], b"z")),
            _ => Err(Failure::Unauthorised("no token".into())),
        })
    });
    let (ingest, store, counters) = ingest(plugin);
    assert!(ingest.poll("shop").await.unwrap().more);
    let ids = |intake: &Intake| intake.facts.iter().filter_map(|fact| fact.event.source_id().map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(ids(&store.memory().intakes[0]), ["1", "p1", "p2"]);
    assert!(matches!(ingest.poll("shop").await, Err(IngestError::Failed(Failure::Later { .. }))));
    assert_eq!(store.memory().cursors["shop"], b"a", "a page that is not whole does not move the cursor");
    store.memory().cursors.insert("shop".into(), b"z".to_vec());
    assert_eq!(ingest.poll("shop").await.unwrap(), PollOutcome::default());
    store.memory().cursors.insert("shop".into(), b"?".to_vec());
    assert!(matches!(ingest.poll("shop").await, Err(IngestError::Failed(Failure::Unauthorised(_)))));
    assert_eq!(counters.snapshot().connectors["shop"].failures, 2);
}

/// Adapters spawn these futures: that they can be sent between threads is part of what they promise.
#[test]
fn every_way_in_can_be_spawned() {
    fn spawnable(_: impl Future + Send + 'static) {}
    let (ingest, ..) = ingest(reader());
    let way_in = |ingest: &Ingest| ingest.clone();
    let (a, b, c, d, e) = (way_in(&ingest), way_in(&ingest), way_in(&ingest), way_in(&ingest), way_in(&ingest));
    spawnable(async move { a.webhook("shop", post("order", "t0ken")).await });
    spawnable(async move { b.frame("shop", vec![], Attributes::new()).await });
    spawnable(async move { c.poll("shop").await });
    spawnable(async move { d.redrive(&DeliveryId::default()).await });
    spawnable(async move { (e.opened("shop").await, e.woken("shop").await) });
}
