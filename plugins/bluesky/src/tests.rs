use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Connection as _, Fact, Feed as _, Outgoing, Response};
use serde_json::{Value, json};

use crate::Bluesky;
use crate::writing::record_key;

const NOW: u64 = 1_790_000_000_000;
const OWN: &str = "did:plc:shop";

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: Bluesky = configured(settings.clone());
        let show = |facts: &[Fact]| json!({"facts": facts.iter().map(cases::fact).collect::<Vec<_>>()});
        let bytes = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).into_bytes();
        match input.get("frame").map(bytes) {
            Some(frame) => {
                cases::mutated(&frame, |variant| drop(plugin.received(variant, &[], None, NOW)));
                match plugin.received(&frame, &[], None, NOW) {
                    Ok(step) => show(&step.facts),
                    Err(refusal) => json!({"refusal": cases::refusal(&refusal)}),
                }
            }
            None => {
                cases::mutated(input["document"].to_string().as_bytes(), |variant| {
                    if let Ok(document) = serde_json::from_slice(variant) {
                        drop(plugin.document(&document));
                    }
                });
                show(&plugin.document(&input["document"]))
            }
        }
    });
}

#[test]
fn outgoing_case_folders() {
    cases::check_sender::<Bluesky>(env!("CARGO_MANIFEST_DIR"));
}

fn post(did: &str, key: &str, at_us: u64, text: &str) -> Vec<u8> {
    let record = json!({"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-09-21T14:13:20.000Z"});
    let commit = json!({"rev": "r", "operation": "create", "collection": "app.bsky.feed.post", "rkey": key, "record": record, "cid": "c"});
    json!({"did": did, "time_us": at_us, "kind": "commit", "commit": commit}).to_string().into_bytes()
}

#[test]
fn of_the_stream_only_what_is_about_us_is_told_and_the_cursor_follows_anyway() {
    let plugin: Bluesky = configured(json!({"did": OWN, "keywords": ["Jacket"]}));
    let start = 1_790_000_000_000_000_u64;
    let step = |frame: &[u8], cursor: u64| plugin.received(frame, &[], Some(cursor.to_string().as_bytes()), NOW).unwrap();
    let nothing = step(&post("did:plc:b", "1", start + 1, "Good morning"), start);
    assert_eq!((nothing.facts.len(), nothing.cursor), (0, None));
    let later = step(&post("did:plc:b", "1", start + 61_000_000, "Good morning"), start);
    assert_eq!((later.facts.len(), later.cursor.as_deref()), (0, Some("1790000061000000".as_bytes())));
    for told in [
        post("did:plc:b", "2", start + 2, "My jacket came"),
        post("did:plc:b", "3", start + 3, "Thanks did:plc:shop"),
        post(OWN, "4", start + 4, "New!"),
    ] {
        let step = step(&told, start);
        assert_eq!((step.facts.len(), step.cursor.is_some()), (1, true), "{}", String::from_utf8_lossy(&told));
    }
    let identity = json!({"did": "did:plc:b", "time_us": start + 5, "kind": "identity", "identity": {"did": "did:plc:b", "seq": 1}});
    assert!(step(identity.to_string().as_bytes(), start).facts.is_empty());
}

#[test]
fn the_stream_is_told_what_is_wanted() {
    let wanted = |settings: Value| match configured::<Bluesky>(settings).opened(None, NOW).send.as_slice() {
        [Outgoing::Text(hello)] => serde_json::from_str::<Value>(hello).unwrap(),
        other => panic!("{other:?}"),
    };
    let all = wanted(json!({"did": OWN, "wanted_dids": ["did:plc:b"]}));
    assert_eq!(all["type"], "options_update");
    assert_eq!(all["payload"]["wantedDids"], json!([]), "anybody may name us");
    assert_eq!(wanted(json!({"wanted_dids": ["did:plc:b"]}))["payload"]["wantedDids"], json!(["did:plc:b"]));
}

