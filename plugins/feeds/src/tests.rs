use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Fact, Failure, Feed as _, Header, Page, Response, http};
use serde_json::{Value, json};

use crate::Feeds;

const NOW: u64 = 1_790_000_000_000;
const FEED: &str = "https://blog.example/feed/index.xml";

fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Result<Response, http::Error> {
    let headers = headers.iter().map(|(name, value)| Header { name: (*name).to_owned(), value: value.as_bytes().to_vec() });
    Ok(Response { status, headers: headers.collect(), body: body.to_vec() })
}

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let feed = input["feed"].as_str().unwrap_or_default().as_bytes();
        let poll = |body: &[u8]| {
            let _host = Host::new().answer(&format!("GET {FEED}"), answer(200, &[], body));
            configured::<Feeds>(settings.clone()).poll(None, NOW)
        };
        cases::mutated(feed, |body| drop(poll(body)));
        match poll(feed) {
            Ok(page) => json!({"facts": page.facts.iter().map(cases::fact).collect::<Vec<_>>()}),
            Err(Failure::Never(why)) => json!({"never": why}),
            Err(other) => panic!("{other:?}"),
        }
    });
}

fn keys(page: &Page) -> Vec<&str> {
    page.facts.iter().map(|fact| fact.dedup_key.as_deref().unwrap_or_default()).collect()
}

fn plugin() -> Feeds {
    configured(json!({"feeds": [FEED]}))
}

fn rss(items: &[(&str, &str)]) -> Vec<u8> {
    let items = items.iter().map(|(guid, title)| format!("<item><guid>{guid}</guid><title>{title}</title></item>"));
    format!("<rss><channel>{}</channel></rss>", items.collect::<String>()).into_bytes()
}

#[test]
fn an_entry_comes_once_and_once_more_when_it_has_changed() {
    let plugin = plugin();
    let poll = |cursor: Option<&[u8]>, items: &[(&str, &str)]| {
        let _host = Host::new().answer("GET ", answer(200, &[], &rss(items)));
        plugin.poll(cursor, NOW).unwrap()
    };
    let first = poll(None, &[("1", "One"), ("2", "Two")]);
    assert_eq!(keys(&first), ["said:1", "said:2"]);
    let second = poll(Some(&first.cursor), &[("1", "One"), ("2", "Two, mended"), ("3", "Three")]);
    let found = keys(&second);
    assert!(found[0].starts_with("edited:2:") && found[1] == "said:3" && found.len() == 2, "{found:?}");
    assert!(poll(Some(&second.cursor), &[("3", "Three"), ("2", "Two, mended")]).facts.is_empty());
}

#[test]
fn a_feed_that_has_not_changed_is_not_sent_again() {
    let plugin = plugin();
    let told = [("etag", "\"v1\""), ("last-modified", "Mon, 02 Mar 2026 12:00:00 GMT")];
    let _host = Host::new().answer("GET ", answer(200, &told, &rss(&[("1", "One")])));
    let first = plugin.poll(None, NOW).unwrap();
    let host = Host::new().answer("GET ", answer(304, &[], b""));
    let second = plugin.poll(Some(&first.cursor), NOW).unwrap();
    assert_eq!((second.facts.len(), &second.cursor), (0, &first.cursor));
    let sent = &host.requests()[0].headers;
    assert_eq!(Header::find(sent, "if-none-match"), Some("\"v1\""));
    assert_eq!(Header::find(sent, "if-modified-since"), Some("Mon, 02 Mar 2026 12:00:00 GMT"));
}

#[test]
fn a_redirect_is_followed_on_the_same_host_only() {
    let plugin = plugin();
    let moved = |to: &str| Host::new().answer(&format!("GET {FEED}"), answer(301, &[("location", to)], b""));
    let _host = moved("/new.xml").answer("GET https://blog.example/new.xml", answer(200, &[], &rss(&[("1", "One")])));
    assert_eq!(keys(&plugin.poll(None, NOW).unwrap()), ["said:1"]);
    let _host = moved("https://evil.example/new.xml");
    assert!(matches!(plugin.poll(None, NOW), Err(Failure::Never(why)) if why.contains("https://evil.example/new.xml")));
}

#[test]
fn a_feed_that_fails_does_not_keep_the_others_from_being_read() {
    let plugin: Feeds = configured(json!({"feeds": ["https://a.example/f", "https://b.example/f"]}));
    let host = Host::new().answer("GET https://a.example/f", answer(503, &[("retry-after", "60")], b""));
    let _host = host.answer("GET https://b.example/f", answer(200, &[], &rss(&[("1", "One")])));
    let page = plugin.poll(None, NOW).unwrap();
    assert_eq!((keys(&page), page.next_poll_at), (vec!["said:1"], Some(NOW + 60_000)));
    let host = Host::new().answer("GET https://a.example/f", answer(429, &[("retry-after", "60")], b""));
    let _host = host.answer("GET https://b.example/f", answer(404, &[], b""));
    assert!(matches!(plugin.poll(None, NOW), Err(Failure::Later((Some(at), _))) if at == NOW + 60_000));
}

#[track_caller]
fn check_charset(headers: &[(&str, &str)], body: &[u8], expected: &str) {
    let _host = Host::new().answer("GET ", answer(200, headers, body));
    let facts: Vec<Fact> = plugin().poll(None, NOW).unwrap().facts;
    assert_eq!(cases::fact(&facts[0])["event"]["said"]["text"], Value::String(expected.to_owned()));
}

#[test]
fn feeds_are_read_in_any_charset() {
    let item = |declaration: &str, title: &[u8]| {
        let mut body = format!("{declaration}<rss><channel><item><title>").into_bytes();
        body.extend_from_slice(title);
        body.extend_from_slice(b"</title></item></channel></rss>");
        body
    };
    check_charset(&[], &item("<?xml version='1.0' encoding='ISO-8859-1'?>", b"caf\xe9"), "café");
    check_charset(&[], &item("<?xml version=\"1.0\" encoding=\"windows-1251\"?>", b"\xeb\xe0\xec\xef\xe0"), "лампа");
    check_charset(&[("content-type", "text/xml; charset=\"Shift_JIS\"")], &item("", b"\x82\xb1\x82\xf1"), "こん");
    check_charset(&[], &item("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", b"caf\xe9"), "café");
    check_charset(&[], &item("", b"caf\xe9"), "café");
    check_charset(&[], &item("\u{feff}", "é".as_bytes()), "é");
    let utf16: Vec<u8> = [0xFEFF_u16]
        .into_iter()
        .chain("<rss><channel><item><title>é</title></item></channel></rss>".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    check_charset(&[], &utf16, "é");
}

#[test]
fn a_bomb_of_tags_does_no_harm() {
    for body in [
        "<a>".repeat(500_000),
        format!("<rss><channel><item><title>{}", "<b>".repeat(100_000)),
        "<rss ".to_owned() + &"a='b' ".repeat(100_000),
    ] {
        let _host = Host::new().answer("GET ", answer(200, &[], body.as_bytes()));
        let _ = plugin().poll(None, NOW);
    }
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"feeds": []}), "/feeds"),
        (json!({"feeds": ["ftp://blog.example/"]}), "/feeds/0"),
        (json!({"feeds": ["https://user@blog.example/"]}), "/feeds/0"),
        (json!({"feeds": vec![FEED; 17]}), "/feeds"),
    ] {
        assert_eq!(problems::<Feeds>(settings).first().map(|problem| problem.path.as_str()), Some(path));
    }
}
