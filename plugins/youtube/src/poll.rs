//! Polling: each list from its newest thread back to what was seen, within the quota.

use lenient::{at, count, id, list, text, time};
use paging::{Listing, Place};
use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Event, Fact, Failure, Page, Pointer, Timestamp};
use serde_json::Value;

use crate::answer::used_up;
use crate::document;
use crate::settings::{Settings, is_plain, path};

/// Fetches what is new since the cursor. Threads of the last hours are read again, because replies do not bring them to the top.
///
/// # Errors
/// When nothing was brought and a list failed.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let mut pointers = Vec::new();
    let mut page = paging::poll(&settings.lists(), cursor, (settings.pages_max(), PAGE_FACTS_MAX), |name, place| {
        fetch(settings, name, place, now, &mut pointers)
    })?;
    pointers.truncate(POINTERS_MAX);
    page.pointers = pointers;
    Ok(page)
}

/// Fetches all replies of a thread.
///
/// # Errors
/// As YouTube says; a thread that is gone is no failure.
pub(crate) fn hydrate(settings: &Settings, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
    let Some(thread) = pointer.id.strip_prefix(THREAD).filter(|id| is_plain(id)) else {
        return Err(Failure::Never(format!("`{}` is no pointer of this connector", pointer.id)));
    };
    let (mut facts, mut next) = (Vec::new(), String::new());
    for _ in 0..HYDRATE_PAGES_MAX {
        let path = format!("/youtube/v3/comments?part=snippet&textFormat=html&maxResults=100&parentId={thread}{next}");
        let Some(document) = get(settings, &path, now)? else { break };
        facts.extend(document::facts(&document, settings));
        match token(&document) {
            Some(token) => next = format!("&pageToken={token}"),
            None => break,
        }
    }
    Ok(facts)
}

fn fetch(settings: &Settings, name: &str, place: &Place, now: Timestamp, pointers: &mut Vec<Pointer>) -> Result<Listing, Failure> {
    let path = path(name).ok_or_else(|| Failure::Never(format!("`{name}` is nothing to poll")))?;
    let next = place.next.as_deref().filter(|token| is_token(token)).map(|token| format!("&pageToken={token}")).unwrap_or_default();
    let Some(document) = get(settings, &format!("{path}{next}"), now)? else {
        return Err(Failure::Never(format!("`{name}` is not there")));
    };
    let since: Option<Timestamp> = place.since.as_ref().and_then(|since| since.parse().ok());
    let floor = since.unwrap_or_else(|| now.saturating_sub(settings.lookback_ms()));
    let mut facts = document::facts(&document, settings);
    let newest = facts.iter().filter_map(occurred_at).max().map(|at| at.to_string());
    facts.retain(|fact| occurred_at(fact).is_none_or(|at| at >= floor));
    let items = list(&document, "items");
    pointers.extend(items.iter().filter(|thread| is_cut(thread, floor)).filter_map(pointer));
    let begun = items
        .iter()
        .filter_map(|item| time(item, "/snippet/topLevelComment/snippet/publishedAt").or_else(|| time(item, "/snippet/publishedAt")));
    let reaches = begun.min().is_none_or(|oldest| oldest < floor.saturating_sub(settings.lookback_ms()));
    let next = token(&document).filter(|_| !reaches);
    Ok(Listing { facts, newest, next, rest_until: None })
}

/// Whether a thread has more replies than it shows, and new ones among them.
fn is_cut(thread: &Value, floor: Timestamp) -> bool {
    let shown = list(thread, "/replies/comments");
    let more = count(thread, "/snippet/totalReplyCount") > u64::try_from(shown.len()).unwrap_or(u64::MAX);
    more && shown.iter().filter_map(|reply| time(reply, "/snippet/publishedAt")).max().is_none_or(|newest| newest >= floor)
}

fn pointer(thread: &Value) -> Option<Pointer> {
    let id = id(thread, "id").filter(|id| is_plain(id))?;
    Some(Pointer { id: format!("{THREAD}{id}"), attributes: Vec::new() })
}

fn token(document: &Value) -> Option<String> {
    text(document, "nextPageToken").filter(|token| is_token(token)).map(str::to_owned)
}

fn is_token(token: &str) -> bool {
    (1..=1_024).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'.'))
}

fn get(settings: &Settings, path: &str, now: Timestamp) -> Result<Option<Value>, Failure> {
    let request = Request::get(format!("{}{path}", settings.base_url())).header("accept", "application/json").credential("token");
    let answer = http::send(&Request { timeout_ms: Some(TIMEOUT_MS), ..request })?;
    if let Some(at) = used_up(&answer, now) {
        return Err(Failure::Later((Some(at), "YouTube's quota is used up".to_owned())));
    }
    if answer.status == 404 {
        return Ok(None);
    }
    let answer = answer.checked(now)?;
    let document: Value =
        serde_json::from_slice(&answer.body).map_err(|error| Failure::Later((None, format!("the answer is no JSON: {error}"))))?;
    match at(&document, "error") {
        Some(error) => Err(Failure::Never(text(error, "message").unwrap_or("an error").to_owned())),
        None => Ok(Some(document)),
    }
}

fn occurred_at(fact: &Fact) -> Option<Timestamp> {
    match &fact.event {
        Event::Said(item) => item.occurred_at,
        Event::System(note) => note.occurred_at,
        _ => None,
    }
}

const THREAD: &str = "thread:";
/// A hundred threads of six comments.
const PAGE_FACTS_MAX: usize = 600;
const POINTERS_MAX: usize = 100;
const HYDRATE_PAGES_MAX: usize = 5;
const TIMEOUT_MS: u32 = 15_000;
