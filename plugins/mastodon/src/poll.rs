//! Polling: what is new at each endpoint, a bounded number of pages at a time, within the instance's rate.

use std::collections::BTreeSet;

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Event, Fact, Failure, Kind, Page, Pointer, Response, Timestamp, log};
use serde_json::Value;

use crate::cursor::{Cursor, newer};
use crate::document::facts as document_facts;
use crate::settings::{Endpoint, Own, Settings};
use lenient::{id, object};

/// Fetches what is new since the cursor.
///
/// An endpoint that fails after others brought something ends the round: what was brought is kept, and the failure comes back with the
/// next poll.
///
/// # Errors
/// When nothing was brought and an endpoint failed.
pub(crate) fn poll(settings: &Settings, own: &Own, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let mut round = Round { settings, own, now, cursor: Cursor::read(cursor), keys: BTreeSet::new(), page: Page::default() };
    for endpoint in settings.endpoints() {
        match round.endpoint(&endpoint) {
            Ok(()) => {}
            Err(failure) if round.page.facts.is_empty() => return Err(failure),
            Err(failure) => {
                log::warn(&format!("{}: {failure:?}", endpoint.name));
                if let Failure::Later((at, _)) = failure {
                    round.page.next_poll_at = at;
                }
                break;
            }
        }
        if round.is_full() {
            round.page.more = true;
            break;
        }
    }
    Ok(round.finish())
}

/// Fetches the status that a pointer names.
///
/// # Errors
/// As the instance says; a status that is gone is no failure.
pub(crate) fn hydrate(settings: &Settings, own: &Own, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
    let Some(status) = pointer.id.strip_prefix(STATUS).filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric())) else {
        return Err(Failure::Never(format!("`{}` is no pointer of this connector", pointer.id)));
    };
    let response = send(&format!("{}/api/v1/statuses/{status}", settings.base_url()))?;
    if matches!(response.status, 404 | 410) {
        return Ok(Vec::new());
    }
    Ok(document_facts(&document(&checked(response, now)?)?, own))
}

/// One poll.
struct Round<'a> {
    settings: &'a Settings,
    own: &'a Own,
    now: Timestamp,
    cursor: Cursor,
    /// Keys of the facts so far: one status comes through several endpoints.
    keys: BTreeSet<String>,
    page: Page,
}

impl Round<'_> {
    fn endpoint(&mut self, endpoint: &Endpoint) -> Result<(), Failure> {
        let since = self.cursor.newest(&endpoint.name).map(str::to_owned);
        // The first poll goes back from the newest page; later ones go forward from what was seen, so that nothing is left out.
        let floor = since.is_none().then(|| self.now.saturating_sub(self.settings.lookback_ms()));
        let mut place = since.map(|id| format!("&min_id={id}")).unwrap_or_default();
        for _ in 0..self.settings.pages_max() {
            let response = checked(send(&format!("{}{}{place}", self.settings.base_url(), endpoint.path))?, self.now)?;
            self.rate(&response);
            let document = document(&response)?;
            let bounds = Bounds::of(&document, &response);
            if let Some(newest) = &bounds.newest {
                self.cursor.advance(&endpoint.name, newest);
            }
            let brought = self.take(&document, floor);
            let next = if floor.is_some() { bounds.older } else { bounds.newer };
            match next {
                Some(next) if bounds.full && brought => place = next,
                _ => return Ok(()),
            }
            if self.is_full() {
                return Ok(());
            }
        }
        // A first poll that stops here has gone back far enough; a later one goes on at once.
        self.page.more |= floor.is_none();
        Ok(())
    }

    /// Keeps what is new, and says whether there was anything.
    fn take(&mut self, document: &Value, floor: Option<Timestamp>) -> bool {
        let mut brought = false;
        for fact in document_facts(document, self.own) {
            let recent = |at: Timestamp| floor.is_none_or(|floor| at >= floor);
            let key = fact.dedup_key.clone().unwrap_or_default();
            if occurred_at(&fact.event).is_none_or(recent) && self.page.facts.len() < FACTS_MAX && self.keys.insert(key) {
                self.page.facts.push(fact);
                brought = true;
            }
        }
        brought
    }

    /// Rests when the instance says that the rate is used up.
    fn rate(&mut self, response: &Response) {
        if response.header("x-ratelimit-remaining").is_some_and(|left| left.trim() == "0") {
            self.page.next_poll_at = reset_at(response).or(self.page.next_poll_at);
        }
    }

    fn is_full(&self) -> bool {
        self.page.facts.len() >= FACTS_MAX - PAGE_FACTS_MAX
    }

    fn finish(mut self) -> Page {
        // Endpoints come one after the other; people read by time.
        self.page.facts.sort_by_key(|fact| occurred_at(&fact.event));
        if self.settings.fetch_parents {
            self.page.pointers = parents(&self.page.facts);
        }
        self.page.cursor = self.cursor.write();
        self.page
    }
}

