use pointsman_plugin::testing::Host;
use pointsman_plugin::{Failure, Reply, Response, Undelivered};
use serde_json::{Value, json};

use super::*;

const NOW: u64 = 1_790_000_000_000;

fn answered(status: u16, body: &Value) -> Response {
    Response::new(status).body("application/json", body.to_string())
}

fn error(code: u64, subcode: u64) -> Response {
    answered(400, &json!({"error": {"message": "No", "code": code, "error_subcode": subcode}}))
}

#[test]
fn codes_of_the_api_in_the_words_of_the_contract() {
    let outcome = |code, subcode| undelivered(error(code, subcode), true, NOW);
    for (code, subcode) in [(10, 2_018_278), (10, 2_534_022), (131_047, 0), (470, 0)] {
        assert!(matches!(outcome(code, subcode), Undelivered::WindowClosed(_)), "{code}");
    }
    for code in [4, 17, 32, 613, 80_007, 130_429, 131_048, 131_056, 1_200] {
        assert!(matches!(outcome(code, 0), Undelivered::Later(_)), "{code}");
    }
    for code in [190, 200, 10, 102, 3, 131_005] {
        assert!(matches!(outcome(code, 0), Undelivered::Unauthorised(_)), "{code}");
    }
    for (code, subcode) in [(100, 2_018_001), (551, 1_545_041), (10_900, 0), (131_026, 0), (131_051, 0), (132_000, 0)] {
        assert!(matches!(outcome(code, subcode), Undelivered::Never(_)), "{code}");
    }
    assert!(matches!(outcome(2, 0), Undelivered::Unknown(_)));
    assert!(matches!(undelivered(error(2, 0), false, NOW), Undelivered::Later(_)));
    assert!(matches!(undelivered(Response::new(502), true, NOW), Undelivered::Unknown(_)));
    assert_eq!(outcome(100, 33), Undelivered::Never("error 100/33: No".to_owned()));
}

#[test]
fn the_api_says_when_to_come_back() {
    let usage = r#"{"1": [{"type": "pages", "estimated_time_to_regain_access": 5}]}"#;
    let answer = error(80_001, 0).with_header("x-business-use-case-usage", usage);
    assert!(matches!(failure(&answer, NOW), Some(Failure::Later((Some(at), _))) if at == NOW + 300_000));
    let answer = answered(200, &json!({"data": []})).with_header("x-app-usage", r#"{"call_count": 97}"#);
    let _host = Host::new().answer("GET https://graph.example/me", Ok(answer));
    assert_eq!(Api::new("https://graph.example/").get("/me", NOW).unwrap().rest_until, Some(NOW + 600_000));
}

#[test]
fn an_error_with_status_200_is_an_error() {
    let _host = Host::new().answer("GET https://graph.example/me", Ok(answered(200, &json!({"error": {"code": 190, "message": "x"}}))));
    assert!(matches!(Api::new("https://graph.example").get("/me", NOW), Err(Failure::Unauthorised(_))));
}

#[test]
fn windows_and_tags() {
    let reply = |hours: u64, human: bool| Reply {
        last_inbound_at: Some(NOW - hours * 3_600_000),
        attributes: vec![lenient::attribute("human-agent", human)],
        ..Reply::default()
    };
    assert_eq!(tag(&reply(1, true), NOW), Ok(None));
    assert_eq!(tag(&reply(30, true), NOW), Ok(Some("HUMAN_AGENT")));
    assert!(matches!(tag(&reply(30, false), NOW), Err(Undelivered::WindowClosed(_))));
    assert!(matches!(tag(&reply(200, true), NOW), Err(Undelivered::WindowClosed(_))));
}

#[test]
fn only_ids_become_parts_of_paths() {
    assert_eq!(place("123_456"), Ok("123_456"));
    for odd in ["", "../me", "a/b", "1?x", ".."] {
        assert!(place(odd).is_err(), "{odd}");
    }
}

fn list(items: &[(&str, &str)], after: Option<&str>) -> Value {
    let items: Vec<Value> = items.iter().map(|(id, at)| json!({"id": id, "created_time": at})).collect();
    let paging = after.map(|after| json!({"cursors": {"after": after}, "next": "https://elsewhere.example/?access_token=x"}));
    json!({"data": items, "paging": paging})
}

fn read(document: &Value, _name: &str) -> Vec<pointsman_plugin::Fact> {
    let said = |item: &Value| {
        let made = pointsman_plugin::Item { occurred_at: lenient::time(item, "created_time"), ..Default::default() };
        let source_id = lenient::id(item, "id").unwrap_or_default();
        key(None, format!("said:{source_id}"), pointsman_plugin::Event::Said(pointsman_plugin::Item { source_id, ..made }))
    };
    lenient::list(document, "data").iter().map(said).collect()
}

#[test]
fn polls_go_back_to_what_is_known_and_never_to_another_host() {
    let api = Api::new("https://graph.example");
    let settings = Settings { base_url: Some("https://graph.example".to_owned()), pages_max: Some(1), ..Settings::default() };
    let endpoints = [Endpoint { name: "feed".to_owned(), path: "/1/feed?limit=2".to_owned() }];
    let keys = |page: &pointsman_plugin::Page| page.facts.iter().filter_map(|fact| fact.dedup_key.clone()).collect::<Vec<_>>();
    let ask = |cursor: Option<&[u8]>| poll(&api, &settings, &endpoints, cursor, NOW, &read).unwrap();

    let first = list(&[("9", "2026-09-21T10:00:00+0000"), ("8", "2026-09-21T09:00:00+0000")], Some("A/B"));
    let host = Host::new().answer("GET https://graph.example/1/feed?limit=2", Ok(answered(200, &first)));
    let page = ask(None);
    assert_eq!((keys(&page), page.more), (vec!["said:8".to_owned(), "said:9".to_owned()], true), "oldest first, and there is more");
    assert!(host.requests().iter().all(|request| request.credential.as_deref() == Some("token")));

    let second = list(&[("7", "2026-09-20T09:00:00+0000"), ("1", "2020-01-01T00:00:00+0000")], None);
    let _host = Host::new().answer("GET https://graph.example/1/feed?limit=2&after=A%2FB", Ok(answered(200, &second)));
    let page = ask(Some(&page.cursor));
    assert_eq!((keys(&page), page.more), (vec!["said:7".to_owned()], false), "nothing older than three days");

    let third = list(&[("10", "2026-09-21T11:00:00+0000"), ("8", "2026-09-21T09:00:00+0000")], Some("C"));
    let _host = Host::new().answer("GET https://graph.example/1/feed?limit=2", Ok(answered(200, &third)));
    assert_eq!(keys(&ask(Some(&page.cursor))), ["said:10"]);
}
