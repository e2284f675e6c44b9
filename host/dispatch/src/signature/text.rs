//! Forms that signatures and times are written in, read strictly: what another reader could understand otherwise is refused.

use std::borrow::Cow;

use model::Timestamp;

use super::Forged;

/// Unix seconds: digits without sign, point or leading zeros.
pub(super) fn unix_seconds(text: &str) -> Result<u64, Forged> {
    let digits = (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    text.parse()
        .ok()
        .filter(|_| digits && canonical)
        // Front tells milliseconds; as seconds they would be a date in the year 5138 or later.
        .map(|at: u64| if at >= 100_000_000_000 { at / 1_000 } else { at })
        .ok_or_else(|| Forged::Malformed("the time of signing is not in Unix seconds".to_owned()))
}

/// `2021-03-25T05:09:27Z`, as Zendesk writes it; only UTC.
pub(super) fn rfc3339_seconds(text: &str) -> Result<u64, Forged> {
    seconds_of(text).ok_or_else(|| Forged::Malformed("the time of signing is neither in Unix seconds nor RFC 3339".to_owned()))
}

fn seconds_of(text: &str) -> Option<u64> {
    let form = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    if !form.eq("0000-00-00T00:00:00Z".bytes()) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days by the proleptic Gregorian calendar, counting years from March so that the leap day comes last.
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let (era, year_of_era) = (year / 400, year % 400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Whether a time of signing is near enough to ours, the boundary included.
pub(super) fn near(at_s: u64, tolerance_s: u64, now: Timestamp) -> Result<(), Forged> {
    let off_s = at_s.abs_diff(now.0 / 1_000);
    if off_s <= tolerance_s { Ok(()) } else { Err(Forged::Stale { off_s, tolerance_s }) }
}

/// A template with its `{timestamp}` and `{body}` places filled; what is filled in is not looked at again.
pub(super) fn filled<'a>(template: &'a str, timestamp: &'a [u8], body: &'a [u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((at, place, value)) = first_place(rest, timestamp, body) {
        parts.push(rest.get(..at).unwrap_or_default().as_bytes());
        parts.push(value);
        rest = rest.get(at + place.len()..).unwrap_or_default();
    }
    parts.push(rest.as_bytes());
    parts
}

fn first_place<'a>(rest: &str, timestamp: &'a [u8], body: &'a [u8]) -> Option<(usize, &'static str, &'a [u8])> {
    let places = [("{timestamp}", timestamp), ("{body}", body)];
    places.into_iter().filter_map(|(place, value)| Some((rest.find(place)?, place, value))).min_by_key(|found| found.0)
}

/// The query of a URL, absolute or not.
pub(super) fn query(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or_default();
    url.split_once('?').map(|(_, query)| query).unwrap_or_default()
}

/// A parameter of the query, decoded, when it is there once.
pub(super) fn parameter<'a>(url: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut found = url::form_urlencoded::parse(query(url).as_bytes()).filter(|(key, _)| key == name);
    let first = found.next()?;
    found.next().is_none().then_some(first.1)
}

/// A query or form without the parameters of this name, every other byte left as it is.
pub(super) fn without_parameter(query: &str, name: &str) -> String {
    let is_other = |pair: &&str| url::form_urlencoded::parse(pair.as_bytes()).all(|(key, _)| key != name);
    query.split('&').filter(is_other).collect::<Vec<_>>().join("&")
}

/// A date of HTTP (RFC 9110, §5.6.7), in Unix seconds.
pub(super) fn http_date_seconds(text: &str) -> Result<u64, Forged> {
    let since = httpdate::parse_http_date(text).ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    since.map(|since| since.as_secs()).ok_or_else(|| Forged::Malformed("`date` is no date of HTTP".to_owned()))
}
