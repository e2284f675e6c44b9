use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Failure, Feed as _, Page, Pointer, Response};
use serde_json::{Value, json};

use super::*;

const NOW: u64 = 1_790_000_000_000;

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: HackerNews = configured(settings.clone());
        let facts = item::facts(&input["document"], &plugin.settings);
        json!({"facts": facts.iter().map(cases::fact).collect::<Vec<_>>()})
    });
}

fn plugin() -> HackerNews {
    configured(json!({"poll": ["search:blue kettle", "story:7"], "fetch_parents": true}))
}

fn hit(id: u64, at_s: u64) -> Value {
    json!({"objectID": id.to_string(), "author": "ada", "comment_text": "x", "story_id": 7, "parent_id": 8, "created_at_i": at_s})
}

fn answer(hits: &[Value]) -> Response {
    Response::new(200).body("application/json", json!({"hits": hits}).to_string())
}

fn keys(page: &Page) -> Vec<&str> {
    page.facts.iter().filter_map(|fact| fact.dedup_key.as_deref()).collect()
}

#[test]
fn polls_go_back_to_what_was_seen() {
    const SEARCH: &str = "GET https://hn.algolia.com/api/v1/search_by_date?tags=(story,comment)&query=blue%20kettle&hitsPerPage=100";
    let plugin = plugin();
    let since = 1_790_000_000 - 72 * 3_600;
    let words = format!("{SEARCH}&numericFilters=created_at_i%3E%3D{since}");
    let full: Vec<Value> = (0..100).map(|index| hit(1_000 - index, 1_789_999_900 - index)).collect();
    let _host = Host::new()
        .answer(&words, Ok(answer(&full)))
        .answer("GET https://hn.algolia.com/api/v1/search_by_date?tags=comment,story_7", Ok(answer(&[hit(1_000, 1_789_999_900)])));
    let first = plugin.poll(None, NOW).unwrap();
    assert_eq!((first.facts.len(), first.more), (100, true), "the same comment through both searches is one fact");
    assert_eq!(keys(&first)[0], "said:901", "oldest first");
    assert_eq!(first.pointers, [Pointer { id: "item:8".to_owned(), attributes: Vec::new() }]);

    let back = format!("{words}%2Ccreated_at_i%3C%3D1789999801");
    let host = Host::new()
        .answer(&back, Ok(answer(&[hit(1, 1_789_999_000)])))
        .answer("GET https://hn.algolia.com/api/v1/search_by_date?tags=comment,story_7", Ok(answer(&[])));
    let second = plugin.poll(Some(&first.cursor), NOW).unwrap();
    assert_eq!((keys(&second), second.more), (vec!["said:1"], false));
    assert_eq!(host.requests().len(), 2);
    drop(host);

    let on = format!("{SEARCH}&numericFilters=created_at_i%3E%3D1789999900");
    let _host = Host::new()
        .answer(&on, Ok(answer(&[])))
        .answer("GET https://hn.algolia.com/api/v1/search_by_date?tags=comment,story_7", Ok(answer(&[])));
    assert!(plugin.poll(Some(&second.cursor), NOW).unwrap().facts.is_empty());
}

#[test]
fn a_crowd_within_one_second_does_not_stop_the_search() {
    let crowd: Vec<Value> = (0..100).map(|index| hit(index, 1_789_999_900)).collect();
    let plugin: HackerNews = configured(json!({"poll": ["ask"]}));
    let mut cursor = None;
    for more in [true, false] {
        let _host = Host::new().answer("GET ", Ok(answer(&crowd)));
        let page = plugin.poll(cursor.as_deref(), NOW).unwrap();
        assert_eq!(page.more, more);
        cursor = Some(page.cursor);
    }
}

#[test]
fn failures() {
    let _host = Host::new().answer("GET ", Ok(Response::new(429).with_header("retry-after", "60")));
    assert!(matches!(plugin().poll(None, NOW), Err(Failure::Later((Some(at), _))) if at == NOW + 60_000));
    let _host = Host::new().answer("GET ", Ok(answer(&[hit(1, 1_789_999_900)]))).answer("GET ", Ok(Response::new(503)));
    assert_eq!(plugin().poll(None, NOW).unwrap().facts.len(), 1, "what was brought is kept");
}

#[test]
fn single_items() {
    let item = json!({"id": 8, "type": "comment", "by": "bob", "text": "y", "parent": 7, "time": 1_789_999_000});
    let _host = Host::new()
        .answer("GET https://hacker-news.firebaseio.com/v0/item/8.json", Ok(Response::new(200).body("application/json", item.to_string())));
    let facts = plugin().hydrate(&Pointer { id: "item:8".to_owned(), attributes: Vec::new() }, NOW).unwrap();
    assert_eq!(facts[0].dedup_key.as_deref(), Some("said:8"));
    let strange = Pointer { id: "item:../x".to_owned(), attributes: Vec::new() };
    assert!(matches!(plugin().hydrate(&strange, NOW), Err(Failure::Never(_))));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for wrong in ["", "search:", "story:a/b", "everything"] {
        assert_eq!(problems::<HackerNews>(json!({"poll": ["ask", wrong]}))[0].path, "/poll/1");
    }
}

#[test]
fn no_document_makes_it_fail() {
    let body = json!({"hits": [hit(1, 2), {"objectID": []}], "id": 1, "type": "poll", "kids": {}});
    cases::mutated(body.to_string().as_bytes(), |variant| {
        if let Ok(document) = serde_json::from_slice(variant) {
            let _ = item::facts(&document, &Settings::default());
        }
    });
}
