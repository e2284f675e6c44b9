//! Polling: the newest posts of the whole forum, back to the one that was seen last.

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Event, Fact, Failure, Page, Timestamp};
use serde_json::Value;

use crate::event;
use crate::settings::Settings;

/// Fetches what is new since the cursor, which is the highest id that was seen.
///
/// # Errors
/// As the forum says; a used-up rate says when to come back.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let seen: Option<u64> = cursor.and_then(|bytes| std::str::from_utf8(bytes).ok()?.parse().ok());
    let floor = now.saturating_sub(settings.lookback_ms());
    let mut facts: Vec<Fact> = Vec::new();
    let (mut newest, mut before) = (seen.unwrap_or_default(), None);
    for _ in 0..PAGES_MAX {
        let document = fetch(settings, before, now)?;
        let page = event::facts(&document, None, settings);
        let lowest = page.iter().filter_map(number).min();
        newest = page.iter().filter_map(number).fold(newest, u64::max);
        let size = page.len();
        let fresh = |fact: &Fact| match seen {
            Some(seen) => number(fact).is_none_or(|id| id > seen),
            None => occurred_at(fact).is_none_or(|at| at >= floor),
        };
        let kept: Vec<Fact> = page.into_iter().filter(fresh).collect();
        let all_new = size > 0 && kept.len() == size;
        facts.extend(kept);
        match lowest {
            // A page of fewer is the last one.
            Some(lowest) if all_new && size >= PAGE_POSTS && before.is_none_or(|before| lowest < before) => before = Some(lowest),
            _ => break,
        }
    }
    // Oldest first; the forum gives the newest first.
    facts.sort_by_key(|fact| number(fact).unwrap_or_default());
    Ok(Page { facts, cursor: newest.to_string().into_bytes(), ..Page::default() })
}

fn fetch(settings: &Settings, before: Option<u64>, now: Timestamp) -> Result<Value, Failure> {
    let path = if settings.private_messages { "/private-posts.json" } else { "/posts.json" };
    let before = before.map(|id| format!("?before={id}")).unwrap_or_default();
    let mut request = Request::get(format!("{}{path}{before}", settings.base_url())).header("accept", "application/json");
    if let Some(username) = &settings.username {
        request = request.header("api-username", username).credential("api_key");
    }
    let answer = http::send(&Request { timeout_ms: Some(TIMEOUT_MS), ..request })?.checked(now)?;
    // A page of a proxy in front of the forum, most likely.
    serde_json::from_slice(&answer.body).map_err(|error| Failure::Later((None, format!("the answer is no JSON: {error}"))))
}

fn number(fact: &Fact) -> Option<u64> {
    match &fact.event {
        Event::Said(item) | Event::Edited(item) => item.source_id.parse().ok(),
        Event::Removed(removal) => removal.source_id.parse().ok(),
        Event::System(note) | Event::Unsupported(note) => note.source_id.as_deref()?.parse().ok(),
        Event::Reacted(_) | Event::Receipt(_) => None,
    }
}

fn occurred_at(fact: &Fact) -> Option<Timestamp> {
    match &fact.event {
        Event::Said(item) | Event::Edited(item) => item.occurred_at,
        Event::Removed(removal) => removal.occurred_at,
        Event::System(note) | Event::Unsupported(note) => note.occurred_at,
        Event::Reacted(_) | Event::Receipt(_) => None,
    }
}

/// Posts of one page, by Discourse's own rule.
const PAGE_POSTS: usize = 50;
const PAGES_MAX: u32 = 4;
const TIMEOUT_MS: u32 = 10_000;
