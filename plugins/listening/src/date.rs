//! Dates as spreadsheets write them.

use pointsman_plugin::Timestamp;

/// A time in the order `dmy` or `mdy`, with `/`, `.` or `-` between: `03/02/2026 09:15`, `3.2.2026 9:15:30 PM`. Offset in minutes east.
pub(crate) fn parse(text: &str, order: Option<&str>, offset_minutes: i32) -> Option<Timestamp> {
    let text = text.trim();
    let iso = text.get(..4).is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit())) && text.get(4..5) == Some("-");
    let written = if iso { text.to_owned() } else { order.and_then(|order| ordered(text, order)).unwrap_or_else(|| text.to_owned()) };
    let at = pointsman_plugin::time::parse(&written)?;
    if tells_zone(&written) {
        return Some(at);
    }
    let east_ms = i64::from(offset_minutes).checked_mul(60_000)?;
    at.checked_add_signed(east_ms.checked_neg()?)
}

/// Numbers of seconds, offsets and names of zones tell it.
fn tells_zone(text: &str) -> bool {
    let after_date = text.get(10..).unwrap_or_default();
    let iso = text.get(4..5) == Some("-");
    !iso || after_date.ends_with(['Z', 'z']) || after_date.contains(['+', '-'])
}

/// The same time as RFC 3339 writes it, without its zone.
fn ordered(text: &str, order: &str) -> Option<String> {
    let (date, clock) = text.split_once([' ', 'T', ',']).unwrap_or((text, ""));
    let parts: Vec<u32> = date.split(['/', '.', '-']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [first, second, year] = parts.as_slice() else { return None };
    let (day, month) = if order == "mdy" { (second, first) } else { (first, second) };
    let year = if *year < 100 { year + 2_000 } else { *year };
    let clock = clock.trim().trim_start_matches(',').trim().to_ascii_uppercase();
    let (clock, half) = match clock.strip_suffix("AM").map(|clock| (clock, 0)).or_else(|| clock.strip_suffix("PM").map(|clock| (clock, 12)))
    {
        Some((clock, half)) => (clock.trim().to_owned(), Some(half)),
        None => (clock, None),
    };
    if clock.is_empty() {
        return Some(format!("{year:04}-{month:02}-{day:02}"));
    }
    let numbers: Vec<u32> = clock.split(':').map(|part| part.split('.').next().unwrap_or_default().parse().ok()).collect::<Option<_>>()?;
    let hour = *numbers.first()?;
    let hour = half.map_or(hour, |half| hour % 12 + half);
    let (minute, second) = (numbers.get(1).copied().unwrap_or_default(), numbers.get(2).copied().unwrap_or_default());
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}
