//! Fetching updates where no address of ours can be reached: `getUpdates`.

use lenient::{count, id, list, text};
use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Failure, Page, Response, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::update::{KINDS, facts};

/// Updates of one request; more than 100 are never given.
const UPDATES_MAX: usize = 100;
const TIMEOUT_MS: u32 = 10_000;

/// Where the next poll starts: the channel forgets everything before it.
#[derive(Default, Deserialize, Serialize)]
struct Cursor {
    offset: Option<u64>,
}

/// Fetches what came since the cursor.
///
/// # Errors
/// As the channel says; 409 means that a webhook is set.
pub(crate) fn poll(settings: &Settings, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
    let cursor: Cursor = cursor.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let limit = UPDATES_MAX.to_string();
    let kinds = json!(KINDS).to_string();
    let offset = cursor.offset.map(|offset| offset.to_string());
    let mut pairs = vec![("limit", limit.as_str()), ("timeout", "0"), ("allowed_updates", kinds.as_str())];
    pairs.extend(offset.as_deref().map(|offset| ("offset", offset)));
    let url = settings.method("getUpdates") + &sending::query(&pairs);
    let request = Request { timeout_ms: Some(TIMEOUT_MS), ..Request::get(url).credential("token") };
    let document = checked(&http::send(&request)?, now)?;
    let updates = list(&document, "result");
    let newest = updates.iter().filter_map(|update| id(update, "update_id")?.parse::<u64>().ok()).max();
    let offset = newest.and_then(|newest| newest.checked_add(1)).or(cursor.offset);
    // A test document may be one update.
    let facts = if updates.is_empty() && lenient::at(&document, "result").is_some() { Vec::new() } else { facts(&document, settings) };
    Ok(Page {
        facts,
        cursor: serde_json::to_vec(&Cursor { offset }).unwrap_or_default(),
        more: updates.len() >= UPDATES_MAX,
        ..Page::default()
    })
}

fn checked(answer: &Response, now: Timestamp) -> Result<Value, Failure> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let why = text(&body, "description").map_or_else(|| format!("the answer has status {}", answer.status), str::to_owned);
    let wait = Some(count(&body, "/parameters/retry_after")).filter(|seconds| *seconds > 0);
    match answer.status {
        200..=299 if body.is_object() => Ok(body),
        200..=299 => Err(Failure::Later((None, "the answer is no JSON".to_owned()))),
        401 | 403 | 404 => Err(Failure::Unauthorised(why)),
        409 => Err(Failure::Never(format!("{why}: remove the webhook, or do not poll"))),
        429 | 500..=599 => {
            let at = wait.map(|seconds| now.saturating_add(seconds.saturating_mul(1_000))).or_else(|| answer.retry_at(now));
            Err(Failure::Later((at, why)))
        }
        _ => Err(Failure::Never(why)),
    }
}
