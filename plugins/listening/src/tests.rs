use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Delivery, Event, Failure, Feed as _, Item, Refusal, Response, Webhook as _};
use serde_json::{Value, json};

use super::*;

const NOW: u64 = 1_790_000_000_000;

#[test]
fn case_folders() {
    cases::check_webhook::<Listening>(env!("CARGO_MANIFEST_DIR"));
}

fn items(settings: Value, body: &[u8]) -> Result<Vec<Item>, Refusal> {
    let plugin: Listening = configured(settings);
    let reception = plugin.receive(&Delivery { method: "POST".to_owned(), body: body.to_vec(), ..Delivery::default() }, NOW)?;
    let item = |fact: pointsman_plugin::Fact| if let Event::Said(item) = fact.event { item } else { panic!("{fact:?}") };
    Ok(reception.facts.into_iter().map(item).collect())
}

#[test]
fn exports_of_spreadsheet_programs_are_utf_16_with_tabs() {
    let text = "\u{feff}URL\tHit Sentence\tInfluencer\tDate\n\
                https://a.example/1\t\"The \"\"blue\"\" kettle\nleaks é\"\tAda\t2026-03-02 09:15:30\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let found = items(json!({}), &bytes).unwrap();
    assert_eq!(found[0].text, "The \"blue\" kettle\nleaks é");
    assert_eq!((found[0].source_id.as_str(), found[0].occurred_at), ("https://a.example/1", Some(1_772_442_930_000)));
}

#[test]
fn dates_in_the_order_that_the_settings_say() {
    for (written, order, expected) in [
        ("02/03/2026 09:15:30", Some("dmy"), Some(1_772_442_930_000)),
        ("3/2/2026 9:15:30 AM", Some("mdy"), Some(1_772_442_930_000)),
        ("2.3.2026, 21:15", Some("dmy"), Some(1_772_486_100_000)),
        ("3/2/26 12:15 AM", Some("mdy"), Some(1_772_410_500_000)),
        ("02/03/2026", Some("dmy"), Some(1_772_409_600_000)),
        ("02/03/2026 09:15:30", None, None),
        ("2026-03-02T09:15:30Z", None, Some(1_772_442_930_000)),
        ("1772442930", Some("dmy"), Some(1_772_442_930_000)),
        ("yesterday", Some("dmy"), None),
    ] {
        assert_eq!(date::parse(written, order, 0), expected, "{written}");
    }
    assert_eq!(date::parse("2026-03-02 10:15:30", None, 60), Some(1_772_442_930_000), "an hour east of UTC");
    assert_eq!(date::parse("2026-03-02T09:15:30Z", None, 60), Some(1_772_442_930_000), "it says itself where it is");
}

#[test]
fn what_cannot_be_read() {
    for broken in [b"{\"a\":".as_slice(), b"only words", b"\xff\xff", b"[{}"] {
        assert!(matches!(items(json!({}), broken), Err(Refusal::Malformed(_))), "{broken:?}");
    }
    assert!(items(json!({}), b"").unwrap().is_empty());
    let crowd = format!("id,text\n{}", "1,x\n".repeat(1_001));
    assert!(matches!(items(json!({}), crowd.as_bytes()), Err(Refusal::Unsupported(_))));
}

fn answered(body: &str, etag: &str) -> Response {
    Response::new(200).body("text/csv", body).with_header("etag", etag)
}

#[test]
fn an_export_is_read_in_parts_and_then_only_when_it_has_changed() {
    let plugin: Listening = configured(json!({"base_url": "https://export.example/m.csv", "token": true}));
    let rows: String = (0..1_500).map(|id| format!("{id},kettle {id}\n")).collect();
    let export = format!("id,text\n{rows}");
    let _host = Host::new().answer("GET https://export.example/m.csv", Ok(answered(&export, "\"a\"")));
    let first = plugin.poll(None, NOW).unwrap();
    assert_eq!((first.facts.len(), first.more), (1_000, true));
    let host = Host::new().answer("GET ", Ok(answered(&export, "\"a\"")));
    let second = plugin.poll(Some(&first.cursor), NOW).unwrap();
    assert_eq!((second.facts.len(), second.more), (500, false));
    assert!(host.requests().iter().all(|request| request.credential.as_deref() == Some("token")));
    drop(host);
    let host = Host::new().answer("GET ", Ok(Response::new(304)));
    let third = plugin.poll(Some(&second.cursor), NOW).unwrap();
    assert!(third.facts.is_empty());
    assert!(host.requests()[0].headers.iter().any(|header| header.name == "if-none-match" && header.value == b"\"a\""));
    drop(host);
    let _host = Host::new().answer("GET ", Ok(answered("id,text\n9,new\n", "\"b\"")));
    assert_eq!(plugin.poll(Some(&third.cursor), NOW).unwrap().facts.len(), 1);
}

#[test]
fn failures() {
    let plugin: Listening = configured(json!({"base_url": "https://export.example/m.csv"}));
    let _host = Host::new().answer("GET ", Ok(Response::new(401)));
    assert!(matches!(plugin.poll(None, NOW), Err(Failure::Unauthorised(_))));
    assert!(matches!(configured::<Listening>(json!({})).poll(None, NOW), Err(Failure::Never(_))));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"base_url": "export.example"}), "/base_url"),
        (json!({"dates": "ymd"}), "/dates"),
        (json!({"items": "mentions"}), "/items"),
        (json!({"delimiter": "é"}), "/delimiter"),
        (json!({"rating_max": -1.0}), "/rating_max"),
        (json!({"utc_offset_minutes": 900}), "/utc_offset_minutes"),
    ] {
        assert_eq!(problems::<Listening>(settings)[0].path, path);
    }
}
