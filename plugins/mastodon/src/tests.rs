use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Connection as _, Fact, Failure, Feed as _, Header, Page, Pointer, Response};
use serde_json::{Value, json};

use crate::Mastodon;

const NOW: u64 = 1_772_500_000_000;

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: Mastodon = configured(settings.clone());
        let show = |facts: &[Fact]| json!({"facts": facts.iter().map(cases::fact).collect::<Vec<_>>()});
        match input["frame"].as_str() {
            Some(frame) => match plugin.received(frame.as_bytes(), &[], None, NOW) {
                Ok(step) => show(&step.facts),
                Err(refusal) => json!({"refusal": cases::refusal(&refusal)}),
            },
            None => show(&plugin.document(&input["document"])),
        }
    });
}

#[test]
fn outgoing_case_folders() {
    cases::check_sender::<Mastodon>(env!("CARGO_MANIFEST_DIR"));
}

fn plugin() -> Mastodon {
    configured(json!({"base_url": "https://mastodon.example/", "poll": ["notifications", "tag:boutique"], "fetch_parents": true}))
}

fn status(id: u64, at: &str) -> Value {
    json!({"id": id.to_string(), "created_at": at, "visibility": "public", "content": "<p>x</p>", "account": {"id": "1", "acct": "a"}})
}

fn answer(status: u16, headers: &[(&str, &str)], body: &Value) -> Result<Response, pointsman_plugin::http::Error> {
    let headers = headers.iter().map(|(name, value)| Header { name: (*name).to_owned(), value: value.as_bytes().to_vec() });
    Ok(Response { status, headers: headers.collect(), body: body.to_string().into_bytes() })
}

fn ids(page: &Page) -> Vec<&str> {
    page.facts.iter().map(|fact| fact.dedup_key.as_deref().unwrap_or_default()).collect()
}

#[test]
fn the_first_poll_looks_back_as_far_as_it_may_and_the_next_goes_on_from_there() {
    let plugin = plugin();
    let tags = json!([status(9, "2026-03-02T20:00:00Z"), status(8, "2026-03-01T20:00:00Z"), status(7, "2026-01-01T00:00:00Z")]);
    let host = Host::new().answer("GET https://mastodon.example/api/v1/notifications?limit=40", answer(200, &[], &json!([])));
    let host = host.answer("GET https://mastodon.example/api/v1/timelines/tag/boutique?limit=40", answer(200, &[], &tags));
    let first = plugin.poll(None, NOW).unwrap();
    assert_eq!(ids(&first), ["said:8", "said:9"], "oldest first, nothing older than three days");
    assert!(!first.more);
    assert!(host.requests().iter().all(|request| request.credential.as_deref() == Some("token")));

    let host = Host::new().answer("GET https://mastodon.example/api/v1/notifications?limit=40", answer(200, &[], &json!([])));
    let next = "GET https://mastodon.example/api/v1/timelines/tag/boutique?limit=40&min_id=9";
    let host = host.answer(next, answer(200, &[], &json!([status(10, "2026-03-02T21:00:00Z")])));
    assert_eq!(ids(&plugin.poll(Some(&first.cursor), NOW).unwrap()), ["said:10"]);
    assert_eq!(host.requests().len(), 2);
}

