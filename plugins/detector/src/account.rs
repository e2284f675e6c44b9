//! Bank accounts (ISO 13616): the country's length and the check digits have to be right.

use crate::entity::Kind;
use crate::scan::Scan;

/// Lengths with the countries that have them, from the registry of ISO 13616.
const COUNTRIES: [(usize, &str); 18] = [
    (15, "NO"),
    (16, "BE"),
    (18, "DK FI FK FO GL NL SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU MN XK"),
    (21, "CH HR LI LV"),
    (22, "BG BH CR DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "LY PT ST"),
    (26, "IS TR"),
    (27, "BI DJ FR GR IT MC MR SM"),
    (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU YE"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

pub(crate) fn find(scan: &mut Scan) {
    let mut at = 0;
    while at < scan.glyphs.len() {
        let begins = scan.glyphs.at(at).is_ascii_alphabetic() && !scan.glyphs.before(at).is_alphanumeric();
        at = match begins.then(|| account(scan, at)).flatten() {
            Some((end, country)) if !scan.is_taken(at, end) => {
                scan.take(Kind::Iban, at, end, country);
                end
            }
            _ => at + 1,
        };
    }
}

/// Where the account that begins here ends, and its country.
fn account(scan: &Scan, start: usize) -> Option<(usize, String)> {
    let glyphs = &scan.glyphs;
    let third = if is_joint(glyphs.at(start + 2)) { start + 3 } else { start + 2 };
    if !glyphs.at(third).is_ascii_digit() {
        return None;
    }
    let country: String = glyphs.part(start, start + 2).iter().map(char::to_ascii_uppercase).collect();
    let (length, _) = COUNTRIES.iter().find(|(_, countries)| countries.split(' ').any(|known| known == country))?;
    let mut letters = Vec::with_capacity(*length);
    let mut at = start;
    while letters.len() < *length {
        let letter = glyphs.at(at);
        if letter.is_ascii_alphanumeric() {
            letters.push(letter.to_ascii_uppercase());
        } else if !is_joint(letter) || !glyphs.at(at + 1).is_ascii_alphanumeric() {
            return None;
        }
        at += 1;
    }
    (!glyphs.at(at).is_alphanumeric() && checks(&letters)).then_some((at, country))
}

fn is_joint(letter: char) -> bool {
    matches!(letter, ' ' | '-' | '.')
}

/// ISO 7064, modulo 97: the first four moved to the end, letters as numbers from 10.
fn checks(letters: &[char]) -> bool {
    let (head, rest) = letters.split_at(letters.len().min(4));
    let remainder = rest.iter().chain(head).filter_map(|letter| letter.to_digit(36)).fold(0, |remainder, value| {
        let places = if value > 9 { 100 } else { 10 };
        (remainder * places + value) % 97
    });
    let numbered = matches!(head, [_, _, one, two] if one.is_ascii_digit() && two.is_ascii_digit());
    numbered && remainder == 1
}
