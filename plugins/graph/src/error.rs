//! The Graph API's errors, by code and subcode, in the contract's words.
//!
//! Codes: the Graph API's error handling, the Messenger Platform's and the WhatsApp Cloud API's error lists. What may have been carried out
//! ("unknown error", "unexpected error") is never simply tried again.

use lenient::{at, count, flag, object, text};
use pointsman_plugin::{Failure, Response, Timestamp, Undelivered};
use serde_json::Value;

/// What an error of the API means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    WindowClosed,
    Later,
    Unauthorised,
    Never,
    /// The API does not know itself what became of it.
    Unknown,
}

/// What it means for something that was to go out that this was answered. `changes`: whether the request changes anything.
#[must_use]
pub fn undelivered(answer: Response, changes: bool, now: Timestamp) -> Undelivered {
    let Some(error) = error(&answer) else {
        return match sending::judged(answer, changes, now) {
            Err(outcome) => outcome,
            Ok(_) => Undelivered::Unknown("the answer does not say what was sent".to_owned()),
        };
    };
    let why = why(&error);
    match meaning(&error, answer.status) {
        Meaning::WindowClosed => Undelivered::WindowClosed(why),
        Meaning::Later => Undelivered::Later((rest_until(&answer, now), why)),
        Meaning::Unauthorised => Undelivered::Unauthorised(why),
        Meaning::Never => Undelivered::Never(why),
        Meaning::Unknown if changes => Undelivered::Unknown(why),
        Meaning::Unknown => Undelivered::Later((rest_until(&answer, now), why)),
    }
}

/// What it means for a poll; none when the answer is no error.
#[must_use]
pub fn failure(answer: &Response, now: Timestamp) -> Option<Failure> {
    let Some(error) = error(answer) else {
        return answer.clone().checked(now).err();
    };
    let why = why(&error);
    Some(match meaning(&error, answer.status) {
        Meaning::Unauthorised => Failure::Unauthorised(why),
        Meaning::Never | Meaning::WindowClosed => Failure::Never(why),
        Meaning::Later | Meaning::Unknown => Failure::Later((rest_until(answer, now), why)),
    })
}

/// Until when the API wants to be left alone: `retry-after`, or the minutes that the usage header of the business tells.
pub(crate) fn rest_until(answer: &Response, now: Timestamp) -> Option<Timestamp> {
    answer.retry_at(now).or_else(|| {
        let usage: Value = serde_json::from_str(answer.header("x-business-use-case-usage")?).ok()?;
        let accounts = usage.as_object()?.values().flat_map(|uses| uses.as_array().into_iter().flatten());
        let minutes = accounts.map(|one| count(one, "estimated_time_to_regain_access")).max().filter(|minutes| *minutes > 0)?;
        now.checked_add(minutes.checked_mul(60_000)?)
    })
}

/// An error may come with status 200.
fn error(answer: &Response) -> Option<Value> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    object(&body, "error").cloned()
}

fn why(error: &Value) -> String {
    const WHY_CHARS_MAX: usize = 300;
    let said = text(error, "/error_data/details").or_else(|| text(error, "error_user_msg")).or_else(|| text(error, "message"));
    let said: String = said.unwrap_or("no reason given").chars().take(WHY_CHARS_MAX).collect();
    match count(error, "error_subcode") {
        0 => format!("error {}: {said}", count(error, "code")),
        subcode => format!("error {}/{subcode}: {said}", count(error, "code")),
    }
}

fn meaning(error: &Value, status: u16) -> Meaning {
    match (count(error, "code"), count(error, "error_subcode")) {
        // Outside of the allowed window: Messenger, Instagram, WhatsApp.
        (10, 2_018_278 | 2_018_065 | 2_534_022) | (131_047 | 470, _) => Meaning::WindowClosed,
        // Limits of the app, the user, the page, the business, the number, the pair of numbers; blocked for a time; maintenance.
        (4 | 17 | 32 | 341 | 368 | 613 | 1_200 | 80_000..=80_014 | 130_429 | 131_016 | 131_048 | 131_056 | 131_057 | 133_004, _) => {
            Meaning::Later
        }
        // Permissions, sessions, tokens and proofs; a locked or restricted business.
        (3 | 10 | 102 | 104 | 190 | 200..=299 | 131_005 | 131_031, _) => Meaning::Unauthorised,
        (1 | 2 | 131_000, _) => Meaning::Unknown,
        _ if flag(error, "is_transient") => Meaning::Unknown,
        (0, _) if at(error, "code").is_none() => Meaning::Unknown,
        _ if status >= 500 => Meaning::Unknown,
        _ => Meaning::Never,
    }
}
