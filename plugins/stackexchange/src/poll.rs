//! Polling: what was active since the last poll, oldest first, one page of each source at a time.

use std::collections::{BTreeMap, BTreeSet};

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Failure, Page, Response, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::post;
use crate::settings::{Settings, Source};
use lenient::{count, flag, list, number, text};

const PER_PAGE: usize = 50;
const TIMEOUT_MS: u32 = 10_000;
const DAY_MS: u64 = 86_400_000;

/// Of each source the time of what was read last, in Unix seconds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor {
    #[serde(default)]
    seen_s: BTreeMap<String, u64>,
    /// How often the same second filled a page: the next page of it is asked for.
    #[serde(default)]
    page: BTreeMap<String, u32>,
}

/// Fetches what is new since the cursor.
///
/// # Errors
/// When nothing was brought and a source failed.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let mut cursor: Cursor = cursor.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let (mut page, mut keys) = (Page::default(), BTreeSet::new());
    for source in settings.sources() {
        let since_s = *cursor.seen_s.get(&source.name).unwrap_or(&(now / 1_000).saturating_sub(settings.lookback_s()));
        let number = *cursor.page.get(&source.name).unwrap_or(&1);
        let document = match fetch(settings, &source, since_s, number, now) {
            Ok(document) => document,
            Err(failure) if page.facts.is_empty() => return Err(failure),
            Err(failure) => {
                pointsman_plugin::log::warn(&format!("{}: {failure:?}", source.name));
                if let Failure::Later((at, _)) = failure {
                    page.next_poll_at = at.or(page.next_poll_at);
                }
                break;
            }
        };
        let entries = list(&document, "items");
        let new = entries.iter().take(PER_PAGE).flat_map(|entry| post::facts(entry, settings));
        page.facts.extend(new.filter(|fact| keys.insert(fact.dedup_key.clone())));
        let newest_s = entries.iter().map(|entry| count(entry, "last_activity_date").max(count(entry, "creation_date"))).max();
        let more = flag(&document, "has_more");
        let newest_s = newest_s.unwrap_or(since_s).max(since_s);
        cursor.page.insert(source.name.clone(), if more && newest_s == since_s { number.saturating_add(1) } else { 1 });
        cursor.seen_s.insert(source.name, newest_s);
        page.more |= more;
        if let Some(rest) = rest(&document, now) {
            page.next_poll_at = Some(rest.max(page.next_poll_at.unwrap_or_default()));
            page.more = false;
            break;
        }
    }
    page.facts.sort_by_key(|fact| match &fact.event {
        pointsman_plugin::Event::Said(item) | pointsman_plugin::Event::Edited(item) => item.occurred_at,
        _ => None,
    });
    page.cursor = serde_json::to_vec(&cursor).unwrap_or_default();
    Ok(page)
}

fn fetch(settings: &Settings, source: &Source, since_s: u64, page: u32, now: Timestamp) -> Result<Value, Failure> {
    let Source { path, sort, .. } = source;
    let base = settings.base_url();
    let bound = if *sort == "activity" { "min" } else { "fromdate" };
    let site = lenient::escaped(settings.site());
    let url = format!("{base}{path}site={site}&order=asc&sort={sort}&{bound}={since_s}&pagesize={PER_PAGE}&page={page}&filter=withbody");
    let request = Request { timeout_ms: Some(TIMEOUT_MS), ..Request::get(url).header("accept", "application/json") };
    let answer = http::send(&if settings.key { request.credential("key") } else { request })?;
    let document = lenient::document(&answer.body);
    match (answer.status, document) {
        (200, Ok(document)) => Ok(document),
        (200, Err(_)) => Err(Failure::Later((None, "the answer is no JSON".to_owned()))),
        (_, document) => Err(failure(answer, &document.unwrap_or_default(), now)),
    }
}

/// The API answers 400 for everything, and says what it is in the body.
fn failure(answer: Response, document: &Value, now: Timestamp) -> Failure {
    let why = || text(document, "error_message").unwrap_or("the API refuses").to_owned();
    match text(document, "error_name") {
        Some("throttle_violation" | "temporarily_unavailable") => {
            Failure::Later((rest(document, now).or_else(|| seconds_in(&why(), now)), why()))
        }
        Some("access_denied" | "invalid_access_token" | "access_token_required" | "key_required" | "access_token_compromised") => {
            Failure::Unauthorised(why())
        }
        Some("internal_error") => Failure::Later((None, why())),
        Some(_) => Failure::Never(why()),
        None => match answer.checked(now) {
            Err(failure) => failure,
            Ok(_) => Failure::Never("the answer is none of the API's".to_owned()),
        },
    }
}

/// When to come back: after `backoff` seconds, or when the day's quota is used up, on the next day.
fn rest(document: &Value, now: Timestamp) -> Option<Timestamp> {
    let backoff = count(document, "backoff");
    if number(document, "quota_remaining").is_some_and(|left| left <= 0.0) {
        return Some((now / DAY_MS + 1) * DAY_MS);
    }
    (backoff > 0).then(|| now.saturating_add(backoff.saturating_mul(1_000)))
}

/// `more requests available in 82216 seconds`
fn seconds_in(why: &str, now: Timestamp) -> Option<Timestamp> {
    let seconds: u64 = why.split_once(" in ")?.1.split(' ').next()?.parse().ok()?;
    Some(now.saturating_add(seconds.saturating_mul(1_000)))
}
