use pointsman_plugin::testing::{configured, problems};
use pointsman_plugin::{Connection as _, Event, Outgoing, Step};
use serde_json::{Value, json};

use crate::Discord;

const NOW: u64 = 1_790_000_000_050;

fn plugin() -> Discord {
    configured(json!({"application_id": "1290000000000000000"}))
}

fn frame(plugin: &Discord, frame: &Value, cursor: Option<&[u8]>) -> Step {
    plugin.received(frame.to_string().as_bytes(), &[], cursor, NOW).expect("a step")
}

fn sent(step: &Step) -> Vec<Value> {
    let texts = step.send.iter().map(|frame| match frame {
        Outgoing::Text(text) => serde_json::from_str(text).expect("JSON"),
        Outgoing::Binary(_) => panic!("binary"),
    });
    texts.collect()
}

#[test]
fn a_session_begins_beats_and_is_resumed() {
    let plugin = plugin();
    let hello = json!({"op": 10, "d": {"heartbeat_interval": 40_000}, "s": null, "t": null});
    let step = frame(&plugin, &hello, None);
    let [identify] = sent(&step).try_into().expect("one frame");
    assert_eq!((identify["op"].as_u64(), identify["d"]["token"].as_str()), (Some(2), Some("{secret}")));
    assert_eq!(step.wake_at, Some(NOW + 20_000));

    let ready = json!({"op": 0, "s": 1, "t": "READY", "d": {"session_id": "abc", "user": {"id": "1290000000000000000"}}});
    let step = frame(&plugin, &ready, step.cursor.as_deref());
    assert!(step.facts.is_empty() && step.wake_at.is_none());

    let beat = plugin.woken(step.cursor.as_deref(), NOW);
    assert_eq!((sent(&beat), beat.wake_at), (vec![json!({"op": 1, "d": 1})], Some(NOW + 40_000)));

    let message = json!({"op": 0, "s": 2, "t": "MESSAGE_CREATE", "d": {
        "id": "1290000000000000001", "channel_id": "70", "content": "We are on it.", "author": {"id": "1290000000000000000", "bot": true},
    }});
    let step = frame(&plugin, &message, beat.cursor.as_deref());
    let Event::Said(item) = &step.facts[0].event else { panic!("{:?}", step.facts) };
    assert_eq!(item.direction, pointsman_plugin::Direction::Echo);

    let again = frame(&plugin, &hello, step.cursor.as_deref());
    assert_eq!(sent(&again), [json!({"op": 6, "d": {"token": "{secret}", "session_id": "abc", "seq": 2}})]);
}

#[test]
fn a_session_that_is_lost_begins_anew_after_a_pause() {
    let plugin = plugin();
    let cursor = json!({"session": "abc", "sequence": 7, "interval_ms": 40_000}).to_string();
    let resumed = frame(&plugin, &json!({"op": 9, "d": true}), Some(cursor.as_bytes()));
    assert_eq!(sent(&resumed)[0]["op"], 6);
    let lost = frame(&plugin, &json!({"op": 9, "d": false}), Some(cursor.as_bytes()));
    assert!(lost.send.is_empty());
    let woken = plugin.woken(lost.cursor.as_deref(), lost.wake_at.expect("woken later"));
    assert_eq!(sent(&woken)[0]["op"], 2);
}

#[test]
fn what_the_gateway_tells() {
    let plugin = plugin();
    let dispatch = |name: &str, data: Value| frame(&plugin, &json!({"op": 0, "s": 3, "t": name, "d": data}), None).facts;
    let removed = dispatch("MESSAGE_DELETE_BULK", json!({"ids": ["1", "2"], "channel_id": "70"}));
    assert_eq!(removed.len(), 2);
    let reaction = json!({"user_id": "5", "message_id": "1", "channel_id": "70", "emoji": {"id": null, "name": "🔥"}});
    assert!(matches!(&dispatch("MESSAGE_REACTION_ADD", reaction)[0].event, Event::Reacted(it) if it.name == "🔥" && it.added));
    let edited = json!({"id": "1", "channel_id": "70", "content": "x", "edited_timestamp": "2026-09-21T14:13:20.000000+00:00", "author": {"id": "5"}});
    assert!(matches!(&dispatch("MESSAGE_UPDATE", edited)[0].event, Event::Edited(it) if it.text == "x"));
    // A preview was filled in: nobody changed anything.
    let preview = json!({"id": "1", "channel_id": "70", "content": "x", "edited_timestamp": null, "author": {"id": "5"}, "embeds": [{}]});
    assert!(matches!(&dispatch("MESSAGE_UPDATE", preview).as_slice(), []));
    assert!(dispatch("TYPING_START", json!({})).is_empty());
    assert!(
        matches!(&dispatch("GUILD_MEMBER_ADD", json!({"user": {"id": "5"}}))[0].event, Event::System(note) if note.name == "GUILD_MEMBER_ADD")
    );
    assert!(matches!(&dispatch("HOLOGRAM", json!({}))[0].event, Event::Unsupported(_)));
    assert_eq!(sent(&frame(&plugin, &json!({"op": 1, "d": null}), None)), [json!({"op": 1, "d": null})]);
    assert!(frame(&plugin, &json!({"op": 11}), None).cursor.is_none());
    assert!(plugin.received(b"{", &[], None, NOW).is_err());
}

#[test]
fn settings_are_checked() {
    let found = problems::<Discord>(json!({"application_id": "mine", "base_url": "discord"}));
    let paths: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["/base_url", "/application_id"]);
}
