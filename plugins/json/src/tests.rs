use pointsman_plugin::{Delivery, Event, Fact, Header, Refusal, Webhook, testing};
use serde_json::{Value, json};

use super::*;

fn delivery(body: impl Into<Vec<u8>>) -> Delivery {
    Delivery { method: "POST".to_owned(), body: body.into(), ..Delivery::default() }
}

fn plugin(extra: Value) -> Json {
    let mut settings = json!({"signature": {"scheme": "none"}, "item": {"source_id": "/id", "text": "/text"}});
    merge(&mut settings, extra);
    testing::configured(settings)
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            from.into_iter().for_each(|(name, value)| merge(into.entry(name).or_insert(Value::Null), value));
        }
        (into, from) => *into = from,
    }
}

fn facts(plugin: &Json, body: &str) -> Vec<Fact> {
    plugin.receive(&delivery(body), 0).expect("read").facts
}

fn id(fact: &Fact) -> &str {
    match &fact.event {
        Event::Said(item) => &item.source_id,
        other => panic!("{other:?}"),
    }
}

fn why(fact: &Fact) -> &str {
    match &fact.event {
        Event::Unsupported(note) => note.text.as_deref().unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin = testing::configured::<Json>(settings.clone());
        let now = input["now"].as_u64().unwrap_or_default();
        cases::received(&plugin.receive(&cases::delivery(&input["delivery"]), now))
    });
}

