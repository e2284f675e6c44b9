//! What Twilio's error codes mean. Source: Twilio's error and warning dictionary.

use pointsman_plugin::{Response, Timestamp, Undelivered};
use serde_json::Value;

use crate::send::TEXT_CHARS_MAX;

/// The message that was created, or why there is none.
///
/// # Errors
/// By the code in the answer, else by its status.
pub(crate) fn created(answer: Response, now: Timestamp) -> Result<Value, Undelivered> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let why = || format!("{}: {}", lenient::count(&body, "code"), lenient::text(&body, "message").unwrap_or("no words"));
    match lenient::count(&body, "code") {
        _ if answer.status < 300 => {}
        // Unsubscribed, no number, not reachable, not allowed to that country, not a sender, no such template.
        21610 | 21211 | 21214 | 21217 | 21408 | 21606 | 21612 | 21614 | 21635 | 21656 | 21660 | 63024 => {
            return Err(Undelivered::Never(why()));
        }
        // WhatsApp: more than 24 hours after the customer's last words.
        63016 => return Err(Undelivered::WindowClosed(why())),
        21605 | 21617 => return Err(Undelivered::TooLong(TEXT_CHARS_MAX)),
        20003 => return Err(Undelivered::Unauthorised(why())),
        // Too many requests, a queue of the sender or the account that is full, a channel's own rate.
        20429 | 21611 | 30001 | 14107 | 63018 | 63038 => return Err(Undelivered::Later((answer.retry_at(now), why()))),
        _ => {}
    }
    sending::judged(answer, true, now)?;
    Ok(body)
}
