//! Polling an export: only when it has changed, a thousand rows at a time.

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Failure, Page, Timestamp};
use serde::{Deserialize, Serialize};

use crate::settings::Settings;
use crate::{FACTS_MAX, row, rows};

const TIMEOUT_MS: u32 = 30_000;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor {
    /// What the server said of the export that was read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    /// The export that is being read, and how many of its rows were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reading: Option<(String, usize)>,
}

/// Fetches the export, unless it is the one that was read before.
///
/// # Errors
/// When it cannot be fetched or read.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let cursor: Cursor = cursor.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let url = settings.base_url.as_deref().ok_or_else(|| Failure::Never("`base_url` is not set: there is nothing to poll".to_owned()))?;
    let answer = http::send(&request(url, settings, &cursor))?;
    if answer.status == 304 {
        return Ok(Page { cursor: written(&cursor), ..Page::default() });
    }
    let answer = answer.checked(now)?;
    let rows = rows::read(&answer.body, settings).map_err(|refusal| Failure::Later((None, format!("{refusal:?}"))))?;
    let print = lenient::fingerprint(&answer.body);
    let done = match &cursor.reading {
        Some((reading, done)) if *reading == print => *done,
        _ => 0,
    };
    let facts: Vec<_> = rows.iter().skip(done).take(FACTS_MAX).map(|one| row::fact(one, settings)).collect();
    let end = done.saturating_add(facts.len());
    let header = |name: &str| answer.header(name).map(str::to_owned);
    let more = end < rows.len();
    let cursor = if more {
        Cursor { reading: Some((print, end)), ..Cursor::default() }
    } else {
        // An export that only grows goes on behind what was read; one that was replaced begins anew, and what comes twice is dropped.
        Cursor { etag: header("etag"), modified: header("last-modified"), reading: Some((print, end)) }
    };
    Ok(Page { facts, more, cursor: written(&cursor), ..Page::default() })
}

fn request(url: &str, settings: &Settings, cursor: &Cursor) -> Request {
    let mut request = Request { timeout_ms: Some(TIMEOUT_MS), ..Request::get(url) };
    let conditions = [("if-none-match", &cursor.etag), ("if-modified-since", &cursor.modified)];
    for (name, value) in conditions.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        request = request.header(name, value);
    }
    if settings.token { request.credential("token") } else { request }
}

fn written(cursor: &Cursor) -> Vec<u8> {
    serde_json::to_vec(cursor).unwrap_or_default()
}
