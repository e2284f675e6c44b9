//! Dates as English and French write them, as ISO 8601: `2026-03-12`, `2026-03` without a day, `--03-12` where the year is not known.

use crate::entity::Kind;
use crate::scan::Scan;

/// How dates are read where they can be read in two ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// `03/04` is the fourth of March.
    pub month_first: bool,
    /// When it was said, in milliseconds since 1970: a date without a year is the nearest to it.
    pub said_at: Option<u64>,
}

/// Where a date begins and ends, the piece behind it, and how ISO 8601 writes it.
type Found = (usize, usize, usize, String);

pub(crate) fn find(scan: &mut Scan, calendar: Calendar) {
    let mut at = 0;
    while at < scan.glyphs.pieces() {
        let found = if scan.is_piece_taken(at) { None } else { date(scan, at, calendar) };
        at = match found {
            Some((start, end, next, normal)) if !scan.is_taken(start, end) => {
                scan.take(Kind::Date, start, end, normal);
                next
            }
            _ => at + 1,
        };
    }
}

fn date(scan: &Scan, at: usize, calendar: Calendar) -> Option<Found> {
    if scan.glyphs.number(at).is_some() {
        numeric(scan, at, calendar).or_else(|| day_and_month(scan, at, calendar)).or_else(|| short(scan, at, calendar))
    } else {
        month_and_day(scan, at, calendar)
    }
}

/// `2026-03-12`, `12/03/2026`, `12.3.26`.
fn numeric(scan: &Scan, at: usize, calendar: Calendar) -> Option<Found> {
    let glyphs = &scan.glyphs;
    let (first, second, third) = (glyphs.number(at)?, glyphs.number(at + 1)?, glyphs.number(at + 2)?);
    let sign = match glyphs.gap(at) {
        [sign @ ('/' | '-' | '.')] => *sign,
        _ => return None,
    };
    let more = |position: char, beyond: char| position == sign && beyond.is_ascii_digit();
    let stamp = glyphs.at(third.end) == 'T' && glyphs.at(third.end + 1).is_ascii_digit();
    let alone = glyphs.gap(at + 1) == [sign]
        && !more(glyphs.before(first.start), glyphs.before(first.start.saturating_sub(1)))
        && !more(glyphs.at(third.end), glyphs.at(third.end + 1))
        && !glyphs.before(first.start).is_alphanumeric()
        && (stamp || !glyphs.at(third.end).is_alphanumeric());
    let (one, two, three) = (glyphs.value(at)?, glyphs.value(at + 1)?, glyphs.value(at + 2)?);
    let parts = match (first.len(), second.len(), third.len()) {
        (4, 1 | 2, 1 | 2) => (one, two, three),
        (1 | 2, 1 | 2, 2 | 4) => {
            let (day, month) = if two > 12 || calendar.month_first && one <= 12 { (two, one) } else { (one, two) };
            (year_of(three), month, day)
        }
        _ => return None,
    };
    let iso = iso(Some(parts.0), parts.1, Some(parts.2), calendar)?;
    alone.then_some((first.start, third.end, at + 3, iso))
}

/// `12 March 2026`, `12th of March`, `1er avril`.
fn day_and_month(scan: &Scan, at: usize, calendar: Calendar) -> Option<Found> {
    let glyphs = &scan.glyphs;
    let first = glyphs.number(at).filter(|piece| piece.len() <= 2 && !glyphs.before(piece.start).is_alphanumeric())?;
    let day = glyphs.value(at)?;
    let mut next = suffix(scan, at);
    if matches!(glyphs.word(next).as_str(), "of" | "de") {
        next += 1;
    }
    let month = month(&glyphs.word(next))?;
    let joined = (at..next).all(|gap| matches!(glyphs.gap(gap), [] | [' ' | '-' | '.'] | ['.', ' ']));
    let (year, last) = year_behind(scan, next).unzip();
    let last = last.unwrap_or(next);
    let iso = iso(year, month, Some(day), calendar)?;
    joined.then_some((first.start, glyphs.piece(last)?.end, last + 1, iso))
}

/// `March 12, 2026`, `March 12th`, `mars 2026`.
fn month_and_day(scan: &Scan, at: usize, calendar: Calendar) -> Option<Found> {
    let glyphs = &scan.glyphs;
    let first = glyphs.piece(at)?;
    let month = month(&glyphs.word(at))?;
    if !matches!(glyphs.gap(at), [' ' | '-'] | ['.', ' ']) {
        return None;
    }
    let number = glyphs.number(at + 1)?;
    if number.len() == 4 {
        let year = glyphs.value(at + 1).filter(|year| (1900..=2199).contains(year))?;
        let ends = !glyphs.at(number.end).is_alphanumeric();
        return ends.then_some((first.start, number.end, at + 2, iso(Some(year), month, None, calendar)?));
    }
    let day = glyphs.value(at + 1).filter(|_| number.len() <= 2)?;
    let last = suffix(scan, at + 1) - 1;
    let end = glyphs.piece(last)?.end;
    let time = glyphs.at(end) == ':' || glyphs.at(end).is_alphanumeric();
    let (year, behind) = year_behind(scan, last).unzip();
    let last = behind.unwrap_or(last);
    let iso = iso(year, month, Some(day), calendar)?;
    // "May 5" is a day, "may 5 people" and "march 8 miles" are words like others.
    let verb = glyphs.at(first.start).is_lowercase() && matches!(glyphs.word(at).as_str(), "may" | "march" | "mar") && behind.is_none();
    (!time && !verb).then_some((first.start, glyphs.piece(last)?.end, last + 1, iso))
}