/// What a page says about its place in the list.
struct Bounds {
    newest: Option<String>,
    /// The query for the page after this one in time.
    newer: Option<String>,
    /// The query for the page before this one in time.
    older: Option<String>,
    /// The page has many items, so there may be more.
    full: bool,
}

impl Bounds {
    fn of(document: &Value, response: &Response) -> Self {
        let items = document.as_array().map(Vec::as_slice).unwrap_or_default();
        let ids: Vec<String> = items.iter().filter_map(place).collect();
        let highest = ids.iter().cloned().reduce(|a, b| if newer(&b, &a) { b } else { a });
        let lowest = ids.iter().cloned().reduce(|a, b| if newer(&a, &b) { b } else { a });
        let link = response.header("link").unwrap_or_default();
        // The instance's own word on its ids goes first, but never its addresses: the token belongs to `base_url`.
        let newest = parameter(link, "prev", "min_id").or_else(|| parameter(link, "prev", "since_id")).or(highest);
        let oldest = parameter(link, "next", "max_id").or(lowest);
        Self {
            newer: newest.as_ref().map(|id| format!("&min_id={id}")),
            older: oldest.map(|id| format!("&max_id={id}")),
            newest,
            full: items.len() >= FULL_ITEMS,
        }
    }
}

/// The id that lists are ordered by: conversations by their last status.
fn place(item: &Value) -> Option<String> {
    let place = match item.get("last_status") {
        Some(_) => object(item, "last_status").and_then(|status| id(status, "id")),
        None => id(item, "id"),
    };
    place.filter(|id| is_plain(id))
}

fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A parameter of the address with this relation in a `link` header (RFC 8288).
fn parameter(link: &str, relation: &str, name: &str) -> Option<String> {
    let entry = link.split(',').find(|entry| entry.contains(&format!("rel=\"{relation}\"")))?;
    let address = entry.split('<').nth(1)?.split('>').next()?;
    let query = address.split_once('?')?.1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    is_plain(value).then(|| value.to_owned())
}

fn send(url: &str) -> Result<Response, Failure> {
    let request = Request::get(url).header("accept", "application/json").credential("token");
    Ok(http::send(&Request { timeout_ms: Some(TIMEOUT_MS), ..request })?)
}

/// The answer, or what it means that there is none; a used-up rate says when it is full again.
fn checked(response: Response, now: Timestamp) -> Result<Response, Failure> {
    let reset = reset_at(&response);
    let limited = response.status == 429;
    response.checked(now).map_err(|failure| match failure {
        Failure::Later((None, why)) if limited => Failure::Later((reset.or(Some(now.saturating_add(WINDOW_MS))), why)),
        other => other,
    })
}

fn reset_at(response: &Response) -> Option<Timestamp> {
    pointsman_plugin::time::parse(response.header("x-ratelimit-reset")?)
}

fn document(response: &Response) -> Result<Value, Failure> {
    // A page of a proxy in front of the instance, most likely.
    serde_json::from_slice(&response.body).map_err(|error| Failure::Later((None, format!("the answer is no JSON: {error}"))))
}

fn occurred_at(event: &Event) -> Option<Timestamp> {
    match event {
        Event::Said(item) | Event::Edited(item) => item.occurred_at,
        Event::Removed(removal) => removal.occurred_at,
        Event::Reacted(reaction) => reaction.occurred_at,
        Event::Receipt(receipt) => receipt.occurred_at,
        Event::System(note) | Event::Unsupported(note) => note.occurred_at,
    }
}

/// Pointers to what mentions answer and this page does not hold.
fn parents(facts: &[Fact]) -> Vec<Pointer> {
    let here: BTreeSet<&str> =
        facts.iter().filter_map(|fact| if let Event::Said(item) = &fact.event { Some(item.source_id.as_str()) } else { None }).collect();
    let wanted: BTreeSet<&str> = facts
        .iter()
        .filter_map(|fact| match &fact.event {
            Event::Said(item) if item.kind == Kind::Mention => item.in_reply_to.as_deref(),
            _ => None,
        })
        .filter(|parent| !here.contains(parent) && is_plain(parent))
        .collect();
    wanted.into_iter().take(POINTERS_MAX).map(|parent| Pointer { id: format!("{STATUS}{parent}"), ..Pointer::default() }).collect()
}

const STATUS: &str = "status:";
/// A page with fewer items is the last one: servers cap what we ask for (40) at 20 or more.
const FULL_ITEMS: usize = 20;
const FACTS_MAX: usize = 1_000;
const PAGE_FACTS_MAX: usize = 200;
const POINTERS_MAX: usize = 100;
const TIMEOUT_MS: u32 = 10_000;
/// Mastodon's rate window.
const WINDOW_MS: u64 = 300_000;
