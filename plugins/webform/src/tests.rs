use pointsman_plugin::testing::{configured, problems};
use pointsman_plugin::{Content, Delivery, Event, Header, Item, Refusal, Webhook as _};
use serde_json::{Value, json};

use super::*;

const NOW: u64 = 1_790_000_000_000;

#[test]
fn case_folders() {
    cases::check_webhook::<WebForm>(env!("CARGO_MANIFEST_DIR"));
}

fn received(settings: Value, media_type: &str, body: &[u8], now: u64) -> Result<Reception, Refusal> {
    let headers = vec![Header { name: "content-type".to_owned(), value: media_type.as_bytes().to_vec() }];
    let delivery = Delivery { method: "POST".to_owned(), headers, body: body.to_vec(), ..Delivery::default() };
    configured::<WebForm>(settings).receive(&delivery, now)
}

fn said(reception: &Reception) -> &Item {
    match &reception.facts[0].event {
        Event::Said(item) => item,
        other => panic!("{other:?}"),
    }
}

const MULTIPART: &[u8] = b"\
--x7\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nIt --x7 leaks\r\nreally\r\n\
--x7\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nada@example.com\r\n\
--x7\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"kettle %22blue%22.png\"\r\n\
Content-Type: image/png\r\n\r\n\x89PNG\r\n\r\n\0\r\n\
--x7\r\nContent-Disposition: form-data; name=\"empty\"; filename=\"\"\r\n\r\n\r\n\
--x7--\r\n";

#[test]
fn files_stay_where_they_are_in_the_delivery() {
    let reception = received(json!({}), "multipart/form-data; boundary=x7", MULTIPART, NOW).unwrap();
    let item = said(&reception);
    assert_eq!(item.text, "It --x7 leaks\r\nreally");
    let [file] = item.attachments.as_slice() else { panic!("{item:?}") };
    assert_eq!(file.name.as_deref(), Some("kettle \"blue\".png"));
    let Content::RawRange((start, length)) = file.content else { panic!("{file:?}") };
    let (start, length) = (usize::try_from(start).unwrap(), usize::try_from(length).unwrap());
    assert_eq!(&MULTIPART[start..start + length], b"\x89PNG\r\n\r\n\0");
}

#[test]
fn multipart_that_is_cut_off_or_has_no_boundary_waits() {
    for cut in 0..MULTIPART.len() - 4 {
        assert!(received(json!({}), "multipart/form-data; boundary=x7", &MULTIPART[..cut], NOW).is_err(), "{cut}");
    }
    assert!(received(json!({}), "multipart/form-data", MULTIPART, NOW).is_err());
    assert!(received(json!({}), "multipart/form-data; boundary=other", MULTIPART, NOW).is_err());
}

#[test]
fn an_impatient_click_is_one_submission_and_a_later_one_another() {
    let form = "application/x-www-form-urlencoded";
    let settings = || json!({"ignore": ["token"]});
    let id = |body: &[u8], now: u64| said(&received(settings(), form, body, now).unwrap()).source_id.clone();
    assert_eq!(id(b"message=News%3F&token=1", NOW), id(b"message=News%3F&token=2", NOW + 1_000));
    assert_ne!(id(b"message=News%3F", NOW), id(b"message=News%3F", NOW + 7_200_000));
    assert_ne!(id(b"message=News%3F", NOW), id(b"message=News%21", NOW));
}

#[test]
fn the_browser_is_sent_to_a_page_of_the_site() {
    let reception =
        received(json!({"thanks_url": "https://shop.example/thanks"}), "application/x-www-form-urlencoded", b"message=x", NOW).unwrap();
    assert_eq!((reception.answer.status, reception.answer.header("location")), (303, Some("https://shop.example/thanks")));
    let get = Delivery { method: "GET".to_owned(), ..Delivery::default() };
    assert!(configured::<WebForm>(json!({})).receive(&get, NOW).unwrap().facts.is_empty());
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, path) in [
        (json!({"kind": "chat"}), "/kind"),
        (json!({"fields": {"text": []}}), "/fields/text"),
        (json!({"rating_max": 0.0}), "/rating_max"),
        (json!({"thanks_url": "javascript:alert(1)"}), "/thanks_url"),
    ] {
        assert_eq!(problems::<WebForm>(settings)[0].path, path);
    }
}
