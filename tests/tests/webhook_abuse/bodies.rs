//! Bodies that are traps for whoever reads them: they are taken exactly or kept for a person, never answered with 5xx.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::wire::goes_on;
use crate::desk::{CHAIN, Desk, HOOK};

fn desk() -> Desk {
    Desk::open(&[HOOK, CHAIN].concat())
}

/// Posts as JSON; the status.
fn post(desk: &Desk, body: &[u8]) -> u16 {
    desk.post("hook", &[("content-type", "application/json")], body).status
}

/// Source ids of everything that was stored, oldest first.
fn ids(desk: &Desk) -> Vec<String> {
    let mut rows = desk.list("/interactions?limit=400");
    rows.reverse();
    rows.iter().map(|row| row["source_id"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_type_is_not_believed_and_the_body_is_utf_8_or_kept() {
    let desk = desk();
    let item = |number: u32| json!({"id": format!("t{number}"), "text": "hello"}).to_string();
    let utf16: Vec<u8> = item(7).encode_utf16().flat_map(u16::to_be_bytes).collect();
    let bom = [b"\xef\xbb\xbf".as_slice(), item(8).as_bytes()].concat();
    let form = b"payload=%7B%22id%22%3A%22t9%22%7D".to_vec();
    let parts = b"--b\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n{}\r\n--b--\r\n".to_vec();
    for (kind, body, status) in [
        (None, item(1).into_bytes(), 200),
        (Some("text/plain"), item(2).into_bytes(), 200),
        (Some("application/json; charset=utf-8"), item(3).into_bytes(), 200),
        (Some("application/json; charset=utf-16"), item(4).into_bytes(), 200),
        (Some("application/xml"), item(5).into_bytes(), 200),
        (Some("not a type at all;;;"), item(6).into_bytes(), 200),
        (Some("application/json; charset=utf-16"), utf16, 202),
        (Some("application/json"), bom, 200),
        (Some("application/x-www-form-urlencoded"), form, 202),
        (Some("multipart/form-data; boundary=b"), parts, 202),
        (Some("application/json"), Vec::new(), 202),
    ] {
        let headers: Vec<_> = kind.iter().map(|kind| ("content-type", *kind)).collect();
        let answer = desk.post("hook", &headers, &body);
        assert_eq!(answer.status, status, "{kind:?} {:?}: {}", String::from_utf8_lossy(&body), answer.body);
    }
    assert_eq!(ids(&desk), ["t1", "t2", "t3", "t4", "t5", "t6", "t8"]);
    goes_on(&desk);
}

#[test]
fn nesting_and_size_cost_neither_stack_nor_time() {
    let desk = desk();
    let nested =
        |count: usize, open: &str, close: &str| format!("{{\"id\":\"n\",\"text\":{}1{}}}", open.repeat(count), close.repeat(count));
    let keys: String = (0..60_000).map(|number| format!("\"k{number}\":0,")).collect();
    // Keys whose hashes collide in tables that add their characters up.
    let colliding: String = (0..100_000)
        .map(|number| format!("\"{}\":0,", &format!("{number:017b}").replace('0', "Aa").replace('1', "BB")[..20]))
        .take(30_000)
        .collect();
    let elements = format!("{{\"id\":\"e\",\"text\":\"x\",\"more\":[{}0]}}", "0,".repeat(400_000));
    let mut slowest = Duration::ZERO;
    for (what, body, statuses) in [
        ("10,000 arrays", nested(10_000, "[", "]"), [202, 202]),
        ("500,000 arrays that never end", "[".repeat(500_000), [202, 202]),
        ("100,000 objects", nested(100_000, "{\"a\":", "}"), [202, 202]),
        ("100 arrays", nested(100, "[", "]"), [200, 202]),
        ("60,000 keys", format!("{{{keys}\"id\":\"k\",\"text\":\"x\"}}"), [200, 202]),
        ("30,000 keys that collide", format!("{{{colliding}\"id\":\"c\",\"text\":\"x\"}}"), [200, 202]),
        ("400,000 elements", elements, [200, 202]),
        ("a key of a megabyte", format!("{{\"{}\":0,\"id\":\"m\",\"text\":\"x\"}}", "k".repeat(1_000_000)), [200, 202]),
        ("a text of a megabyte", format!("{{\"id\":\"x\",\"text\":\"{}\"}}", "e\u{301}".repeat(330_000)), [200, 202]),
        ("one byte too many", " ".repeat((1 << 20) + 1), [413, 413]),
    ] {
        let began = Instant::now();
        let status = post(&desk, body.as_bytes());
        slowest = slowest.max(began.elapsed());
        assert!(statuses.contains(&status), "{what}: {status}");
    }
    // Linear: a megabyte of anything is read within the time of a megabyte.
    eprintln!("the slowest took {slowest:?}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    goes_on(&desk);
}

#[test]
fn ids_are_kept_as_they_were_written() {
    let desk = desk();
    let mut expected = Vec::new();
    for (written, id) in [
        ("\"007\"", "007"),
        ("9007199254740993", "9007199254740993"),
        ("18446744073709551616", "18446744073709551616"),
        ("12345678901234567890", "12345678901234567890"),
        ("98765432109876543210987654321098765432109876543210", "98765432109876543210987654321098765432109876543210"),
        ("-17", "-17"),
        ("1.5", "1.5"),
        ("true", "true"),
    ] {
        let status = post(&desk, format!("{{\"id\":{written},\"text\":\"n\"}}").as_bytes());
        assert_eq!(status, 200, "{written}");
        expected.push(id.to_owned());
    }
    assert_eq!(ids(&desk), expected);
    for malformed in ["1e400", "007", "+1", "0x10", "1_000", ".5", "NaN", "Infinity", "1e"] {
        assert_eq!(post(&desk, format!("{{\"id\":{malformed},\"text\":\"n\"}}").as_bytes()), 202, "{malformed}");
    }
    assert_eq!(ids(&desk), expected);
    goes_on(&desk);
}

#[test]
fn of_two_equal_keys_the_same_one_counts_everywhere() {
    let desk = desk();
    assert_eq!(post(&desk, br#"{"id":"first","text":"one","id":"last","text":"two"}"#), 200);
    assert_eq!(post(&desk, br#"{"id":"plain","text":"three","\u0069d":"escaped"}"#), 200);
    assert_eq!(post(&desk, br#"{"id":"lower","text":"four","ID":"upper","Id":"mixed"}"#), 200);
    let rows = desk.decisions(3);
    let seen: Vec<String> = ids(&desk);
    assert_eq!(seen, ["last", "escaped", "lower"]);
    assert_eq!(rows.iter().map(|row| row["excerpt"].clone()).collect::<Vec<_>>(), [json!("two"), json!("three"), json!("four")]);
    // What the plugins saw is what was stored: there is one reading, and it is the connector's.
    let stored = desk.decision_about("two");
    assert!(!stored.to_string().contains("\"one\""), "{stored}");
}

#[test]
fn texts_come_out_as_they_went_in_or_wait_for_a_person() {
    let desk = desk();
    let texts = [
        "nul \u{0} inside".to_owned(),
        "\u{fffe}\u{ffff}\u{fffd}".to_owned(),
        format!("a{}", "\u{301}".repeat(20_000)),
        "\u{202e}txt.exe\u{202c} \u{2066}x\u{2069} \u{200f}".to_owned(),
        "👩‍👩‍👧‍👦 🏳️‍🌈 \u{1f1eb}\u{1f1f7} \u{200d}\u{200d}".to_owned(),
        "é e\u{301} ﬁ Å \u{212b}".to_owned(),
        "<script>alert(1)</script><img src=x onerror=alert(1)>".to_owned(),
        "'; DROP TABLE interaction; -- \" \\ %00 %s %n ${jndi:ldap://x} {{7*7}} $(id) `id`".to_owned(),
        "=cmd|' /C calc'!A0 +1 -1 @SUM(1)".to_owned(),
        "\u{1b}[31mred\u{1b}[0m \u{7} \u{8}\u{8} \r\n \t \u{85} \u{2028}".to_owned(),
        "\u{10ffff}\u{e000}\u{f0000}".to_owned(),
        String::new(),
        " ".repeat(1_000),
    ];
    for (number, text) in texts.iter().enumerate() {
        let body = json!({"id": format!("s{number}"), "thread": text.chars().take(50).collect::<String>(), "text": text}).to_string();
        let answer = desk.post("hook", &[], body.as_bytes());
        assert_eq!(answer.status, 200, "{text:?}: {}", answer.body);
    }
    let mut rows = desk.list("/interactions?limit=100");
    rows.reverse();
    for (row, text) in rows.iter().zip(&texts) {
        assert_eq!(row["interaction"]["text"], Value::from(text.as_str()));
    }
    desk.decisions(texts.len() as u64);
    for bytes in [
        b"{\"id\":\"b1\",\"text\":\"\xff\xfe\"}".as_slice(),
        b"{\"id\":\"b2\",\"text\":\"\xc0\xaf\"}",
        b"{\"id\":\"b3\",\"text\":\"\xed\xa0\x80\"}",
        b"{\"id\":\"b4\",\"text\":\"\xf4\x90\x80\x80\"}",
        b"{\"id\":\"b5\",\"text\":\"\\ud800\"}",
        b"{\"id\":\"b6\",\"text\":\"\\udc00\\ud800\"}",
        b"{\"id\":\"b7\",\"text\":\"a\nb\"}",
        b"{\"id\":\"b8\",\"text\":\"\\x41\"}",
        b"\0",
    ] {
        assert_eq!(post(&desk, bytes), 202, "{:?}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(desk.ask("/totals")["quarantined"], 9);
    goes_on(&desk);
}
