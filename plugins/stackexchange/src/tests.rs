use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Event, Failure, Feed as _, Page, Response};
use serde_json::{Value, json};

use super::*;

const NOW: u64 = 1_790_000_000_000;

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: StackExchange = configured(settings.clone());
        let facts = post::facts(&input["entry"], &plugin.settings);
        json!({"facts": facts.iter().map(cases::fact).collect::<Vec<_>>()})
    });
}

fn plugin() -> StackExchange {
    configured(json!({"site": "diy", "poll": ["tag:kettle;leak", "comments:7"], "key": true}))
}

fn answer(body: &Value) -> Response {
    Response::new(200).body("application/json", body.to_string())
}

fn keys(page: &Page) -> Vec<&str> {
    page.facts.iter().filter_map(|fact| fact.dedup_key.as_deref()).collect()
}

#[test]
fn polls_ask_for_what_was_active_since() {
    let since = 1_790_000_000 - 72 * 3_600;
    let tags = format!(
        "GET https://api.stackexchange.com/2.3/questions?tagged=kettle%3Bleak&site=diy&order=asc&sort=activity&min={since}\
         &pagesize=50&page=1&filter=withbody"
    );
    let comments = "GET https://api.stackexchange.com/2.3/posts/7/comments?site=diy&order=asc&sort=creation&fromdate=";
    let question = json!({
        "question_id": 7, "title": "Leaks", "body": "<p>It leaks</p>",
        "creation_date": 1_789_999_000, "last_activity_date": 1_789_999_500, "last_edit_date": 1_789_999_400,
    });
    let comment = json!({"comment_id": 7, "post_id": 7, "body": "Which one?", "creation_date": 1_789_999_100});
    let host = Host::new()
        .answer(&tags, Ok(answer(&json!({"items": [question], "has_more": true, "quota_remaining": 9}))))
        .answer(comments, Ok(answer(&json!({"items": [comment], "has_more": false, "backoff": 10}))));
    let page = plugin().poll(None, NOW).unwrap();
    assert_eq!(keys(&page), ["said:7", "said:comment:7", "edited:7:1789999400000"]);
    assert_eq!((page.next_poll_at, page.more), (Some(NOW + 10_000), false), "the API asked for a rest");
    assert!(host.requests().iter().all(|request| request.credential.as_deref() == Some("key")));
    drop(host);
    let host = Host::new()
        .answer(&tags.replace(&since.to_string(), "1789999500"), Ok(answer(&json!({"items": []}))))
        .answer(comments, Ok(answer(&json!({"items": []}))));
    assert!(plugin().poll(Some(&page.cursor), NOW).unwrap().facts.is_empty());
    assert_eq!(host.requests().len(), 2);
}

#[track_caller]
fn check_failure(status: u16, body: &Value, expected: impl Fn(&Failure) -> bool) {
    let _host = Host::new().answer("GET ", Ok(Response::new(status).body("application/json", body.to_string())));
    let failure = plugin().poll(None, NOW).unwrap_err();
    assert!(expected(&failure), "{failure:?}");
}

#[test]
fn failures_are_told_in_the_body() {
    let why = "too many requests from this IP, more requests available in 30 seconds";
    let throttled = json!({"error_id": 502, "error_name": "throttle_violation", "error_message": why});
    check_failure(400, &throttled, |failure| matches!(failure, Failure::Later((Some(at), _)) if *at == NOW + 30_000));
    check_failure(400, &json!({"error_name": "key_required"}), |failure| matches!(failure, Failure::Unauthorised(_)));
    check_failure(400, &json!({"error_name": "bad_parameter"}), |failure| matches!(failure, Failure::Never(_)));
    check_failure(503, &json!({}), |failure| matches!(failure, Failure::Later(_)));
}

#[test]
fn a_used_up_quota_is_full_again_at_midnight() {
    let _host = Host::new().answer("GET ", Ok(answer(&json!({"items": [], "has_more": true, "quota_remaining": 0}))));
    let page = plugin().poll(None, NOW).unwrap();
    assert_eq!(page.next_poll_at, Some(1_790_035_200_000));
}

#[test]
fn who_has_left_is_only_a_name() {
    let owner = json!({"user_type": "does_not_exist", "display_name": "user7"});
    let facts = post::facts(&json!({"answer_id": 9, "question_id": 7, "body": "x", "owner": owner}), &Settings::default());
    let Event::Said(item) = &facts[0].event else { panic!("{facts:?}") };
    assert_eq!(item.author.as_ref().map(|author| author.id.as_str()), Some("gone:user7"));
    assert_eq!(item.conversation.as_deref(), Some("7"));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for wrong in ["tag:", "answers:a", "all", "comments:7/8"] {
        assert_eq!(problems::<StackExchange>(json!({"poll": [wrong]}))[0].path, "/poll/0");
    }
}
