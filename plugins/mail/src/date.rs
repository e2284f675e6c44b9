//! When a mail was written: `Date` as programs write it, and what the last server says when that is nonsense.

use pointsman_plugin::{Timestamp, time};

use crate::headers::Headers;

/// The time of a mail. A date that cannot be read, or lies more than two days ahead, gives way to that of the newest `Received`; none when
/// that is missing too, and the time of receipt counts.
pub(crate) fn of(headers: &Headers, now: Timestamp) -> Option<Timestamp> {
    let sane = |at: &Timestamp| *at <= now.saturating_add(AHEAD_MS);
    let written = headers.all("date").filter_map(parse).find(sane);
    written.or_else(|| headers.get("received").and_then(|hop| parse(hop.rsplit_once(';')?.1)).filter(sane))
}

/// Reads a date in RFC 5322's form or near it: comments, missing weekday or comma, `asctime` order, dashes, missing seconds or zone.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let plain = without_comments(text);
    time::rfc3339(&plain).or_else(|| rearranged(&plain))
}

/// Puts day, month, year, time and zone into the standard's order.
fn rearranged(text: &str) -> Option<Timestamp> {
    let text = text.replace(" :", ":").replace(": ", ":");
    let separate = |character: char| character.is_whitespace() || character == ',';
    let words: Vec<&str> = text.split(separate).flat_map(dashed).filter(|word| !word.is_empty()).collect();
    let clock_at = words.iter().position(|word| word.contains(':'))?;
    let month = words.iter().find(|word| is_month(word))?.get(..3)?;
    let numbers: Vec<&str> = words.iter().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit())).copied().collect();
    let (day, year) = match numbers.as_slice() {
        [year, day, ..] if year.len() == 4 => (day, year),
        [day, year, ..] => (day, year),
        _ => return None,
    };
    let zone = words.iter().skip(clock_at + 1).find(|word| is_zone(word)).map_or("+0000", |zone| offset(zone));
    time::rfc2822(&format!("{day} {month} {year} {} {zone}", clock(words.get(clock_at)?)?))
}

/// `21-Nov-1997` as three words; a zone keeps its sign.
fn dashed(word: &str) -> Vec<&str> {
    if word.starts_with(['-', '+']) || !word.contains('-') { vec![word] } else { word.split('-').collect() }
}

fn is_month(word: &str) -> bool {
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    word.get(..3).is_some_and(|start| names.contains(&start.to_ascii_lowercase().as_str()))
}

fn is_zone(word: &str) -> bool {
    let signed = word.strip_prefix(['+', '-']).is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()));
    signed || ((1..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase()) && !is_month(word))
}

/// Zones that the standard does not know but people write. What is not here counts as UTC.
fn offset(zone: &str) -> &str {
    match zone {
        "JST" | "KST" => "+0900",
        "BST" | "CET" | "MEZ" | "WEST" => "+0100",
        "CEST" | "MESZ" | "EET" => "+0200",
        "EEST" | "MSK" => "+0300",
        "AEST" => "+1000",
        "AEDT" => "+1100",
        "HKT" | "SGT" => "+0800",
        other => other,
    }
}

/// `9:5` as `09:05:00`.
fn clock(word: &str) -> Option<String> {
    let mut parts = word.split([':', '.']).map(str::parse::<u8>);
    let (hours, minutes) = (parts.next()?.ok()?, parts.next()?.ok()?);
    let seconds = parts.next().and_then(Result::ok).unwrap_or_default();
    Some(format!("{hours:02}:{minutes:02}:{seconds:02}"))
}

fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::with_capacity(text.len());
    for character in text.chars().take(DATE_CHARS_MAX) {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(character),
            _ => {}
        }
    }
    // Comments and folding leave runs of blanks, also around colons.
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

const AHEAD_MS: u64 = 2 * 86_400_000;
const DATE_CHARS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::parse;

    #[track_caller]
    fn check_date(date: &str, expected: Option<u64>) {
        assert_eq!(parse(date), expected, "{date}");
    }

    #[test]
    fn dates_are_read_as_programs_write_them() {
        let noon = Some(1_772_452_800_000);
        check_date("Mon, 2 Mar 2026 12:00:00 +0000", noon);
        check_date("Mon,  2 Mar 2026 13:00:00 +0100 (CET)", noon);
        check_date("2 Mar 26 12:00 UT", noon);
        check_date("Mon, 02 Mar 2026 12(comment):  00 : 00 GMT", noon);
        check_date("Mon Mar  2 12:00:00 2026", noon);
        check_date("Mon 2 March 2026 7:00:00 EST", noon);
        check_date("02-Mar-2026 12:00:00 +0000", noon);
        check_date("Mon, 2 Mar 2026 21:00:00 JST", noon);
        check_date("2026-03-02T12:00:00Z", noon);
        check_date("someday", None);
        check_date("32 Foo 2026 12:00:00", None);
        check_date("", None);
    }
}
