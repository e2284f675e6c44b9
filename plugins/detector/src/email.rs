//! E-mail addresses, also where people write `(at)` for the sign.

use crate::entity::Kind;
use crate::scan::Scan;

/// Longest mailbox (RFC 5321).
const MAILBOX_MAX: usize = 64;
/// Longest domain that is looked at (RFC 1035).
const DOMAIN_MAX: usize = 255;
/// How far before an address the beginning of a URL is looked for.
const URL_MAX: usize = 64;

pub(crate) fn find(scan: &mut Scan) {
    let mut at = 0;
    while at < scan.glyphs.len() {
        at = match sign(scan, at).and_then(|width| address(scan, at, width)) {
            Some((start, sign_start, sign_end, end)) => {
                let part = |from, to| scan.glyphs.part(from, to).iter().collect::<String>().trim().to_lowercase();
                let normal = format!("{}@{}", part(start, sign_start), part(sign_end, end));
                scan.take(Kind::Email, start, end, normal);
                end
            }
            None => at + 1,
        };
    }
}

/// How many characters stand for the sign of an address here.
fn sign(scan: &Scan, at: usize) -> Option<usize> {
    match scan.glyphs.at(at) {
        '@' => Some(1),
        '(' | '[' => {
            let inside = scan.glyphs.part(at + 1, at + 4);
            let at_sign = matches!(inside, ['a' | 'A', 't' | 'T', ')' | ']']);
            at_sign.then_some(4)
        }
        _ => None,
    }
}

/// Where the address around the sign begins, where its sign does and ends, and where the address ends.
fn address(scan: &Scan, sign: usize, width: usize) -> Option<(usize, usize, usize, usize)> {
    let glyphs = &scan.glyphs;
    let spaced = width > 1;
    let left = if spaced && glyphs.before(sign) == ' ' { sign - 1 } else { sign };
    let right = sign + width;
    let right = if spaced && glyphs.at(right) == ' ' { right + 1 } else { right };
    let mut start = left;
    while start > 0 && left - start < MAILBOX_MAX && in_mailbox(glyphs.before(start)) {
        start -= 1;
    }
    while start < left && glyphs.at(start) == '.' {
        start += 1;
    }
    let end = domain(scan, right)?;
    let handle = glyphs.before(start) == '@';
    (start < left && glyphs.before(left) != '.' && !handle && !in_url(scan, start)).then_some((start, left, right, end))
}

fn in_mailbox(letter: char) -> bool {
    letter.is_alphanumeric() || "!#$%&'*+^_`{|}~.-".contains(letter)
}

/// A user of a URL: `https://jane:secret@shop.example/`.
fn in_url(scan: &Scan, start: usize) -> bool {
    let from = start.saturating_sub(URL_MAX);
    let before = scan.glyphs.part(from, start);
    let word = before.iter().rposition(|letter| *letter == ' ').map_or(0, |space| space + 1);
    before.get(word..).unwrap_or_default().windows(3).rposition(|part| part == [':', '/', '/']).is_some_and(|slashes| {
        let user = before.get(word + slashes + 3..).unwrap_or_default();
        !user.iter().any(|letter| matches!(letter, '/' | '?' | '#'))
    })
}

/// Where the domain that begins here ends: names with a dot between them, the last of two letters at least.
fn domain(scan: &Scan, start: usize) -> Option<usize> {
    let glyphs = &scan.glyphs;
    let mut end = glyphs.run(start, DOMAIN_MAX, |letter| letter.is_alphanumeric() || matches!(letter, '.' | '-'));
    while end > start && matches!(glyphs.before(end), '.' | '-') {
        end -= 1;
    }
    let names: Vec<&[char]> = glyphs.part(start, end).split(|letter| *letter == '.').collect();
    let top = names.last()?;
    let fits = names.len() > 1
        && names.iter().all(|name| !name.is_empty() && name.first() != Some(&'-') && name.last() != Some(&'-'))
        && top.len() >= 2
        && top.iter().any(|letter| letter.is_alphabetic());
    fits.then_some(end)
}
