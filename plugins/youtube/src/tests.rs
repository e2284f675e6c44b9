use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Event, Failure, Feed as _, Header, Page, Pointer, Response, http};
use serde_json::{Value, json};

use crate::Youtube;

const NOW: u64 = 1_790_000_000_000;

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: Youtube = configured(settings.clone());
        cases::mutated(input["document"].to_string().as_bytes(), |bytes| {
            let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
            drop(plugin.document(&document));
        });
        json!({"facts": plugin.document(&input["document"]).iter().map(cases::fact).collect::<Vec<_>>()})
    });
}

#[test]
fn what_goes_out() {
    cases::check_sender::<Youtube>(env!("CARGO_MANIFEST_DIR"));
}

fn answer(status: u16, body: &Value) -> Result<Response, http::Error> {
    Ok(Response { status, headers: Vec::<Header>::new(), body: body.to_string().into_bytes() })
}

fn comment(id: &str, at: &str) -> Value {
    json!({"kind": "youtube#comment", "id": id, "snippet": {"textOriginal": "x", "authorChannelId": {"value": "UCa"}, "publishedAt": at}})
}

fn thread(id: &str, at: &str, replies: &[(&str, &str)], count: u64) -> Value {
    let replies: Vec<Value> = replies.iter().map(|(id, at)| comment(id, at)).collect();
    json!({"kind": "youtube#commentThread", "id": id, "snippet": {"topLevelComment": comment(id, at), "totalReplyCount": count, "isPublic": true}, "replies": {"comments": replies}})
}

fn threads(items: &[Value], next: Option<&str>) -> Value {
    json!({"kind": "youtube#commentThreadListResponse", "items": items, "nextPageToken": next})
}

fn ids(page: &Page) -> Vec<&str> {
    page.facts.iter().filter_map(|fact| if let Event::Said(item) = &fact.event { Some(item.source_id.as_str()) } else { None }).collect()
}

const LIST: &str = "GET https://www.googleapis.com/youtube/v3/commentThreads?part=snippet,replies&textFormat=html&maxResults=100&order=time&allThreadsRelatedToChannelId=UCshop";

#[test]
fn threads_are_read_again_for_new_replies_and_long_ones_are_pointed_at() {
    let plugin: Youtube = configured(json!({"channel_id": "UCshop"}));
    let old = thread("A", "2026-09-20T10:00:00Z", &[], 0);
    let host = Host::new().answer(LIST, answer(200, &threads(&[thread("B", "2026-09-21T10:00:00Z", &[], 0), old], None)));
    let first = plugin.poll(None, NOW).unwrap();
    assert_eq!(ids(&first), ["A", "B"], "oldest first");
    assert!(host.requests().iter().all(|request| request.credential.as_deref() == Some("token")));

    let replies = [("A.1", "2026-09-20T11:00:00Z"), ("A.2", "2026-09-21T12:00:00Z")];
    let grown = thread("A", "2026-09-20T10:00:00Z", &replies, 7);
    let _host = Host::new().answer(LIST, answer(200, &threads(&[thread("B", "2026-09-21T10:00:00Z", &[], 0), grown], None)));
    let second = plugin.poll(Some(&first.cursor), NOW).unwrap();
    assert_eq!(ids(&second), ["B", "A.2"], "what comes twice the host drops");
    assert_eq!(second.pointers, [Pointer { id: "thread:A".to_owned(), attributes: Vec::new() }]);

    let all = json!({"kind": "youtube#commentListResponse", "items": [comment("A.1", "2026-09-20T11:00:00Z"), comment("A.3", "2026-09-21T12:01:00Z")]});
    let _host = Host::new().answer(
        "GET https://www.googleapis.com/youtube/v3/comments?part=snippet&textFormat=html&maxResults=100&parentId=A",
        answer(200, &all),
    );
    assert_eq!(plugin.hydrate(&second.pointers[0], NOW).unwrap().len(), 2);
    let strange = Pointer { id: "thread:../x".to_owned(), attributes: Vec::new() };
    assert!(matches!(plugin.hydrate(&strange, NOW), Err(Failure::Never(_))));
}

#[test]
fn pages_are_followed_until_what_was_seen() {
    let plugin: Youtube = configured(json!({"channel_id": "UCshop", "lookback_hours": 24}));
    let host = Host::new().answer(LIST, answer(200, &threads(&[thread("B", "2026-09-21T10:00:00Z", &[], 0)], Some("p2"))));
    let host =
        host.answer(&format!("{LIST}&pageToken=p2"), answer(200, &threads(&[thread("A", "2026-01-01T10:00:00Z", &[], 0)], Some("p3"))));
    let page = plugin.poll(None, NOW).unwrap();
    assert_eq!((ids(&page), page.more, host.requests().len()), (vec!["B"], false, 2));
}

#[test]
fn a_used_up_quota_says_when_to_come_back() {
    let plugin: Youtube = configured(json!({"channel_id": "UCshop"}));
    let body = |reason: &str| json!({"error": {"code": 403, "message": "no", "errors": [{"reason": reason}]}});
    let _host = Host::new().answer("GET ", answer(403, &body("quotaExceeded")));
    assert!(matches!(plugin.poll(None, NOW), Err(Failure::Later((Some(1_790_064_000_000), _)))));
    let _host = Host::new().answer("GET ", answer(403, &body("forbidden")));
    assert!(matches!(plugin.poll(None, NOW), Err(Failure::Unauthorised(_))));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"poll": ["video:a b"]}), "/poll/0"),
        (json!({"poll": ["everything"]}), "/poll/0"),
        (json!({"base_url": "ftp://x"}), "/base_url"),
        (json!({"pages_max": 0}), "/pages_max"),
    ] {
        assert_eq!(problems::<Youtube>(settings).first().map(|problem| problem.path.as_str()), Some(path));
    }
}
