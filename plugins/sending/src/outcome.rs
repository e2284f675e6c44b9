use pointsman_plugin::http::{self, Error, Request};
use pointsman_plugin::{Response, Timestamp, Undelivered};
use serde_json::Value;

/// What an answer may say of why, in characters.
const WHY_CHARS_MAX: usize = 300;

/// Sends a request that changes something, and gives back its answer when the status is 2xx.
///
/// # Errors
/// 401 and 403 are `Unauthorised`; 408, 425, 429 and 503 with `retry-after` are `Later`, not before what it says; other 5xx, no answer in
/// time and a broken connection are `Unknown`; everything else is `Never`. Channels that say more in the body look at it before.
pub fn send(request: &Request, now: Timestamp) -> Result<Response, Undelivered> {
    judged(exchange(request, true)?, true, now)
}

/// Sends a request that only asks: what failed can be tried again.
///
/// # Errors
/// As [`send`], but `Later` instead of `Unknown`.
pub fn ask(request: &Request, now: Timestamp) -> Result<Response, Undelivered> {
    judged(exchange(request, false)?, false, now)
}

/// `POST` of a JSON document with a credential, answered with a JSON document.
///
/// # Errors
/// As [`send`]; an answer that is no JSON is `Unknown`, because it may have been sent.
pub fn post(url: impl Into<String>, credential: &str, body: &Value, now: Timestamp) -> Result<Value, Undelivered> {
    let answer = send(&Request::post_json(url, body.to_string()).credential(credential), now)?;
    serde_json::from_slice(&answer.body).map_err(|why| Undelivered::Unknown(format!("the answer is no JSON: {why}")))
}

/// `GET` of a JSON document with a credential.
///
/// # Errors
/// As [`ask`]; an answer that is no JSON is `Later`: most likely it is a page of a proxy.
pub fn fetch(url: impl Into<String>, credential: &str, now: Timestamp) -> Result<Value, Undelivered> {
    let answer = ask(&Request::get(url).credential(credential), now)?;
    serde_json::from_slice(&answer.body).map_err(|why| Undelivered::Later((None, format!("the answer is no JSON: {why}"))))
}

/// Sends a request and gives back its answer of any status, for channels whose answers say more than their status; `changes`: whether it may
/// have been carried out when there is no answer.
///
/// # Errors
/// When there is no answer: `Unknown` when it may have been carried out, `Never` when it cannot be sent, otherwise `Later`.
pub fn exchange(request: &Request, changes: bool) -> Result<Response, Undelivered> {
    http::send(request).map_err(|error| failed(error, changes))
}

/// What an answer means by its status, see [`send`] and [`ask`].
///
/// # Errors
/// As they say.
pub fn judged(answer: Response, changes: bool, now: Timestamp) -> Result<Response, Undelivered> {
    let status = answer.status;
    match status {
        200..=299 => Ok(answer),
        401 | 403 => Err(Undelivered::Unauthorised(why(&answer))),
        408 | 425 | 429 => Err(Undelivered::Later((answer.retry_at(now), why(&answer)))),
        503 if answer.retry_at(now).is_some() => Err(Undelivered::Later((answer.retry_at(now), why(&answer)))),
        500..=599 if changes => Err(Undelivered::Unknown(why(&answer))),
        500..=599 => Err(Undelivered::Later((answer.retry_at(now), why(&answer)))),
        _ => Err(Undelivered::Never(why(&answer))),
    }
}

/// The status, and what the body says where channels use to say it.
fn why(answer: &Response) -> String {
    const PLACES: [&str; 12] = [
        "/error/message",
        "/error/error_user_msg",
        "/error_description",
        "/errors/0/message",
        "/errors/0/detail",
        "/errors/0",
        "/description",
        "/message",
        "/detail",
        "/error",
        "/status_message",
        "/title",
    ];
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = PLACES.iter().find_map(|place| lenient::text(&body, place));
    let said: String = said.unwrap_or_default().chars().take(WHY_CHARS_MAX).collect();
    if said.is_empty() { format!("the answer has status {}", answer.status) } else { format!("status {}: {said}", answer.status) }
}

fn failed(error: Error, changes: bool) -> Undelivered {
    match error {
        Error::NotGranted(what) => Undelivered::Never(format!("not granted: {what}")),
        Error::RefusedAddress => Undelivered::Never("the name leads to an address that is not public".to_owned()),
        Error::TooLarge(bytes) if changes => Undelivered::Unknown(format!("the answer has {bytes} bytes, which is too many")),
        Error::TooLarge(bytes) => Undelivered::Never(format!("the answer has {bytes} bytes, which is too many")),
        Error::Timeout if changes => Undelivered::Unknown("no answer in time".to_owned()),
        Error::Timeout => Undelivered::Later((None, "no answer in time".to_owned())),
        Error::Unavailable(why) if changes => Undelivered::Unknown(why),
        Error::Unavailable(why) => Undelivered::Later((None, why)),
    }
}

/// Why something did not go out, in words.
#[must_use]
pub fn reason(undelivered: &Undelivered) -> String {
    match undelivered {
        Undelivered::TooLong(max) => format!("longer than {max}"),
        Undelivered::Later((_, why))
        | Undelivered::WindowClosed(why)
        | Undelivered::Unauthorised(why)
        | Undelivered::Never(why)
        | Undelivered::Unknown(why) => why.clone(),
    }
}
