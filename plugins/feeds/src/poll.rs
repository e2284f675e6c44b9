//! Polling: each feed in turn, unless it says that nothing has changed.

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Failure, Page, Response, Timestamp, log};
use serde_json::Value;
use url::Url;

use crate::cursor::{Cursor, News, Seen};
use crate::entry::Entry;
use crate::settings::Settings;
use crate::{atom, charset, json_feed, rss, tree};

/// Fetches what is new. A feed that fails does not keep the others from being read.
///
/// # Errors
/// When every feed failed: the first failure.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let feeds = settings.feeds();
    let mut cursor = Cursor::read(cursor);
    let mut page = Page::default();
    let (mut failures, mut first) = (0_usize, None);
    for address in &feeds {
        let round = Round { settings, address, now, share: ENTRIES_MAX / feeds.len().max(1) };
        let seen = cursor.feeds.get(address).cloned();
        match round.fetch(seen, &mut page) {
            Ok(seen) => drop(cursor.feeds.insert(address.clone(), seen)),
            Err(failure) => {
                log::warn(&format!("{address}: {failure:?}"));
                failures += 1;
                if let Failure::Later((at, _)) = &failure {
                    page.next_poll_at = page.next_poll_at.max(*at);
                }
                first.get_or_insert(failure);
            }
        }
    }
    if let (Some(failure), true) = (first, failures == feeds.len()) {
        return Err(failure);
    }
    page.cursor = cursor.write(&feeds);
    Ok(page)
}

/// One feed.
struct Round<'a> {
    settings: &'a Settings,
    address: &'a str,
    now: Timestamp,
    /// How many of its entries are remembered.
    share: usize,
}

impl Round<'_> {
    fn fetch(&self, seen: Option<Seen>, page: &mut Page) -> Result<Seen, Failure> {
        let answer = self.answer(seen.as_ref())?;
        let first = seen.is_none();
        let mut seen = seen.unwrap_or_default();
        if answer.status == 304 {
            return Ok(seen);
        }
        let feed = read(&answer)?;
        let base = Url::parse(self.address).ok();
        let floor = first.then(|| self.now.saturating_sub(self.settings.lookback_ms()));
        let mut complete = feed.whole;
        // Oldest first; what has no date stays in the feed's order.
        let mut entries: Vec<Entry> = feed.entries.into_iter().take(FEED_ENTRIES_MAX).collect();
        entries.sort_by_key(Entry::at);
        for entry in entries {
            let (key, version) = (entry.key(), entry.version());
            let news = seen.news(&key, &version);
            let wanted = news != News::Same && entry.at().is_none_or(|at| floor.is_none_or(|floor| at >= floor));
            if wanted && page.facts.len() >= FACTS_MAX {
                complete = false;
                continue;
            }
            seen.remember(&key, &version, self.share);
            if wanted {
                page.facts.push(entry.fact(base.as_ref(), news == News::Changed));
            }
        }
        // What could not be taken has to be fetched again, so the feed must not say that nothing has changed.
        let kept = |name: &str| answer.header(name).filter(|value| complete && value.len() <= 256).map(str::to_owned);
        (seen.etag, seen.modified) = (kept("etag"), kept("last-modified"));
        Ok(seen)
    }

    /// The feed's answer: 2xx, or 304. A redirect is followed once, on the same host.
    fn answer(&self, seen: Option<&Seen>) -> Result<Response, Failure> {
        let mut url = self.address.to_owned();
        for _ in 0..2 {
            let mut request = Request::get(&url).header("accept", ACCEPT);
            if let Some(etag) = seen.and_then(|seen| seen.etag.as_ref()) {
                request = request.header("if-none-match", etag);
            }
            if let Some(modified) = seen.and_then(|seen| seen.modified.as_ref()) {
                request = request.header("if-modified-since", modified);
            }
            let answer = http::send(&Request { timeout_ms: Some(TIMEOUT_MS), ..request })?;
            match answer.status {
                304 if seen.is_some() => return Ok(answer),
                301 | 302 | 303 | 307 | 308 => url = moved(&url, answer.header("location"))?,
                _ => return answer.checked(self.now),
            }
        }
        Err(Failure::Never("the feed redirects again and again".to_owned()))
    }
}

fn moved(from: &str, to: Option<&str>) -> Result<String, Failure> {
    let from = Url::parse(from).ok();
    let to = to.and_then(|to| from.as_ref()?.join(to).ok());
    match (from, to) {
        (Some(from), Some(to)) if from.origin() == to.origin() => Ok(to.into()),
        (_, Some(to)) => Err(Failure::Never(format!("the feed has moved to {to}: write that into `feeds`"))),
        _ => Err(Failure::Never("the feed has moved, and does not say where".to_owned())),
    }
}

/// A feed, read.
struct Read {
    /// In the feed's order.
    entries: Vec<Entry>,
    /// It ended where it should.
    whole: bool,
}

fn read(answer: &Response) -> Result<Read, Failure> {
    let text = charset::decode(&answer.body, answer.header("content-type"));
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        let feed: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| Failure::Never(format!("the feed is no JSON: {error}")))?;
        return Ok(Read { entries: json_feed::entries(&feed), whole: true });
    }
    let document = tree::read(&text).ok_or_else(|| Failure::Never("the answer is no feed".to_owned()))?;
    let root = &document.root;
    let entries = match root.name.strip_prefix("atom:").unwrap_or(&root.name) {
        "feed" | "entry" => atom::entries(root),
        "rss" | "rdf:RDF" | "RDF" | "channel" => rss::entries(root),
        other => return Err(Failure::Never(format!("`{other}` is no feed"))),
    };
    if entries.is_empty() && !document.whole {
        return Err(Failure::Never("the feed breaks off before its first entry".to_owned()));
    }
    Ok(Read { entries, whole: document.whole })
}

const ACCEPT: &str =
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, application/json;q=0.8, */*;q=0.5";
const TIMEOUT_MS: u32 = 10_000;
const FACTS_MAX: usize = 1_000;
const FEED_ENTRIES_MAX: usize = 1_000;
/// Entries remembered for all feeds together, 19 bytes each: the cursor holds 64 KiB.
const ENTRIES_MAX: usize = 2_400;
