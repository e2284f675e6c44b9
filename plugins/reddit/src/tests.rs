use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Event, Failure, Feed as _, Header, Page, Response, http};
use serde_json::{Value, json};

use crate::Reddit;

const NOW: u64 = 1_790_000_000_000;

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: Reddit = configured(settings.clone());
        cases::mutated(input["document"].to_string().as_bytes(), |bytes| {
            let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
            drop(plugin.document(&document));
        });
        json!({"facts": plugin.document(&input["document"]).iter().map(cases::fact).collect::<Vec<_>>()})
    });
}

#[test]
fn what_goes_out() {
    cases::check_sender::<Reddit>(env!("CARGO_MANIFEST_DIR"));
}

fn answer(status: u16, headers: &[(&str, &str)], body: &Value) -> Result<Response, http::Error> {
    let headers = headers.iter().map(|(name, value)| Header { name: (*name).to_owned(), value: value.as_bytes().to_vec() });
    Ok(Response { status, headers: headers.collect(), body: body.to_string().into_bytes() })
}

fn listing(seconds: &[u64], after: Option<&str>) -> Value {
    let comment = |at: &u64| json!({"kind": "t1", "data": {"name": format!("t1_{at}"), "author": "ada", "body": "x", "created_utc": at}});
    json!({"kind": "Listing", "data": {"children": seconds.iter().map(comment).collect::<Vec<_>>(), "after": after}})
}

fn ids(page: &Page) -> Vec<&str> {
    page.facts.iter().filter_map(|fact| if let Event::Said(item) = &fact.event { Some(item.source_id.as_str()) } else { None }).collect()
}

const LIST: &str = "GET https://oauth.reddit.com/r/shop/comments?limit=100&raw_json=1";

#[test]
fn lists_are_read_back_to_what_was_seen() {
    let plugin: Reddit = configured(json!({"poll": ["comments:shop"], "username": "shop_help"}));
    let now = NOW / 1_000;
    let host = Host::new().answer(LIST, answer(200, &[], &listing(&[now - 10, now - 20], Some("t1_x"))));
    let host = host.answer(&format!("{LIST}&after=t1_x"), answer(200, &[], &listing(&[now - 30, now - 400_000], Some("t1_y"))));
    let first = plugin.poll(None, NOW).unwrap();
    let named = [30, 20, 10].map(|ago| format!("t1_{}", now - ago));
    assert_eq!(ids(&first), named.iter().map(String::as_str).collect::<Vec<_>>(), "oldest first, nothing older than three days");
    let requests = host.requests();
    assert!(requests.iter().all(|request| request.credential.as_deref() == Some("token")));
    assert_eq!(Header::find(&requests[0].headers, "user-agent"), Some("web:pointsman:0.1.0 (by /u/shop_help)"));
    let _host = Host::new().answer(LIST, answer(200, &[], &listing(&[now - 5, now - 10, now - 20], Some("t1_x"))));
    assert_eq!(ids(&plugin.poll(Some(&first.cursor), NOW).unwrap()), [named[2].as_str(), format!("t1_{}", now - 5).as_str()]);
}

#[test]
fn a_used_up_rate_says_when_to_come_back() {
    let plugin: Reddit = configured(json!({"poll": ["inbox"]}));
    let used_up = [("x-ratelimit-remaining", "0.0"), ("x-ratelimit-reset", "120")];
    let _host = Host::new().answer("GET ", answer(200, &used_up, &listing(&[], None)));
    assert_eq!(plugin.poll(None, NOW).unwrap().next_poll_at, Some(NOW + 120_000));
    let _host = Host::new().answer("GET ", answer(429, &used_up, &json!({})));
    assert!(matches!(plugin.poll(None, NOW), Err(Failure::Later((Some(at), _))) if at == NOW + 120_000));
    let _host = Host::new().answer("GET ", answer(429, &[], &json!({})));
    assert!(matches!(plugin.poll(None, NOW), Err(Failure::Later((Some(at), _))) if at == NOW + 600_000));
    let _host = Host::new().answer("GET ", answer(403, &[], &json!({"message": "Forbidden"})));
    assert!(matches!(plugin.poll(None, NOW), Err(Failure::Unauthorised(_))));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"poll": ["new:a/b"]}), "/poll/0"),
        (json!({"poll": ["everything"]}), "/poll/0"),
        (json!({"base_url": "ftp://x"}), "/base_url"),
        (json!({"pages_max": 11}), "/pages_max"),
    ] {
        assert_eq!(problems::<Reddit>(settings).first().map(|problem| problem.path.as_str()), Some(path));
    }
}
