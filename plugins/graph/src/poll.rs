//! Polling: lists that begin with the newest, read back to what is known, a bounded number of pages at a time.

use std::collections::BTreeSet;

use lenient::text;
use pointsman_plugin::{Event, Fact, Failure, Page, Timestamp, log};
use serde_json::Value;

use crate::cursor::{Cursor, Place};
use crate::{Api, Settings, encoded};

/// A list that can be fetched again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its key in the cursor.
    pub name: String,
    /// Path and query.
    pub path: String,
}

/// The lists of our account that the settings want, of these names and queries; `usual` when they do not say.
#[must_use]
pub fn lists(settings: &Settings, known: &[(&str, &str)], usual: &[&str]) -> Vec<Endpoint> {
    let wanted = |name: &str| match &settings.poll {
        Some(names) => names.iter().any(|one| one == name),
        None => usual.contains(&name),
    };
    let path = |query: &str| encoded(&format!("/{}/{query}", settings.account()));
    let known = known.iter().filter(|(name, _)| wanted(name));
    known.map(|(name, query)| Endpoint { name: (*name).to_owned(), path: path(query) }).collect()
}

/// What a document of the endpoint of this name tells.
pub type Read<'a> = dyn Fn(&Value, &str) -> Vec<Fact> + 'a;

/// Fetches what is new since the cursor.
///
/// An endpoint that fails after others brought something ends the round: what was brought is kept, and the failure comes back with the
/// next poll.
///
/// # Errors
/// When nothing was brought and an endpoint failed.
pub fn poll(
    api: &Api,
    settings: &Settings,
    endpoints: &[Endpoint],
    cursor: Option<&[u8]>,
    now: Timestamp,
    read: &Read<'_>,
) -> Result<Page, Failure> {
    let mut round = Round { api, settings, now, read, cursor: Cursor::read(cursor), keys: BTreeSet::new(), page: Page::default() };
    for endpoint in endpoints {
        match round.endpoint(endpoint) {
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
        if round.is_full() || round.page.next_poll_at.is_some() {
            round.page.more = round.page.next_poll_at.is_none();
            break;
        }
    }
    // Lists come and go, such as the answers to a post; the cursor keeps what is still read.
    round.cursor.places.retain(|name, _| endpoints.iter().any(|endpoint| endpoint.name == *name));
    round.page.cursor = round.cursor.write();
    // Endpoints come one after the other, each with the newest first; people read by time.
    round.page.facts.sort_by_key(|fact| occurred_at(&fact.event));
    Ok(round.page)
}

struct Round<'a> {
    api: &'a Api,
    settings: &'a Settings,
    now: Timestamp,
    read: &'a Read<'a>,
    cursor: Cursor,
    /// Keys of what earlier documents brought: one thing comes through several endpoints and pages.
    keys: BTreeSet<String>,
    page: Page,
}

impl Round<'_> {
    fn endpoint(&mut self, endpoint: &Endpoint) -> Result<(), Failure> {
        let known = self.cursor.places.get(&endpoint.name).cloned().unwrap_or_default();
        // What is said in the second of the last poll may come with the next one.
        let since = if known.newest == 0 { self.settings.floor(self.now) } else { known.newest.saturating_sub(OVERLAP_MS) };
        let mut place = Place { floor: if known.after.is_some() { known.floor } else { since }, ..known };
        for _ in 0..self.settings.pages_max() {
            let after = place.after.take().map(|after| format!("&after={}", sending::encoded(&after))).unwrap_or_default();
            let answer = self.api.get(&format!("{}{after}", endpoint.path), self.now)?;
            self.page.next_poll_at = answer.rest_until.or(self.page.next_poll_at);
            let brought = self.take(&answer.document, &endpoint.name, &mut place);
            // Never the address in `next`: it may lead elsewhere, and it holds the token.
            let next = text(&answer.document, "/paging/cursors/after").filter(|_| text(&answer.document, "/paging/next").is_some());
            place.after = next.filter(|_| brought).map(str::to_owned);
            if place.after.is_none() || self.is_full() || self.page.next_poll_at.is_some() {
                break;
            }
        }
        self.page.more |= place.after.is_some();
        self.cursor.places.insert(endpoint.name.clone(), place);
        Ok(())
    }

    /// Keeps what is new, and says whether there was anything.
    fn take(&mut self, document: &Value, name: &str, place: &mut Place) -> bool {
        let facts = (self.read)(document, name);
        let (mut brought, mut keys) = (false, Vec::new());
        for fact in facts {
            let at = occurred_at(&fact.event);
            let unique = fact.dedup_key.clone().unwrap_or_default();
            if at.is_some_and(|at| at < place.floor) || self.keys.contains(&unique) || self.page.facts.len() >= FACTS_MAX {
                continue;
            }
            place.newest = place.newest.max(at.unwrap_or_default());
            keys.push(unique);
            self.page.facts.push(fact);
            brought = true;
        }
        self.keys.extend(keys);
        brought
    }

    fn is_full(&self) -> bool {
        self.page.facts.len() >= FACTS_MAX / 2
    }
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

const FACTS_MAX: usize = 1_000;
const OVERLAP_MS: u64 = 600_000;