#[test]
fn numbers_are_ids_as_they_are_written() {
    let single = plugin(json!({}));
    for written in ["0", "-5", "4912661846655238145", "18446744073709551615", "123456789012345678901234567890", "1.5"] {
        let facts = facts(&single, &format!(r#"{{"id": {written}, "text": "x"}}"#));
        assert_eq!(id(&facts[0]), written);
    }
    let many = plugin(json!({"items": "/a~1b/list"}));
    let facts = facts(&many, r#"{"a/b": {"list": [{"id": 340282366920938463463374607431768211456}, {"id": 18446744073709551617}]}}"#);
    assert_eq!(facts.iter().map(id).collect::<Vec<_>>(), ["340282366920938463463374607431768211456", "18446744073709551617"]);
}

#[test]
fn an_item_that_is_not_understood_harms_no_other() {
    let plugin = plugin(json!({"items": "/items", "item": {"occurred_at": "/at"}}));
    let facts = facts(&plugin, r#"{"items": [{"id":"1"}, {"text":"no id"}, 7, {"id":"4","at":"soon"}, {"id":"5","at":1714564800}]}"#);
    assert_eq!(facts.len(), 5);
    assert_eq!((id(&facts[0]), id(&facts[4])), ("1", "5"));
    assert_eq!(why(&facts[1]), "`source_id` is missing");
    assert_eq!(why(&facts[2]), "`source_id` is missing");
    assert_eq!(why(&facts[3]), "`occurred_at` is no time");
}

#[test]
fn too_long_ids_and_texts_are_bounded() {
    let plugin = plugin(json!({}));
    let long = facts(&plugin, &json!({"id": "x".repeat(513)}).to_string());
    assert_eq!(why(&long[0]), "`source_id` has 513 bytes, 512 is the most");
    let long = facts(&plugin, &json!({"id": "1", "text": "é".repeat(200_000)}).to_string());
    let Event::Said(item) = &long[0].event else { panic!() };
    assert_eq!(item.text.len(), 256 << 10);
    assert_eq!(item.attributes[0].name, "text-cut");
}

#[test]
fn items_that_are_no_list() {
    let plugin = plugin(json!({"items": "/items"}));
    assert_eq!(facts(&plugin, r#"{"items": []}"#), []);
    assert_eq!(id(&facts(&plugin, r#"{"items": {"id": "1"}}"#)[0]), "1");
    assert_eq!(why(&facts(&plugin, r#"{"other": 1}"#)[0]), "there is nothing at `/items`");
    let crowd = format!(r#"{{"items": [{}]}}"#, vec![r#"{"id":"1"}"#; 1_001].join(","));
    let refusal = plugin.receive(&delivery(crowd), 0).unwrap_err();
    assert_eq!(refusal, Refusal::Unsupported("1001 items in one delivery, 1000 is the most".to_owned()));
}

#[test]
fn bodies_that_are_no_json() {
    let plugin = plugin(json!({}));
    let check = |body: &[u8], expected: &str| match plugin.receive(&delivery(body), 0) {
        Err(Refusal::Malformed(why)) => assert!(why.starts_with(expected), "{why}"),
        other => panic!("{other:?}"),
    };
    check(b"", "the body is cut off: EOF while parsing a value at line 1 column 0");
    check(b"{\"id\": \"1\", \"te", "the body is cut off: EOF while parsing a string at line 1 column 15");
    check(b"{\"id\": \n1,}", "the body is no JSON: trailing comma at line 2 column 3");
    check(b"id=1&text=x", "the body is no JSON: expected value at line 1 column 1");
    check(b"{\"id\": \"\xff\"}", "the body is not UTF-8: byte 8 is wrong");
    check("[".repeat(100_000).as_bytes(), "the body is no JSON: recursion limit exceeded");
}

#[test]
fn headers_can_tell_the_event() {
    let event = json!({"event": {"header": "X-Shop-Topic", "map": {"orders/note": "said", "ping": "system"}}});
    let plugin = plugin(event);
    let topic = |topic: &str| {
        let headers = vec![Header { name: "x-shop-topic".to_owned(), value: topic.into() }];
        plugin.receive(&Delivery { headers, ..delivery(r#"{"id":"1"}"#) }, 0).unwrap().facts.remove(0).event
    };
    assert!(matches!(topic("orders/note"), Event::Said(_)));
    assert!(matches!(topic("ping"), Event::System(note) if note.name == "ping"));
    assert!(
        matches!(topic("else"), Event::Unsupported(note) if note.name == "else" && note.text.as_deref() == Some("the event `else` is not mapped"))
    );
}

#[test]
fn an_empty_get_is_answered() {
    let get = Delivery { method: "GET".to_owned(), ..Delivery::default() };
    assert_eq!(plugin(json!({})).receive(&get, 0).unwrap().facts, []);
}

fn check(settings: Value, expected: &[(&str, &str, &str)]) {
    let found: Vec<_> = testing::problems::<Json>(settings)
        .into_iter()
        .map(|problem| (problem.path, problem.message, problem.remedy.unwrap_or_default()))
        .collect();
    let found: Vec<_> = found.iter().map(|(path, message, remedy)| (path.as_str(), message.as_str(), remedy.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn problems_are_found_all_at_once() {
    let settings = json!({
        "signature": {"scheme": "hmac", "header": "x", "secret": "webhok"},
        "answer": {"status": 302},
        "items": "$.items",
        "event": {"pointer": "/type", "map": {"new": "sayd", "gone": "removed"}},
        "item": {
            "source_id": "id",
            "kind": {"value": "mesage"},
            "rating": {"value": "/stars", "best": 0},
            "attributes": {"Order No": "/order"},
        },
    });
    check(
        settings,
        &[
            ("/signature/secret", "`webhok` is no secret of this plugin.", "Did you mean `webhook`? Known: `webhook`, `handshake`."),
            (
                "/answer/status",
                "302 is not a status of success.",
                "Write a status from 200 to 299: the answer is sent once everything is durable.",
            ),
            ("/items", "`$.items` is no JSON pointer: it must be empty or start with `/`.", "Write it as `/items`."),
            (
                "/event/map/new",
                "`sayd` is no event.",
                "Did you mean `said`? Known: `said`, `edited`, `removed`, `reacted`, `receipt`, `system`, `unsupported`.",
            ),
            ("/item/source_id", "`id` is no JSON pointer: it must be empty or start with `/`.", "Write it as `/id`."),
            (
                "/item/kind/value",
                "`mesage` is no kind.",
                "Did you mean `message`? Known: `message`, `comment`, `post`, `mention`, `review`, `lead`, `call`, `other`.",
            ),
            (
                "/item/rating/best",
                "The best figure is the worst one too.",
                "Write the ends of the scale, such as `worst = 1` and `best = 5`.",
            ),
            ("/item/attributes/Order No", "`Order No` is no name of an attribute.", "Use small letters, digits and hyphens, at most 64."),
        ],
    );
}

#[test]
fn without_settings_it_can_be_called_by_hand() {
    let plugin = testing::configured::<Json>(json!({}));
    let body = br#"{"id": 17, "text": "hello", "author": {"id": "a", "name": "Ann"}}"#;
    let delivery = Delivery { body: body.to_vec(), ..Delivery::default() };
    let reception = plugin.receive(&delivery, 0).expect("it reads");
    let Event::Said(item) = &reception.facts[0].event else { panic!("{:?}", reception.facts) };
    assert_eq!((item.source_id.as_str(), item.text.as_str()), ("17", "hello"));
}

#[test]
fn problems_of_shape_say_where() {
    let missing = "Write how deliveries are signed, such as `signature = { scheme = \"hmac\", header = \"x-signature\", secret = \"webhook\" }`, or \
                   `{ scheme = \"none\" }` if they are not.";
    check(
        json!({"items": "/events"}),
        &[
            ("/signature", "The signature scheme is missing.", missing),
            ("/item/source_id", "`source_id` is missing, and `said` needs it.", "Say where it stands, such as `source_id = \"/id\"`."),
        ],
    );
    check(
        json!({"item": {"text": {"ponter": "/x"}}}),
        &[(
            "/item/text/ponter",
            "`ponter` is no setting.",
            "Did you mean `pointer`? Known: `pointer`, `of`, `header`, `value`, `map`, `default`.",
        )],
    );
    check(
        json!({"item": {"text": {"pointer": "/x", "value": "y"}}}),
        &[("/item/text", "Exactly one of `pointer`, `header` and `value` is needed.", "")],
    );
    check(
        json!({"item": {"text": 7}}),
        &[("/item/text", "Invalid type: integer `7`, expected a JSON pointer, or a table with `pointer`, `header` or `value`.", "")],
    );
}

#[test]
fn a_parsing_suite_outside_the_repository() {
    let Some(shared) = std::env::var_os("POINTSMAN_SHARED") else {
        eprintln!("skipped: POINTSMAN_SHARED is not set");
        return;
    };
    let plugin = plugin(json!({"items": "/items"}));
    let mut count = 0;
    for file in std::fs::read_dir(std::path::Path::new(&shared).join("suites/json-parsing")).unwrap().flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let outcome = plugin.receive(&delivery(std::fs::read(file.path()).unwrap()), 0);
        match name.get(..2) {
            Some("y_") => assert!(outcome.is_ok(), "{name}: {outcome:?}"),
            Some("n_") => assert!(outcome.is_err(), "{name}: {outcome:?}"),
            _ => continue,
        }
        count += 1;
    }
    assert!(count > 200, "{count}");
}

proptest::proptest! {
    #[test]
    fn no_body_breaks_it(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64)) {
        let _ = plugin(json!({"items": "/items"})).receive(&delivery(body), 0);
    }

    #[test]
    fn every_item_becomes_one_fact(ids in proptest::collection::vec(proptest::option::of("[a-z0-9]{0,3}"), 0..20)) {
        let items: Vec<Value> = ids.iter().map(|id| json!({"id": id, "text": "x"})).collect();
        let facts = facts(&plugin(json!({"items": "/items"})), &json!({"items": items}).to_string());
        proptest::prop_assert_eq!(facts.len(), ids.len());
    }
}
