//! Polling: each list from its newest review back to what was seen.

use lenient::{id, number};
use paging::{Listing, Place};
use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Attribute, Event, Fact, Failure, Kind, Page, Pointer, Timestamp, Value};

use crate::settings::{BUSINESS, Settings};
use crate::{business, document};

/// Fetches what is new since the cursor.
///
/// # Errors
/// When nothing was brought and a list failed.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    paging::poll(&settings.sources(), cursor, (settings.pages_max(), PAGE_FACTS_MAX), |name, place| fetch(settings, name, place, now))
}

/// Fetches the review that a push spoke of. One that was changed is told as it now reads.
///
/// # Errors
/// As Google says; a review that is gone is no failure.
pub(crate) fn hydrate(settings: &Settings, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
    let Some(name) = pointer.id.strip_prefix(business::BUSINESS).filter(|name| business::is_name(name)) else {
        return Err(Failure::Never(format!("`{}` is no pointer of this connector", pointer.id)));
    };
    let url = format!("{}/v4/{name}", settings.base_url(BUSINESS));
    match get(&url, Some("google"), now)? {
        Some(document) => {
            Ok(current(business::review(&document).map(|review| if review.changed_at.is_some() { review.edited() } else { review.said() })))
        }
        None => Ok(Vec::new()),
    }
}

fn current(facts: Option<Vec<Fact>>) -> Vec<Fact> {
    facts.unwrap_or_default()
}

fn fetch(settings: &Settings, name: &str, place: &Place, now: Timestamp) -> Result<Listing, Failure> {
    let source = settings.source(name).ok_or_else(|| Failure::Never(format!("`{name}` is nothing to poll")))?;
    let token = place.next.as_deref().zip(source.next).map(|(token, parameter)| format!("&{parameter}={}", sending::encoded(token)));
    let url = format!("{}{}{}", settings.base_url(source.origin), source.path, token.unwrap_or_default());
    let document = get(&url, source.credential, now)?.ok_or_else(|| Failure::Never(format!("`{name}` is not there")))?;
    let since: Option<Timestamp> = place.since.as_ref().and_then(|since| since.parse().ok());
    let floor = since.unwrap_or_else(|| now.saturating_sub(settings.lookback_ms()));
    let all = document::facts(&document, &source.place);
    let times: Vec<Timestamp> = all.iter().filter_map(changed_at).collect();
    let reaches = times.iter().min().is_none_or(|oldest| *oldest < floor);
    let newest = times.iter().max().map(Timestamp::to_string);
    let wanted = all.into_iter().filter(|fact| changed_at(fact).is_none_or(|at| at >= floor));
    let facts = wanted.flat_map(|fact| renewed(fact, since)).collect();
    let next = source.next.and_then(|_| token_of(&document)).filter(|_| !reaches);
    Ok(Listing { facts, newest, next, rest_until: None })
}

/// A review that was there at the poll before, and is among the new because it was changed, is an edit. Google Play does not tell whether
/// it was there: then both are given, and the host drops what it has.
fn renewed(fact: Fact, since: Option<Timestamp>) -> Vec<Fact> {
    let (Event::Said(item), Some(since)) = (&fact.event, since) else { return vec![fact] };
    if item.kind != Kind::Review {
        return vec![fact];
    }
    let changed = edited_at(&item.attributes).or(item.occurred_at).unwrap_or_default();
    let edited =
        Fact { account: fact.account.clone(), ..Fact::edited(item.clone()) }.dedup_key(format!("edited:{}:{changed}", item.source_id));
    let play = Attribute::find(&item.attributes, "provider").and_then(Value::as_text) == Some("google-play");
    if item.occurred_at.is_some_and(|at| at < since) {
        vec![edited]
    } else if play {
        vec![fact, edited]
    } else {
        vec![fact]
    }
}

/// When it was changed last, else when it was written.
fn changed_at(fact: &Fact) -> Option<Timestamp> {
    match &fact.event {
        Event::Said(item) | Event::Edited(item) => edited_at(&item.attributes).or(item.occurred_at),
        _ => None,
    }
}

fn edited_at(attributes: &[Attribute]) -> Option<Timestamp> {
    Attribute::find(attributes, "edited-at")?.as_text()?.parse().ok()
}

fn token_of(document: &serde_json::Value) -> Option<String> {
    ["nextPageToken", "/tokenPagination/nextPageToken"].iter().find_map(|place| id(document, place)).filter(|token| token.len() <= 1_024)
}

fn get(url: &str, credential: Option<&str>, now: Timestamp) -> Result<Option<serde_json::Value>, Failure> {
    let request = Request::get(url).header("accept", "application/json");
    let request = Request { credential: credential.map(str::to_owned), timeout_ms: Some(TIMEOUT_MS), ..request };
    let answer = http::send(&request)?;
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match answer.status {
        404 => return Ok(None),
        // Google says of a used-up quota that it is forbidden.
        403 if number(&body, "/error/code").is_some() && body.to_string().contains("ateLimitExceeded") => {
            return Err(Failure::Later((Some(now.saturating_add(60_000)), "the quota is used up".to_owned())));
        }
        _ => {}
    }
    let answer = answer.checked(now)?;
    serde_json::from_slice(&answer.body).map(Some).map_err(|error| Failure::Later((None, format!("the answer is no JSON: {error}"))))
}

const PAGE_FACTS_MAX: usize = 250;
const TIMEOUT_MS: u32 = 15_000;