fn answer(body: &Value) -> Result<Response, pointsman_plugin::http::Error> {
    Ok(Response::new(200).body("application/json", body.to_string()))
}

fn liked(key: &str, at: &str) -> Value {
    let record = json!({"$type": "app.bsky.feed.like", "createdAt": at, "subject": {"uri": "at://did:plc:shop/app.bsky.feed.post/1"}});
    json!({
        "uri": format!("at://did:plc:b/app.bsky.feed.like/{key}"), "author": {"did": "did:plc:b"}, "reason": "like",
        "reasonSubject": "at://did:plc:shop/app.bsky.feed.post/1", "record": record, "indexedAt": at
    })
}

#[test]
fn notifications_are_read_back_to_what_was_seen() {
    let plugin: Bluesky = configured(json!({"did": OWN, "lookback_hours": 24}));
    let url = "GET https://bsky.social/xrpc/app.bsky.notification.listNotifications?limit=100";
    let first =
        json!({"cursor": "older", "notifications": [liked("3", "2026-09-21T12:00:00.000Z"), liked("2", "2026-09-20T00:00:00.000Z")]});
    let host = Host::new().answer(url, answer(&first));
    let page = plugin.poll(None, NOW).unwrap();
    assert_eq!((page.facts.len(), page.more), (1, false), "what is older than a day is left");
    assert_eq!(host.requests().len(), 1);
    let next =
        json!({"cursor": "older", "notifications": [liked("4", "2026-09-21T13:00:00.000Z"), liked("2", "2026-09-20T00:00:00.000Z")]});
    let _host = Host::new().answer(url, answer(&next));
    let page = plugin.poll(Some(&page.cursor), NOW).unwrap();
    assert_eq!(page.facts[0].dedup_key.as_deref(), Some("record:at://did:plc:b/app.bsky.feed.like/4:"));
}

#[test]
fn chats_go_forward_through_the_chat_service() {
    let plugin: Bluesky = configured(json!({"did": OWN, "poll": ["chat"], "pages_max": 3}));
    let message = json!({"id": "m1", "rev": "r1", "text": "Hello", "sender": {"did": "did:plc:b"}, "sentAt": "2026-09-21T12:00:00.000Z"});
    let entry = json!({"$type": "chat.bsky.convo.defs#logCreateMessage", "rev": "r1", "convoId": "c1", "message": message});
    let log = json!({"cursor": "222", "logs": [entry]});
    let start = "GET https://bsky.social/xrpc/chat.bsky.convo.getLog";
    let host =
        Host::new().answer(start, answer(&log)).answer(&format!("{start}?cursor=222"), answer(&json!({"cursor": "222", "logs": []})));
    let page = plugin.poll(None, NOW).unwrap();
    assert_eq!((page.facts.len(), page.more), (1, false));
    assert_eq!(page.cursor, br#"{"places":{"chat":{"since":"222"}}}"#);
    assert!(host.requests().iter().all(|request| request.headers.iter().any(|header| header.name == "atproto-proxy")));
}

#[test]
fn keys_of_records_are_stable_and_of_the_right_form() {
    let key = record_key("delivery-1");
    assert_eq!(key, record_key("delivery-1"));
    assert_ne!(key, record_key("delivery-2"));
    assert_eq!(key.len(), 13);
    assert!(key.starts_with('3') && key.bytes().all(|byte| b"234567abcdefghijklmnopqrstuvwxyz".contains(&byte)), "{key}");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"did": "shop.example"}), "/did"),
        (json!({"wanted_dids": ["did:plc:b", "b"]}), "/wanted_dids/1"),
        (json!({"poll": ["everything"]}), "/poll/0"),
        (json!({"pages_max": 0}), "/pages_max"),
        (json!({"base_url": "bsky.social"}), "/base_url"),
    ] {
        assert_eq!(problems::<Bluesky>(settings.clone()).first().map(|problem| problem.path.as_str()), Some(path), "{settings}");
    }
}
