//! Polling: mentions, searches and direct messages.

use lenient::{at, id, list, text, time};
use paging::{Listing, Place, newer};
use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Event, Fact, Failure, Kind, Page, Response, Timestamp};
use sending::{encoded, rfc3339};
use serde_json::Value;

use crate::document::facts;
use crate::sender::reset_at;
use crate::settings::Settings;

const TIMEOUT_MS: u32 = 10_000;
/// Facts of one page: 100 posts, some of them edited.
const PAGE_FACTS_MAX: usize = 200;
/// X searches the last week.
const SEARCH_MS: u64 = 7 * 86_400_000 - 60_000;

const POSTS: &str = "max_results=100&tweet.fields=created_at,conversation_id,referenced_tweets,entities,public_metrics,lang,attachments,\
author_id,edit_history_tweet_ids,note_tweet,reply_settings,possibly_sensitive&expansions=author_id,attachments.media_keys\
&user.fields=name,username,public_metrics,protected,verified,verified_type,created_at\
&media.fields=url,preview_image_url,type,alt_text,variants";
const MESSAGES: &str = "max_results=100&dm_event.fields=id,text,event_type,created_at,dm_conversation_id,sender_id,attachments,entities\
&expansions=sender_id,attachments.media_keys&user.fields=name,username,public_metrics,protected,verified,verified_type,created_at\
&media.fields=url,preview_image_url,type,alt_text,variants";

/// Fetches what is new.
///
/// # Errors
/// As the channel says.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let fetch = |list: &str, place: &Place| page(settings, list, place, now);
    paging::poll(&settings.lists(), cursor, (settings.pages_max(), PAGE_FACTS_MAX), fetch)
}

fn page(settings: &Settings, list: &str, place: &Place, now: Timestamp) -> Result<Listing, Failure> {
    let response = send(&settings.url(&path(settings, list, place, now)), settings.credential())?;
    let rest = response.header("x-rate-limit-remaining").is_some_and(|left| left.trim() == "0").then(|| reset_at(&response)).flatten();
    let document = checked(response, now)?;
    let floor = now.saturating_sub(settings.lookback_ms());
    let mut brought = facts(&document, &settings.own());
    if list == "mentions" {
        brought.iter_mut().for_each(mention);
    }
    let newest = newest(&document);
    let mut next = text(&document, "/meta/next_token").map(str::to_owned);
    if list == "dm" {
        // Messages know no `since_id`: what is known, or too old at first, ends the list.
        let known = |id: &str| place.since.as_deref().is_some_and(|since| !newer(id, since));
        let old = |item: &Value| place.since.is_none() && time(item, "created_at").is_some_and(|at| at < floor);
        if lenient::list(&document, "data").iter().any(|item| old(item) || id(item, "id").is_some_and(|id| known(&id))) {
            next = None;
        }
        brought.retain(|fact| match &fact.event {
            Event::Said(item) => !known(&item.source_id) && (place.since.is_some() || item.occurred_at.is_none_or(|at| at >= floor)),
            _ => true,
        });
    }
    Ok(Listing { facts: brought, newest, next, rest_until: rest })
}

fn path(settings: &Settings, list: &str, place: &Place, now: Timestamp) -> String {
    let token = place.next.as_deref().map(|token| format!("&pagination_token={}", encoded(token))).unwrap_or_default();
    let lookback = settings.lookback_ms();
    let since = |most: u64| match &place.since {
        Some(since) => format!("&since_id={}", encoded(since)),
        None => format!("&start_time={}", encoded(&rfc3339(now.saturating_sub(lookback.min(most))))),
    };
    match list.strip_prefix("search:") {
        Some(query) => format!("/2/tweets/search/recent?query={}&{POSTS}{}{token}", encoded(query), since(SEARCH_MS)),
        None if list == "dm" => format!("/2/dm_events?{MESSAGES}{token}"),
        None => format!("/2/users/{}/mentions?{POSTS}{}{token}", settings.user_id.as_deref().unwrap_or("me"), since(u64::MAX)),
    }
}

/// What X lists as a mention is one, however it names us.
fn mention(fact: &mut Fact) {
    if let Event::Said(item) | Event::Edited(item) = &mut fact.event {
        item.kind = Kind::Mention;
    }
}

fn newest(document: &Value) -> Option<String> {
    let ids = list(document, "data").iter().filter_map(|item| id(item, "id"));
    let highest = ids.reduce(|one, other| if newer(&other, &one) { other } else { one });
    text(document, "/meta/newest_id").map(str::to_owned).or(highest)
}

fn send(url: &str, credential: &str) -> Result<Response, Failure> {
    Ok(http::send(&Request { timeout_ms: Some(TIMEOUT_MS), ..Request::get(url).credential(credential) })?)
}

fn checked(response: Response, now: Timestamp) -> Result<Value, Failure> {
    let reset = reset_at(&response);
    let limited = response.status == 429;
    let response = response.checked(now).map_err(|failure| match failure {
        Failure::Later((None, why)) if limited => Failure::Later((reset, why)),
        other => other,
    })?;
    let document: Value =
        serde_json::from_slice(&response.body).map_err(|why| Failure::Later((None, format!("the answer is no JSON: {why}"))))?;
    // An error may come with status 200 and nothing else.
    match text(&document, "/errors/0/detail") {
        Some(why) if at(&document, "data").is_none() => Err(Failure::Never(why.to_owned())),
        _ => Ok(document),
    }
}
