use pointsman_plugin::http::{Error, Request};
use pointsman_plugin::testing::Host;
use pointsman_plugin::{Reply, Response, Undelivered};

use super::*;

const NOW: u64 = 1_800_000_000_000;

fn outcome(answer: Result<Response, Error>, send: fn(&Request, u64) -> Result<Response, Undelivered>) -> Result<u16, Undelivered> {
    let _host = Host::new().answer("POST https://a.example/", answer);
    send(&Request::new("POST", "https://a.example/"), NOW).map(|answer| answer.status)
}

#[test]
fn outcomes_in_the_words_of_the_contract() {
    let body = |status, body: &str| Ok(Response::new(status).body("application/json", body));
    assert_eq!(outcome(Ok(Response::new(201)), send), Ok(201));
    let denied = outcome(body(403, r#"{"error":{"message":"no"}}"#), send);
    assert_eq!(denied, Err(Undelivered::Unauthorised("status 403: no".to_owned())));
    let limited = outcome(Ok(Response::new(429).with_header("retry-after", "30")), send);
    assert_eq!(limited, Err(Undelivered::Later((Some(NOW + 30_000), "the answer has status 429".to_owned()))));
    assert!(matches!(outcome(Ok(Response::new(502)), send), Err(Undelivered::Unknown(_))));
    assert!(matches!(outcome(Ok(Response::new(502)), ask), Err(Undelivered::Later((None, _)))));
    assert!(matches!(outcome(Err(Error::Timeout), send), Err(Undelivered::Unknown(_))));
    assert!(matches!(outcome(Err(Error::Timeout), ask), Err(Undelivered::Later(_))));
    assert!(matches!(outcome(Err(Error::NotGranted("x".to_owned())), send), Err(Undelivered::Never(_))));
    assert!(matches!(outcome(Ok(Response::new(404)), send), Err(Undelivered::Never(_))));
}

#[test]
fn lengths_in_the_units_of_channels() {
    let family = "👨‍👩‍👧é";
    let counts = [Unit::Bytes, Unit::Chars, Unit::Graphemes, Unit::Utf16].map(|unit| unit.count(family));
    assert_eq!(counts, [20, 6, 2, 9]);
    assert_eq!(fits(family, Unit::Graphemes, 1), Err(Undelivered::TooLong(1)));
}

#[test]
fn long_texts_are_split_where_people_would() {
    assert_eq!(split("one two three", Unit::Chars, 8), ["one two", "three"]);
    assert_eq!(split("one two\nthree four", Unit::Chars, 13), ["one two", "three four"]);
    assert_eq!(split("👨‍👩‍👧👨‍👩‍👧", Unit::Graphemes, 1), ["👨‍👩‍👧", "👨‍👩‍👧"]);
    assert_eq!(split("aaaa", Unit::Chars, 2), ["aa", "aa"]);
    assert!(split("  ", Unit::Chars, 2).is_empty());
}

#[test]
fn windows_close() {
    let reply = |at| Reply { last_inbound_at: at, ..Reply::default() };
    assert_eq!(window(&reply(Some(NOW - 1)), 24, NOW), Ok(()));
    assert!(matches!(window(&reply(Some(NOW - 24 * 3_600_000)), 24, NOW), Err(Undelivered::WindowClosed(_))));
    assert!(matches!(window(&reply(None), 24, NOW), Err(Undelivered::WindowClosed(_))));
}

#[test]
fn addresses() {
    assert_eq!(base_url(Some("https://a.example/x/"), "https://b.example"), Ok("https://a.example/x".to_owned()));
    assert_eq!(base_url(None, "https://b.example"), Ok("https://b.example".to_owned()));
    for odd in ["a.example", "https://", "https://u@a.example", "https://a.example?x", "ftp://a.example", "https:///x"] {
        assert!(base_url(Some(odd), "https://b.example").is_err(), "{odd}");
    }
    assert_eq!(query(&[("q", "a b&c"), ("é", "~")]), "?q=a%20b%26c&%C3%A9=~");
    assert_eq!(query(&[]), "");
}

#[test]
fn links_end_where_the_sentence_goes_on() {
    let found = |text: &str| links(text).into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>();
    assert_eq!(found("See https://a.example/x?y=1, or (http://b.example/é)."), ["https://a.example/x?y=1", "http://b.example/é"]);
    assert_eq!(found("https://a.example/x_(y)! https:// http://"), ["https://a.example/x_(y)"]);
    assert!(found("no link, no https:/ /").is_empty());
}

#[test]
fn times_and_attributes() {
    assert_eq!(rfc3339(1_790_000_000_123), "2026-09-21T14:13:20.123Z");
    let attributes = [pointsman_plugin::Attribute::new("a", "x"), pointsman_plugin::Attribute::new("b", true)];
    assert_eq!((attribute(&attributes, "a"), attribute(&attributes, "b")), (Some("x"), None));
}

#[test]
fn attachments_become_lines() {
    let file = |content| pointsman_plugin::Attachment {
        media_type: "image/png".to_owned(),
        content,
        name: None,
        size_bytes: None,
        description: None,
    };
    let url = file(pointsman_plugin::Content::Url("https://a.example/x.png".to_owned()));
    assert_eq!(with_links(" Look: ", &[url]), Ok("Look:\nhttps://a.example/x.png".to_owned()));
    let reference = file(pointsman_plugin::Content::Reference("1".to_owned()));
    assert!(matches!(with_links("Look", &[reference]), Err(Undelivered::Never(_))));
    assert!(matches!(with_links(" ", &[]), Err(Undelivered::Never(_))));
}
