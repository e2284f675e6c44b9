//! Polling with `sync`: what has happened in our rooms since the last time.

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Fact, Failure, Page, Timestamp};
use serde_json::{Value, json};

use crate::event;
use crate::settings::Settings;

/// Fetches what is new. The first poll brings what the homeserver thinks recent: a few events of each room.
///
/// # Errors
/// As the homeserver says.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let since = cursor.and_then(|bytes| std::str::from_utf8(bytes).ok()).filter(|since| !since.is_empty());
    // What is left out cannot be asked for, so only what says nothing is.
    let filter = json!({
        "presence": {"types": []}, "account_data": {"types": []},
        "room": {"timeline": {"limit": TIMELINE}, "account_data": {"types": []}, "ephemeral": {"types": ["m.receipt"]}, "state": {"types": []}},
    });
    let mut query = vec![("timeout", "0"), ("set_presence", "offline")];
    let filter = filter.to_string();
    query.push(("filter", &filter));
    if let Some(since) = since {
        query.push(("since", since));
    }
    let url = format!("{}/_matrix/client/v3/sync{}", settings.base_url(), sending::query(&query));
    let request = Request { timeout_ms: Some(TIMEOUT_MS), ..Request::get(url) };
    let answer = http::send(&request.credential("access_token"))?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let wait = body.get("retry_after_ms").and_then(Value::as_u64).map(|wait| now.saturating_add(wait));
    answer.checked(now).map_err(|failure| match failure {
        Failure::Later((None, why)) => Failure::Later((wait, why)),
        other => other,
    })?;
    let next = lenient::text(&body, "next_batch").map(|next| next.as_bytes().to_vec());
    let facts =
        if body.is_array() || lenient::given(&body, "rooms") { facts(&body, settings) } else { event::transaction(&body, settings) };
    Ok(Page { facts, cursor: next.or_else(|| cursor.map(<[u8]>::to_vec)).unwrap_or_default(), ..Page::default() })
}

/// What an answer of `sync` tells.
pub(crate) fn facts(body: &Value, settings: &Settings) -> Vec<Fact> {
    let rooms = |place: &str| body.pointer(place).and_then(Value::as_object).into_iter().flatten().take(ROOMS_MAX);
    let joined = rooms("/rooms/join").chain(rooms("/rooms/leave")).flat_map(|(room, part)| {
        let events = lenient::list(part, "/timeline/events").iter().chain(lenient::list(part, "/ephemeral/events"));
        events.flat_map(move |event| event::facts(event, Some(room), settings))
    });
    let invited = rooms("/rooms/invite").flat_map(|(room, part)| {
        let events = lenient::list(part, "/invite_state/events").iter();
        let ours = events.filter(|event| {
            lenient::text(event, "type") == Some("m.room.member") && lenient::text(event, "state_key") == settings.user_id.as_deref()
        });
        ours.flat_map(move |event| event::facts(event, Some(room), settings))
    });
    joined.chain(invited).take(FACTS_MAX).collect()
}

const TIMELINE: u32 = 50;
const ROOMS_MAX: usize = 500;
/// The contract's limit.
const FACTS_MAX: usize = 1_000;
const TIMEOUT_MS: u32 = 20_000;