/// `12/03` behind a word that a date follows.
fn short(scan: &Scan, at: usize, calendar: Calendar) -> Option<Found> {
    let glyphs = &scan.glyphs;
    let (first, second) = (glyphs.number(at)?, glyphs.number(at + 1)?);
    let before = glyphs.word_before(at);
    let dated = matches!(
        before.as_str(),
        "le" | "du" | "au" | "avant" | "depuis" | "on" | "by" | "before" | "until" | "since" | "from" | "dated" | "date" | "the"
    );
    let fits = dated
        && glyphs.gap(at) == ['/']
        && first.len() <= 2
        && second.len() <= 2
        && !matches!(glyphs.at(second.end), '/' | '%')
        && !glyphs.at(second.end).is_alphanumeric();
    let (one, two) = (glyphs.value(at)?, glyphs.value(at + 1)?);
    let (day, month) = if two > 12 || calendar.month_first && one <= 12 { (two, one) } else { (one, two) };
    let iso = iso(None, month, Some(day), calendar)?;
    fits.then_some((first.start, second.end, at + 2, iso))
}

/// The piece behind a day and its ending: `12`, `12th`, `1er`.
fn suffix(scan: &Scan, at: usize) -> usize {
    let touches = scan.glyphs.gap(at).is_empty();
    let ends = touches && matches!(scan.glyphs.word(at + 1).as_str(), "st" | "nd" | "rd" | "th" | "er" | "e");
    if ends { at + 2 } else { at + 1 }
}

/// The year behind this piece, and its own piece.
fn year_behind(scan: &Scan, at: usize) -> Option<(u32, usize)> {
    let glyphs = &scan.glyphs;
    let piece = glyphs.number(at + 1).filter(|piece| piece.len() == 4 && !glyphs.at(piece.end).is_alphanumeric())?;
    let joined = matches!(glyphs.gap(at), [' ' | '-' | ','] | [',' | '.', ' ']);
    let year = glyphs.value(at + 1).filter(|year| (1900..=2199).contains(year))?;
    // "on 12 March 2030 euros" is no year, but nobody writes it; a decimal is none either.
    let decimal = matches!(glyphs.at(piece.end), ',' | '.') && glyphs.at(piece.end + 1).is_ascii_digit();
    (joined && !decimal).then_some((year, at + 1))
}

fn year_of(written: u32) -> u32 {
    match written {
        0..=69 => 2000 + written,
        70..=99 => 1900 + written,
        other => other,
    }
}

fn month(word: &str) -> Option<u32> {
    Some(match word {
        "january" | "jan" | "janvier" | "janv" => 1,
        "february" | "feb" | "fevrier" | "fevr" | "fev" => 2,
        "march" | "mar" | "mars" => 3,
        "april" | "apr" | "avril" | "avr" => 4,
        "may" | "mai" => 5,
        "june" | "jun" | "juin" => 6,
        "july" | "jul" | "juillet" | "juil" => 7,
        "august" | "aug" | "aout" => 8,
        "september" | "sept" | "sep" | "septembre" => 9,
        "october" | "oct" | "octobre" => 10,
        "november" | "nov" | "novembre" => 11,
        "december" | "dec" | "decembre" => 12,
        _ => return None,
    })
}

/// The date as ISO 8601 writes it; none when there is no such day.
fn iso(year: Option<u32>, month: u32, day: Option<u32>, calendar: Calendar) -> Option<String> {
    if !(1..=12).contains(&month) || year.is_some_and(|year| !(1900..=2199).contains(&year)) {
        return None;
    }
    let Some(day) = day else { return Some(format!("{:04}-{month:02}", year?)) };
    // Without a year, a leap day is a day.
    if day == 0 || day > days(year.unwrap_or(2000), month) {
        return None;
    }
    let year = year.or_else(|| nearest(month, day, calendar.said_at?));
    Some(year.map_or_else(|| format!("--{month:02}-{day:02}"), |year| format!("{year:04}-{month:02}-{day:02}")))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The year in which this day is nearest to the time it was said.
fn nearest(month: u32, day: u32, said_at: u64) -> Option<u32> {
    let today = i64::try_from(said_at / 86_400_000).ok()?;
    let year = u32::try_from(1970 + today * 400 / 146_097).ok()?;
    let exists = |year: &u32| day <= days(*year, month);
    let away = |year: &u32| number_of_day(*year, month, day).abs_diff(today);
    (year.saturating_sub(1)..=year.saturating_add(1)).filter(exists).min_by_key(away).filter(|year| (1900..=2199).contains(year))
}

/// Days since 1970 of a date, in the Gregorian calendar.
#[must_use]
pub fn number_of_day(year: u32, month: u32, day: u32) -> i64 {
    let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}