#[test]
fn full_pages_are_followed_by_the_link_but_never_to_another_host() {
    let plugin: Mastodon = configured(json!({"base_url": "https://mastodon.example", "poll": ["home"], "pages_max": 2}));
    let page = |from: u64| Value::Array((from..from + 20).map(|id| status(id, "2026-03-02T20:00:00Z")).collect());
    let link = "<https://evil.example/api?min_id=125>; rel=\"prev\", <https://evil.example/api?max_id=100>; rel=\"next\"";
    let start = "GET https://mastodon.example/api/v1/timelines/home?limit=40&min_id=";
    let _host = Host::new()
        .answer(&format!("{start}99"), answer(200, &[("link", link)], &page(100)))
        .answer(&format!("{start}125"), answer(200, &[], &page(126)));
    let page = plugin.poll(Some(br#"{"seen":{"home":"99"}}"#), NOW).unwrap();
    assert_eq!(page.facts.len(), 40);
    assert!(page.more, "pages_max was reached");
    assert_eq!(page.cursor, br#"{"seen":{"home":"145"}}"#);
}

#[track_caller]
fn check_failure(status: u16, headers: &[(&str, &str)], expected: impl Fn(&Failure) -> bool) {
    let _host = Host::new().answer("GET ", answer(status, headers, &json!({"error": "no"})));
    let failure = plugin().poll(None, NOW).unwrap_err();
    assert!(expected(&failure), "{status}: {failure:?}");
}

#[test]
fn failures_say_when_to_come_back() {
    check_failure(401, &[], |failure| matches!(failure, Failure::Unauthorised(_)));
    check_failure(404, &[], |failure| matches!(failure, Failure::Never(_)));
    check_failure(503, &[], |failure| matches!(failure, Failure::Later((None, _))));
    check_failure(429, &[("retry-after", "7")], |failure| matches!(failure, Failure::Later((Some(at), _)) if *at == NOW + 7_000));
    let reset = [("x-ratelimit-reset", "2026-03-03T01:10:00.000Z")];
    check_failure(429, &reset, |failure| matches!(failure, Failure::Later((Some(1_772_500_200_000), _))));
    check_failure(429, &[], |failure| matches!(failure, Failure::Later((Some(_), _))));
    let _host = Host::new().answer("GET ", Ok(Response { status: 200, headers: Vec::new(), body: b"<html>".to_vec() }));
    assert!(matches!(plugin().poll(None, NOW), Err(Failure::Later((None, _)))));
}

#[test]
fn a_failure_after_something_was_brought_keeps_it() {
    let mention = json!([{"id": "5", "type": "follow", "created_at": "2026-03-02T20:00:00Z", "account": {"id": "1"}}]);
    let used_up = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "2026-03-03T01:10:00Z")];
    let host = Host::new().answer("GET https://mastodon.example/api/v1/notifications", answer(200, &used_up, &mention));
    let _host = host.answer("GET https://mastodon.example/api/v1/timelines/tag", answer(503, &[("retry-after", "60")], &json!({})));
    let page = plugin().poll(None, NOW).unwrap();
    assert_eq!(ids(&page), ["follow:5"]);
    assert_eq!(page.next_poll_at, Some(NOW + 60_000));
}

#[test]
fn the_status_that_a_mention_answers_can_be_fetched() {
    let mut named = status(9, "2026-03-02T20:00:00Z");
    named["in_reply_to_id"] = json!("4");
    let mention = json!([{"id": "5", "type": "mention", "created_at": "2026-03-02T20:00:00Z", "account": {"id": "1"}, "status": named}]);
    let host = Host::new().answer("GET https://mastodon.example/api/v1/notifications", answer(200, &[], &mention));
    let host = host.answer("GET https://mastodon.example/api/v1/timelines/tag", answer(200, &[], &json!([])));
    let _host = host.answer("GET https://mastodon.example/api/v1/statuses/4", answer(200, &[], &status(4, "2026-03-02T19:00:00Z")));
    let plugin = plugin();
    let page = plugin.poll(None, NOW).unwrap();
    assert_eq!(page.pointers, [Pointer { id: "status:4".to_owned(), attributes: Vec::new() }]);
    assert_eq!(plugin.hydrate(&page.pointers[0], NOW).unwrap()[0].dedup_key.as_deref(), Some("said:4"));
    let strange = Pointer { id: "status:../admin".to_owned(), attributes: Vec::new() };
    assert!(matches!(plugin.hydrate(&strange, NOW), Err(Failure::Never(_))));
}

#[track_caller]
fn check_problem(settings: Value, path: &str) {
    let shown = settings.to_string();
    let found = problems::<Mastodon>(settings);
    assert_eq!(found.first().map(|problem| problem.path.as_str()), Some(path), "{shown}: {found:?}");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    check_problem(json!({"poll": ["home"]}), "/base_url");
    check_problem(json!({"base_url": "mastodon.example"}), "/base_url");
    check_problem(json!({"base_url": "https://user@mastodon.example"}), "/base_url");
    check_problem(json!({"base_url": "https://m.example", "poll": ["home", "everything"]}), "/poll/1");
    check_problem(json!({"base_url": "https://m.example", "poll": ["tag:a/b"]}), "/poll/0");
    check_problem(json!({"base_url": "https://m.example", "pages_max": 0}), "/pages_max");
    check_problem(json!({"base_url": "https://m.example", "base": 1}), "/base");
    check_problem(json!({"base_url": "https://m.example", "visibility": "direct"}), "/visibility");
    check_problem(json!({"base_url": "https://m.example", "characters_max": 0}), "/characters_max");
}

#[test]
fn our_own_name_is_known_with_and_without_its_instance() {
    for (acct, spoken) in [("boutique", "boutique"), ("@boutique@m.example", "Boutique"), ("boutique", "boutique@m.example")] {
        let plugin: Mastodon = configured(json!({"base_url": "https://m.example", "acct": acct}));
        let mut said = status(1, "2026-03-02T20:00:00Z");
        said["account"] = json!({"id": "1", "acct": spoken});
        let shown = cases::fact(&plugin.document(&said)[0]);
        assert_eq!(shown["event"]["said"]["direction"], "echo", "{acct} {spoken}");
    }
}

#[test]
fn no_json_makes_it_fail() {
    let plugin = plugin();
    let odd = [json!(null), json!(7), json!("x"), json!([]), json!({}), json!([[[]]]), json!({"id": {}, "content": [], "account": 7})];
    for one in odd.iter().chain([&json!({"id": 1, "content": "", "account": {}, "mentions": 3, "reblog": {"id": null}})]) {
        for shape in [
            one.clone(),
            json!([one]),
            json!({"ancestors": [one]}),
            json!({"last_status": one}),
            json!({"type": one, "id": one, "created_at": one, "status": one}),
        ] {
            let _ = plugin.document(&shape);
            for event in ["update", "status.update", "notification", "conversation", "announcement", "delete", ""] {
                let _ = plugin.received(format!("event: {event}\ndata: {shape}\n\n").as_bytes(), &[], None, NOW);
            }
        }
    }
    assert!(plugin.received(b"\xff\xfe", &[], None, NOW).is_err());
}
