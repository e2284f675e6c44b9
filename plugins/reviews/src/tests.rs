use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Failure, Feed as _, Page, Pointer, Response, http};
use serde_json::{Value, json};

use crate::Reviews;

const NOW: u64 = 1_790_000_000_000;

#[test]
fn case_folders() {
    cases::check_webhook::<Reviews>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn what_goes_out() {
    cases::check_sender::<Reviews>(env!("CARGO_MANIFEST_DIR"));
}

fn answer(status: u16, body: &Value) -> Result<Response, http::Error> {
    Ok(Response { status, headers: Vec::new(), body: body.to_string().into_bytes() })
}

fn keys(page: &Page) -> Vec<&str> {
    page.facts.iter().map(|fact| fact.dedup_key.as_deref().unwrap_or_default()).collect()
}

#[test]
fn a_review_that_was_changed_is_an_edit() {
    let plugin: Reviews = configured(json!({"poll": ["google-business:accounts/1/locations/2"]}));
    let review = |id: &str, written: &str, changed: &str| json!({"name": format!("accounts/1/locations/2/reviews/{id}"), "reviewId": id, "starRating": "ONE", "createTime": written, "updateTime": changed});
    let list = "GET https://mybusiness.googleapis.com/v4/accounts/1/locations/2/reviews?pageSize=50&orderBy=updateTime%20desc";
    let first = json!({"reviews": [review("a", "2026-09-21T10:00:00Z", "2026-09-21T10:00:00Z"), review("old", "2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z")], "nextPageToken": "p2"});
    let host = Host::new().answer(list, answer(200, &first));
    let page = plugin.poll(None, NOW).unwrap();
    assert_eq!((keys(&page), host.requests().len()), (vec!["said:a"], 1));
    let second = json!({"reviews": [review("a", "2026-09-21T09:59:59Z", "2026-09-21T12:00:00Z"), review("b", "2026-09-21T11:00:00Z", "2026-09-21T11:00:00Z")]});
    let _host = Host::new().answer(list, answer(200, &second));
    let page = plugin.poll(Some(&page.cursor), NOW).unwrap();
    assert_eq!(keys(&page), ["edited:a:1789992000000", "said:b"]);
}

#[test]
fn google_play_does_not_tell_what_is_new_so_both_are_told() {
    let plugin: Reviews = configured(json!({"poll": ["google-play:com.shop.lamp"]}));
    let review = |seconds: u64| json!({"reviews": [{"reviewId": "r", "comments": [{"userComment": {"text": "x", "starRating": 1, "lastModified": {"seconds": seconds.to_string()}}}]}]});
    let _host = Host::new().answer("GET ", answer(200, &review(NOW / 1_000 - 60)));
    let page = plugin.poll(None, NOW).unwrap();
    assert_eq!(keys(&page), ["said:r"]);
    let host = Host::new().answer("GET ", answer(200, &review(NOW / 1_000)));
    assert_eq!(keys(&plugin.poll(Some(&page.cursor), NOW).unwrap()), ["said:r", &format!("edited:r:{NOW}")]);
    assert_eq!(host.requests()[0].credential.as_deref(), Some("google"));
}

#[test]
fn a_review_that_was_pushed_is_fetched() {
    let plugin: Reviews = configured(json!({}));
    let pointer = Pointer { id: "google-business:accounts/1/locations/2/reviews/a".to_owned(), attributes: Vec::new() };
    let review = json!({"name": "accounts/1/locations/2/reviews/a", "starRating": "FIVE", "createTime": "2026-09-21T10:00:00Z"});
    let _host = Host::new().answer("GET https://mybusiness.googleapis.com/v4/accounts/1/locations/2/reviews/a", answer(200, &review));
    assert_eq!(plugin.hydrate(&pointer, NOW).unwrap().len(), 1);
    let _host = Host::new().answer("GET ", answer(404, &json!({})));
    assert!(plugin.hydrate(&pointer, NOW).unwrap().is_empty());
    let strange = Pointer { id: "google-business:../x".to_owned(), attributes: Vec::new() };
    assert!(matches!(plugin.hydrate(&strange, NOW), Err(Failure::Never(_))));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"poll": ["google-play:a/b"]}), "/poll/0"),
        (json!({"poll": ["app-store:1"]}), "/poll/0"),
        (json!({"base_url": "ftp://x"}), "/base_url"),
    ] {
        assert_eq!(problems::<Reviews>(settings).first().map(|problem| problem.path.as_str()), Some(path));
    }
}
