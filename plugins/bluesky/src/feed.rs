//! Polling: notifications, searches, what accounts write, and the log of chats.

use lenient::{list, text, time};
use paging::{Listing, Place};
use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Failure, Page, Response, Timestamp};
use serde_json::Value;

use crate::document::facts;
use crate::settings::Settings;

const TIMEOUT_MS: u32 = 10_000;
const PAGE_FACTS_MAX: usize = 200;
/// Where the server of our account sends what is for the chat service.
pub(crate) const CHAT_PROXY: &str = "did:web:api.bsky.chat#bsky_chat";

/// Fetches what is new.
///
/// # Errors
/// As the server says.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let fetch = |list: &str, place: &Place| page(settings, list, place, now);
    paging::poll(&settings.lists(), cursor, (settings.pages_max(), PAGE_FACTS_MAX), fetch)
}

fn page(settings: &Settings, list: &str, place: &Place, now: Timestamp) -> Result<Listing, Failure> {
    if list == "chat" {
        return chats(settings, place, now);
    }
    let mut pairs = vec![("limit", "100")];
    let method = match list.split_once(':') {
        Some(("search", query)) => {
            pairs.extend([("q", query), ("sort", "latest")]);
            "app.bsky.feed.searchPosts"
        }
        Some(("author", did)) => {
            pairs.extend([("actor", did), ("filter", "posts_with_replies")]);
            "app.bsky.feed.getAuthorFeed"
        }
        _ => "app.bsky.notification.listNotifications",
    };
    pairs.extend(place.next.as_deref().map(|next| ("cursor", next)));
    let (document, rest_until) = ask(Request::get(settings.method(method) + &sending::query(&pairs)), now)?;
    let floor = place.since.as_deref().and_then(|since| since.parse().ok()).unwrap_or_else(|| now.saturating_sub(settings.lookback_ms()));
    let (mut newest, mut reached) = (None, false);
    let mut kept = document.clone();
    for name in ["notifications", "posts", "feed"] {
        if let Some(items) = kept.get_mut(name).and_then(Value::as_array_mut) {
            // What a page brings of the same moment as the last one may be new: deduplication absorbs the rest.
            items.retain(|item| {
                let at = seen_at(item);
                newest = newest.max(at);
                let fresh = at.is_none_or(|at| at >= floor);
                reached |= !fresh;
                fresh
            });
        }
    }
    let next = text(&document, "cursor").filter(|_| !reached).map(str::to_owned);
    Ok(Listing { facts: facts(&kept, settings), newest: newest.map(|at| at.to_string()), next, rest_until })
}

/// When the network saw an item of a list; a repost's own time, not that of the post.
fn seen_at(item: &Value) -> Option<Timestamp> {
    ["/reason/indexedAt", "indexedAt", "/post/indexedAt"].iter().find_map(|place| time(item, place))
}

/// The log goes forward, by a cursor that the service gives.
fn chats(settings: &Settings, place: &Place, now: Timestamp) -> Result<Listing, Failure> {
    let from = place.next.as_deref().or(place.since.as_deref());
    let pairs: Vec<_> = from.map(|cursor| ("cursor", cursor)).into_iter().collect();
    let request = Request::get(settings.method("chat.bsky.convo.getLog") + &sending::query(&pairs)).header("atproto-proxy", CHAT_PROXY);
    let (document, rest_until) = ask(request, now)?;
    let cursor = text(&document, "cursor").map(str::to_owned);
    let floor = now.saturating_sub(settings.lookback_ms());
    let first = from.is_none();
    let mut found = document.clone();
    if let Some(logs) = found.get_mut("logs").and_then(Value::as_array_mut) {
        logs.retain(|entry| !first || time(entry, "/message/sentAt").is_none_or(|at| at >= floor));
    }
    let more = !list(&document, "logs").is_empty() && cursor.as_deref() != from;
    Ok(Listing { facts: facts(&found, settings), newest: cursor.clone(), next: cursor.filter(|_| more), rest_until })
}

fn ask(request: Request, now: Timestamp) -> Result<(Value, Option<Timestamp>), Failure> {
    let request = Request { timeout_ms: Some(TIMEOUT_MS), ..request.credential("account") };
    let response = http::send(&request)?;
    let rest = response.header("ratelimit-remaining").is_some_and(|left| left.trim() == "0").then(|| reset_at(&response)).flatten();
    Ok((checked(response, now)?, rest))
}

/// When the rate is full again.
pub(crate) fn reset_at(response: &Response) -> Option<Timestamp> {
    pointsman_plugin::time::unix(response.header("ratelimit-reset")?)
}

fn checked(response: Response, now: Timestamp) -> Result<Value, Failure> {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let (reset, limited) = (reset_at(&response), response.status == 429);
    if let Some(why) = token_refused(&body) {
        return Err(Failure::Unauthorised(why));
    }
    let response = response.checked(now).map_err(|failure| match failure {
        Failure::Later((None, why)) if limited => Failure::Later((reset, why)),
        Failure::Never(why) => Failure::Never(text(&body, "message").map_or(why, str::to_owned)),
        other => other,
    })?;
    serde_json::from_slice(&response.body).map_err(|why| Failure::Later((None, format!("the answer is no JSON: {why}"))))
}

/// Servers refuse a token with 400.
pub(crate) fn token_refused(body: &Value) -> Option<String> {
    let refused =
        matches!(text(body, "error"), Some("ExpiredToken" | "InvalidToken" | "AuthMissing" | "AuthenticationRequired" | "AccountTakedown"));
    refused.then(|| text(body, "message").unwrap_or("the token is refused").to_owned())
}
