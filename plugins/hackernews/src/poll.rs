//! Polling: one page of each search at a time, newest first as the search gives them, back to what was seen before.

use std::collections::{BTreeMap, BTreeSet};

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Event, Fact, Failure, Page, Pointer, Timestamp, log};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::item;
use crate::settings::{Settings, Source};
use lenient::{count, list};

const PER_PAGE: usize = 100;
const ITEM: &str = "item:";
const POINTERS_MAX: usize = 100;
const TIMEOUT_MS: u32 = 10_000;

/// How far each search has come, by its name. Times in Unix seconds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor {
    #[serde(default)]
    sources: BTreeMap<String, Place>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Place {
    /// Everything up to here was read.
    seen_s: u64,
    /// While going back from the newest page: where the next one ends, and what was the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    back: Option<(u64, u64)>,
}

/// Fetches a page of every search.
///
/// # Errors
/// When nothing was brought and a search failed.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let mut cursor: Cursor = cursor.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let (mut page, mut keys) = (Page::default(), BTreeSet::new());
    for source in settings.sources() {
        let start = Place { seen_s: (now / 1_000).saturating_sub(settings.lookback_s()), back: None };
        let place = cursor.sources.get(&source.name).cloned().unwrap_or(start);
        match fetch(settings, &source, &place, now) {
            Ok(document) => {
                let new = item::facts(&document, settings);
                page.facts.extend(new.into_iter().filter(|fact| keys.insert(fact.dedup_key.clone())));
                let next = advanced(&place, &document);
                page.more |= next.back.is_some();
                cursor.sources.insert(source.name, next);
            }
            Err(failure) if page.facts.is_empty() => return Err(failure),
            Err(failure) => {
                log::warn(&format!("{}: {failure:?}", source.name));
                if let Failure::Later((at, _)) = failure {
                    page.next_poll_at = at;
                }
                break;
            }
        }
    }
    page.facts.sort_by_key(|fact| at(&fact.event));
    if settings.fetch_parents {
        page.pointers = parents(&page.facts);
    }
    page.cursor = serde_json::to_vec(&cursor).unwrap_or_default();
    Ok(page)
}

/// Fetches a single item.
///
/// # Errors
/// As the API says.
pub(crate) fn hydrate(settings: &Settings, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
    let Some(id) = pointer.id.strip_prefix(ITEM).filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())) else {
        return Err(Failure::Never(format!("`{}` is no pointer of this connector", pointer.id)));
    };
    let document = get(&format!("{}/v0/item/{id}.json", settings.items_url()), now)?;
    Ok(item::facts(&document, settings))
}

fn fetch(settings: &Settings, source: &Source, place: &Place, now: Timestamp) -> Result<Value, Failure> {
    // The second itself is asked again: others may have spoken in it, and what comes twice is dropped.
    let since = format!("created_at_i>={}", place.seen_s);
    let until = place.back.map(|(until, _)| format!(",created_at_i<={until}")).unwrap_or_default();
    let filters = lenient::escaped(&format!("{since}{until}"));
    let url = format!("{}/api/v1/search_by_date?{}&hitsPerPage={PER_PAGE}&numericFilters={filters}", settings.search_url(), source.query);
    get(&url, now)
}

fn get(url: &str, now: Timestamp) -> Result<Value, Failure> {
    let request = Request { timeout_ms: Some(TIMEOUT_MS), ..Request::get(url).header("accept", "application/json") };
    let answer = http::send(&request)?.checked(now)?;
    lenient::document(&answer.body).map_err(|_| Failure::Later((None, "the answer is no JSON".to_owned())))
}

/// A full page means that there is more behind it; otherwise everything up to its newest was read.
fn advanced(place: &Place, document: &Value) -> Place {
    let hits = list(document, "hits");
    let times = || hits.iter().map(|hit| count(hit, "created_at_i")).filter(|at| *at > 0);
    let newest = times().max().unwrap_or_default().max(place.back.map_or(place.seen_s, |(_, newest)| newest));
    match times().min() {
        // A page of one second only: going further back would ask for the same page for ever.
        Some(oldest) if hits.len() >= PER_PAGE && place.back.is_none_or(|(until, _)| oldest < until) => {
            Place { seen_s: place.seen_s, back: Some((oldest, newest)) }
        }
        _ => Place { seen_s: newest, back: None },
    }
}

fn at(event: &Event) -> Option<Timestamp> {
    match event {
        Event::Said(item) => item.occurred_at,
        Event::Removed(removal) => removal.occurred_at,
        Event::System(note) | Event::Unsupported(note) => note.occurred_at,
        _ => None,
    }
}

fn parents(facts: &[Fact]) -> Vec<Pointer> {
    let parent = |fact: &Fact| if let Event::Said(item) = &fact.event { item.in_reply_to.clone() } else { None };
    let wanted: BTreeSet<String> = facts.iter().filter_map(parent).collect();
    wanted.into_iter().take(POINTERS_MAX).map(|id| Pointer { id: format!("{ITEM}{id}"), ..Pointer::default() }).collect()
}
