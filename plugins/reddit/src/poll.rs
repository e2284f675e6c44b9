//! Polling: each list from its newest item back to what was seen, within Reddit's rate.

use lenient::{id, list, number, time};
use paging::{Listing, Place};
use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Event, Failure, Page, Response, Timestamp};
use serde_json::Value;

use crate::document;
use crate::settings::{Settings, path};

/// Fetches what is new since the cursor.
///
/// # Errors
/// When nothing was brought and a list failed.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    paging::poll(&settings.lists(), cursor, (settings.pages_max(), PAGE_FACTS_MAX), |name, place| fetch(settings, name, place, now))
}

fn fetch(settings: &Settings, name: &str, place: &Place, now: Timestamp) -> Result<Listing, Failure> {
    let path = path(name).ok_or_else(|| Failure::Never(format!("`{name}` is nothing to poll")))?;
    let after = place.next.as_deref().filter(|next| is_plain(next)).map(|next| format!("&after={next}")).unwrap_or_default();
    let url = format!("{}{path}&raw_json=1{after}", settings.base_url());
    let request = Request::get(url).header("user-agent", settings.user_agent()).header("accept", "application/json").credential("token");
    let answer = http::send(&Request { timeout_ms: Some(TIMEOUT_MS), ..request })?;
    let rest_until = rest_until(&answer, now);
    let answer = checked(answer, now, rest_until)?;
    let document: Value =
        serde_json::from_slice(&answer.body).map_err(|error| Failure::Later((None, format!("the answer is no JSON: {error}"))))?;
    let floor = place.since.as_ref().and_then(|since| since.parse().ok()).unwrap_or_else(|| now.saturating_sub(settings.lookback_ms()));
    let mut facts = document::facts(&document, settings);
    let times = || order(&document).into_iter();
    let newest = times().max().map(|at| at.to_string());
    // A page that reaches back to what was seen is the last one that matters.
    let reaches = times().min().is_none_or(|oldest| oldest < floor);
    facts.retain(|fact| match &fact.event {
        Event::Said(item) => item.occurred_at.is_none_or(|at| at >= floor),
        Event::System(note) => note.occurred_at.is_none_or(|at| at >= floor),
        _ => true,
    });
    let next = after_of(&document).filter(|next| !reaches && is_plain(next));
    Ok(Listing { facts, newest, next, rest_until })
}

/// The times by which a list is ordered: of its own things, not of replies in them.
fn order(document: &Value) -> Vec<Timestamp> {
    let things = list(document, "/data/children").iter().filter_map(|thing| time(thing, "/data/created_utc"));
    let conversations = document.get("conversations").and_then(Value::as_object).into_iter().flatten();
    let conversations = conversations.filter_map(|(_, conversation)| time(conversation, "lastUpdated"));
    // A post and its comments: one document holds all that it will ever hold.
    let post = document.as_array().into_iter().flatten().flat_map(|listing| list(listing, "/data/children"));
    things.chain(conversations).chain(post.filter_map(|thing| time(thing, "/data/created_utc"))).collect()
}

/// The token of the next page.
fn after_of(document: &Value) -> Option<String> {
    let modmail = || list(document, "conversationIds").last().and_then(lenient::as_id);
    id(document, "/data/after").or_else(modmail)
}

fn is_plain(token: &str) -> bool {
    (1..=64).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// When the rate is full again, once it is used up: Reddit counts down.
fn rest_until(answer: &Response, now: Timestamp) -> Option<Timestamp> {
    let header = |name: &str| number(&Value::String(answer.header(name)?.to_owned()), "");
    let seconds = header("x-ratelimit-reset").filter(|_| header("x-ratelimit-remaining").is_some_and(|left| left < 1.0))?;
    Some(now.saturating_add(std::time::Duration::try_from_secs_f64(seconds).ok()?.as_millis().try_into().ok()?))
}

fn checked(answer: Response, now: Timestamp, rest_until: Option<Timestamp>) -> Result<Response, Failure> {
    let limited = answer.status == 429;
    answer.checked(now).map_err(|failure| match failure {
        Failure::Later((None, why)) if limited => Failure::Later((rest_until.or(Some(now.saturating_add(WINDOW_MS))), why)),
        other => other,
    })
}

const PAGE_FACTS_MAX: usize = 500;
const TIMEOUT_MS: u32 = 15_000;
/// Reddit's rate window.
const WINDOW_MS: u64 = 600_000;
