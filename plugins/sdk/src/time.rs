//! Times as channels write them, as milliseconds since the Unix epoch. Nothing before 1970 is one.

use crate::Timestamp;

/// A time in any of the forms below, by its looks.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    rfc3339(text).or_else(|| rfc2822(text)).or_else(|| unix(text))
}

/// RFC 3339, and what is close to it: a blank for the `T`, an offset without its colon, no offset (UTC), no time (midnight, UTC).
#[must_use]
pub fn rfc3339(text: &str) -> Option<Timestamp> {
    let mut rest = Scanner(text.trim());
    let year = rest.digits(4)?;
    rest.mark("-")?;
    let month = rest.digits(2)?;
    rest.mark("-")?;
    let day = rest.digits(2)?;
    if rest.0.is_empty() {
        return stamp(days(year, month, day)?, Clock::default(), 0);
    }
    rest.mark("T").or_else(|| rest.mark("t")).or_else(|| rest.mark(" "))?;
    let clock = rest.clock()?;
    let offset = if rest.0.is_empty() { 0 } else { rest.offset()? };
    if !rest.0.is_empty() {
        return None;
    }
    stamp(days(year, month, day)?, clock, offset)
}

/// RFC 2822 with RFC 5322's obsolete zones, which covers HTTP's dates too: `Tue, 15 Nov 1994 08:12:31 GMT`.
#[must_use]
pub fn rfc2822(text: &str) -> Option<Timestamp> {
    let text = text.split('(').next().unwrap_or(text);
    let text = text.split_once(',').map_or(text, |(_, after)| after);
    let mut words = text.split_whitespace();
    let day = words.next()?.parse().ok()?;
    let month = month(words.next()?)?;
    let year = year(words.next()?)?;
    let clock = Scanner(words.next()?).clock()?;
    let offset = words.next().map_or(Some(0), zone)?;
    stamp(days(year, month, day)?, clock, offset)
}

/// A number of seconds, milliseconds, microseconds or nanoseconds, told apart by size: every date from 1973 to 5138 is unmistakable.
/// Fractions of seconds are kept to the millisecond.
#[must_use]
pub fn unix(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if whole.is_empty() || ![whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let number: u64 = whole.parse().ok()?;
    Some(match number {
        0..100_000_000_000 => seconds(number, fraction)?,
        100_000_000_000..100_000_000_000_000 => number,
        100_000_000_000_000..100_000_000_000_000_000 => number / 1_000,
        _ => number / 1_000_000,
    })
}

/// A number of seconds, with the digits behind its point.
fn seconds(whole: u64, fraction: &str) -> Option<Timestamp> {
    whole.checked_mul(1_000)?.checked_add(thousandths(fraction))
}

fn thousandths(fraction: &str) -> u64 {
    fraction.bytes().map(|byte| u64::from(byte.wrapping_sub(b'0'))).chain([0, 0, 0]).take(3).fold(0, |sum, digit| sum * 10 + digit)
}

/// A time of day.
#[derive(Clone, Copy, Default)]
struct Clock {
    seconds: u64,
    ms: u64,
}

/// What is left of a text that is read from its start.
struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn mark(&mut self, mark: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(mark)?;
        Some(())
    }

    fn digits(&mut self, count: usize) -> Option<u64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        digits.parse().ok()
    }

    fn some_digits(&mut self) -> &'a str {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(length).unwrap_or(("", self.0));
        self.0 = rest;
        digits
    }

    /// `08:12`, `08:12:31`, `08:12:31.250`; a leap second counts as the one before it.
    fn clock(&mut self) -> Option<Clock> {
        let hours = self.digits(2)?;
        self.mark(":")?;
        let minutes = self.digits(2)?;
        let mut seconds = 0;
        let mut ms = 0;
        if self.mark(":").is_some() {
            seconds = self.digits(2)?;
            if self.mark(".").is_some() {
                ms = thousandths(self.some_digits());
            }
        }
        let fits = hours < 24 && minutes < 60 && seconds <= 60;
        fits.then_some(Clock { seconds: hours * 3600 + minutes * 60 + seconds.min(59), ms })
    }

    /// `Z`, `+02:00`, `-0530`, `+02`, in seconds to the east.
    fn offset(&mut self) -> Option<i64> {
        if self.mark("Z").or_else(|| self.mark("z")).is_some() {
            return Some(0);
        }
        let sign = if self.mark("+").is_some() {
            1
        } else {
            self.mark("-")?;
            -1
        };
        let hours = self.digits(2)?;
        let _ = self.mark(":");
        let minutes = if self.0.is_empty() { 0 } else { self.digits(2)? };
        i64::try_from(hours * 3600 + minutes * 60).ok().map(|seconds| sign * seconds)
    }
}

fn stamp(days: u64, clock: Clock, offset: i64) -> Option<Timestamp> {
    let seconds = (days * 86_400 + clock.seconds).checked_add_signed(-offset)?;
    seconds.checked_mul(1_000)?.checked_add(clock.ms)
}

/// Days since the epoch of a date in the Gregorian calendar.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let index = usize::try_from(month.checked_sub(1)?).ok()?;
    if !(1970..=9999).contains(&year) || !(1..=*lengths.get(index)?).contains(&day) {
        return None;
    }
    let before = year - 1;
    let leaps = before / 4 - before / 100 + before / 400 - 477;
    Some((year - 1970) * 365 + leaps + lengths.iter().take(index).sum::<u64>() + day - 1)
}

fn month(name: &str) -> Option<u64> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = name.get(..3)?.to_ascii_lowercase();
    let index = NAMES.iter().position(|known| *known == name)?;
    u64::try_from(index + 1).ok()
}

/// RFC 5322 §4.3: two digits are 1950 to 2049, three are counted from 1900.
fn year(text: &str) -> Option<u64> {
    let year: u64 = text.parse().ok()?;
    Some(match (text.len(), year) {
        (2, 0..50) => year + 2000,
        (2 | 3, _) => year + 1900,
        _ => year,
    })
}

/// RFC 5322 §4.3; a zone that nobody knows counts as UTC.
fn zone(text: &str) -> Option<i64> {
    if text.starts_with(['+', '-']) {
        return Scanner(text).offset();
    }
    let hours = match text.to_ascii_uppercase().as_str() {
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => 0,
    };
    Some(hours * 3600)
}

#[cfg(test)]
mod tests;
