use std::collections::BTreeSet;

use pointsman_plugin::{Event, Fact, Failure, Page, Timestamp, log};

use crate::{Cursor, Place};

/// The contract's bound.
const FACTS_MAX: usize = 1_000;

/// What one page of a list brought.
#[derive(Debug, Default)]
pub struct Listing {
    /// What it tells, in any order.
    pub facts: Vec<Fact>,
    /// The id or time of its newest item.
    pub newest: Option<String>,
    /// The token of the page after it; none at the end, and when everything after it is known or too old.
    pub next: Option<String>,
    /// The rate is used up until then.
    pub rest_until: Option<Timestamp>,
}

/// Fetches what is new in each list: `fetch` is given the list's name and the place in it, and may bring at most `page_max` facts.
///
/// What comes twice in a round is told once, and a page of nothing else, or one that points at itself, ends its list.
///
/// A list that fails after others brought something ends the round: what was brought is kept, and the failure comes back with the next
/// poll.
///
/// # Errors
/// When nothing was brought and a list failed.
pub fn poll(
    lists: &[String],
    cursor: Option<&[u8]>,
    (pages_max, page_max): (u32, usize),
    mut fetch: impl FnMut(&str, &Place) -> Result<Listing, Failure>,
) -> Result<Page, Failure> {
    let mut cursor = Cursor::read(cursor);
    let (mut page, mut told) = (Page::default(), BTreeSet::new());
    'lists: for list in lists {
        for _ in 0..pages_max {
            if page.facts.len() + page_max > FACTS_MAX {
                page.more = true;
                break 'lists;
            }
            let place = cursor.place(list);
            let listing = match fetch(list, place) {
                Ok(listing) => listing,
                Err(failure) if page.facts.is_empty() => return Err(failure),
                Err(failure) => {
                    log::warn(&format!("{list}: {failure:?}"));
                    if let Failure::Later((at, _)) = failure {
                        page.next_poll_at = at;
                    }
                    break 'lists;
                }
            };
            let brought = listing.facts.len();
            let fresh: Vec<Fact> = listing.facts.into_iter().take(page_max).filter(|fact| told.insert(name(fact))).collect();
            let stuck = (brought > 0 && fresh.is_empty()) || (listing.next.is_some() && listing.next == place.next);
            page.facts.extend(fresh);
            place.advance(listing.newest, listing.next.filter(|_| !stuck));
            page.next_poll_at = page.next_poll_at.max(listing.rest_until);
            if place.next.is_none() || listing.rest_until.is_some() {
                continue 'lists;
            }
        }
        page.more |= cursor.place(list).next.is_some();
    }
    page.facts.sort_by_key(|fact| occurred_at(&fact.event));
    page.cursor = cursor.write();
    Ok(page)
}

/// What tells facts of one account apart, as the host does.
fn name(fact: &Fact) -> String {
    if let Some(key) = &fact.dedup_key {
        return key.clone();
    }
    let (kind, id) = match &fact.event {
        Event::Said(item) => ("said", Some(&item.source_id)),
        Event::Edited(item) => ("edited", Some(&item.source_id)),
        Event::Removed(removal) => ("removed", Some(&removal.source_id)),
        Event::Reacted(reaction) => ("reacted", reaction.source_id.as_ref()),
        Event::Receipt(receipt) => ("receipt", receipt.source_id.as_ref()),
        Event::System(note) => ("system", note.source_id.as_ref()),
        Event::Unsupported(note) => ("unsupported", note.source_id.as_ref()),
    };
    match id {
        Some(id) => format!("{kind}:{id}:{:?}", occurred_at(&fact.event)),
        None => format!("{:?}", fact.event),
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
