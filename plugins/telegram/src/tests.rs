use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Failure, Feed as _, Response};
use serde_json::{Value, json};

use crate::Telegram;

const NOW: u64 = 1_790_000_000_000;
const UPDATES: &str = "GET https://api.telegram.org/bot{token}/getUpdates?limit=100&timeout=0&allowed_updates=";

#[test]
fn case_folders() {
    cases::check_webhook::<Telegram>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn outgoing_case_folders() {
    cases::check_sender::<Telegram>(env!("CARGO_MANIFEST_DIR"));
}

fn answer(status: u16, body: &Value) -> Result<Response, pointsman_plugin::http::Error> {
    Ok(Response::new(status).body("application/json", body.to_string()))
}

fn update(id: u64) -> Value {
    let person = json!({"id": 9, "is_bot": false, "first_name": "Amira"});
    let chat = json!({"id": 9, "type": "private"});
    json!({"update_id": id, "message": {"message_id": id, "from": person, "chat": chat, "date": 1_790_000_000, "text": "Hello"}})
}

#[test]
fn polls_go_on_after_the_newest_update() {
    let plugin: Telegram = configured(json!({}));
    let full: Vec<Value> = (1..=100).map(update).collect();
    let host = Host::new().answer(UPDATES, answer(200, &json!({"ok": true, "result": full})));
    let page = plugin.poll(None, NOW).unwrap();
    assert_eq!((page.facts.len(), page.more), (100, true));
    assert_eq!(page.cursor, br#"{"offset":101}"#);
    assert!(host.requests().iter().all(|request| request.credential.as_deref() == Some("token") && request.url.contains("chat_member")));
    let host = Host::new().answer(UPDATES, answer(200, &json!({"ok": true, "result": []})));
    let page = plugin.poll(Some(&page.cursor), NOW).unwrap();
    assert_eq!((page.facts.len(), page.more), (0, false));
    assert_eq!(page.cursor, br#"{"offset":101}"#);
    assert!(host.requests()[0].url.ends_with("&offset=101"));
}

#[test]
fn failures_say_when_to_come_back() {
    let plugin: Telegram = configured(json!({}));
    let failure = |status, body: Value| {
        let _host = Host::new().answer(UPDATES, answer(status, &body));
        plugin.poll(None, NOW).unwrap_err()
    };
    let limited = failure(429, json!({"ok": false, "description": "Too Many Requests", "parameters": {"retry_after": 14}}));
    assert_eq!(limited, Failure::Later((Some(NOW + 14_000), "Too Many Requests".to_owned())));
    let hooked = failure(409, json!({"ok": false, "description": "Conflict: a webhook is set"}));
    assert!(matches!(hooked, Failure::Never(why) if why.contains("remove the webhook")));
    assert!(matches!(failure(401, json!({"ok": false, "description": "Unauthorized"})), Failure::Unauthorised(_)));
    assert!(matches!(failure(502, json!("<html>")), Failure::Later((None, _))));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let found = problems::<Telegram>(json!({"base_url": "api.telegram.org"}));
    assert_eq!(found.first().map(|problem| problem.path.as_str()), Some("/base_url"));
    assert!(!problems::<Telegram>(json!({"bot": 1})).is_empty());
}
