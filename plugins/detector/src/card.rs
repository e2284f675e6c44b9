//! Payment cards (ISO/IEC 7812): the scheme's first digits and length, and the check digit, have to be right.

use crate::entity::Kind;
use crate::scan::Scan;

/// Digits of a card.
const DIGITS_MIN: usize = 13;
const DIGITS_MAX: usize = 19;

pub(crate) fn find(scan: &mut Scan) {
    let mut at = 0;
    while at < scan.glyphs.pieces() {
        at = match card(scan, at) {
            Some((start, end, next, scheme)) => {
                scan.take(Kind::Card, start, end, scheme.to_owned());
                next
            }
            None => at + 1,
        };
    }
}

/// Where the card that begins with this piece begins and ends, the piece behind it, and its scheme. The longest that fits wins.
fn card(scan: &Scan, first: usize) -> Option<(usize, usize, usize, &'static str)> {
    let glyphs = &scan.glyphs;
    let start = glyphs.number(first)?.start;
    if glyphs.before(start).is_alphanumeric() {
        return None;
    }
    let mut digits = Vec::with_capacity(DIGITS_MAX);
    let mut found = None;
    let mut at = first;
    while let Some(piece) = glyphs.number(at).filter(|piece| digits.len() + piece.len() <= DIGITS_MAX) {
        if scan.is_piece_taken(at) {
            break;
        }
        digits.extend(glyphs.part(piece.start, piece.end).iter().filter_map(|digit| digit.to_digit(10)));
        let ends = !glyphs.at(piece.end).is_alphanumeric();
        if digits.len() >= DIGITS_MIN && ends && checks(&digits) {
            found = scheme(&digits).map(|scheme| (start, piece.end, at + 1, scheme)).or(found);
        }
        if !matches!(glyphs.gap(at), [' ' | '-']) {
            break;
        }
        at += 1;
    }
    found
}

/// Whose card has these first digits and this length.
fn scheme(digits: &[u32]) -> Option<&'static str> {
    let six = digits.iter().take(6).fold(0, |value, digit| value * 10 + digit);
    let scheme = match (six, digits.len()) {
        (400_000..=499_999, 13 | 16 | 19) => "visa",
        (510_000..=559_999 | 222_100..=272_099, 16) => "mastercard",
        (340_000..=349_999 | 370_000..=379_999, 15) => "amex",
        (601_100..=601_199 | 644_000..=659_999, 16..=19) => "discover",
        (300_000..=305_999 | 360_000..=369_999 | 380_000..=399_999, 14..=19) => "diners",
        (352_800..=358_999, 16..=19) => "jcb",
        (620_000..=629_999, 16..=19) => "unionpay",
        (500_000..=509_999 | 560_000..=589_999 | 600_000..=699_999, 13..=19) => "maestro",
        _ => return None,
    };
    Some(scheme)
}

/// Every other digit from the right doubled, their sum a multiple of ten.
fn checks(digits: &[u32]) -> bool {
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit }).sum();
    sum.is_multiple_of(10)
}
