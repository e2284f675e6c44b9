use super::glyphs::Glyphs;

/// Shortest and longest number of an account (ISO 13616).
const CHARS_MIN: usize = 15;
const CHARS_MAX: usize = 34;

/// Lengths by country, from the registry of ISO 13616: these may be written in groups.
const COUNTRIES: [(&str, usize); 50] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("TR", 26),
];

/// Masks bank accounts whose check digits are right.
pub(super) fn mask(glyphs: &mut Glyphs<'_>) {
    let mut at = 0;
    while at < glyphs.len() {
        let begins = glyphs.at(at).is_ascii_alphabetic() && !glyphs.before(at).is_alphanumeric();
        at = match begins.then(|| account(glyphs, at)).flatten() {
            Some(end) => {
                glyphs.hide(at..end);
                end
            }
            None => at + 1,
        };
    }
}

/// Where the account that begins here ends.
fn account(glyphs: &Glyphs<'_>, start: usize) -> Option<usize> {
    let third = if matches!(glyphs.at(start + 2), ' ' | '-' | '.') { start + 3 } else { start + 2 };
    if !glyphs.at(third).is_ascii_digit() {
        return None;
    }
    let mut country = String::new();
    country.extend([glyphs.at(start).to_ascii_uppercase(), glyphs.at(start + 1).to_ascii_uppercase()]);
    let known = COUNTRIES.iter().find(|(name, _)| *name == country).map(|(_, length)| *length);
    let mut letters = Vec::with_capacity(CHARS_MAX);
    let mut at = start;
    while letters.len() < known.unwrap_or(CHARS_MAX) {
        let letter = glyphs.at(at);
        if letter.is_ascii_alphanumeric() {
            letters.push(letter.to_ascii_uppercase());
        } else if known.is_none() || !matches!(letter, ' ' | '-' | '.') || !glyphs.at(at + 1).is_ascii_alphanumeric() {
            break;
        }
        at += 1;
    }
    let whole = known.map_or(letters.len() >= CHARS_MIN, |length| letters.len() == length);
    let ends = !glyphs.at(at).is_alphanumeric();
    (whole && ends && checks(&letters)).then_some(at)
}

/// ISO 7064, modulo 97: the first four moved to the end, letters as numbers from 10.
fn checks(letters: &[char]) -> bool {
    let (head, rest) = letters.split_at(letters.len().min(4));
    let digits = matches!(head, [one, two, three, four] if one.is_alphabetic() && two.is_alphabetic() && three.is_ascii_digit() && four.is_ascii_digit());
    let remainder = rest.iter().chain(head).filter_map(|letter| letter.to_digit(36)).fold(0, |remainder, value| {
        let places = if value > 9 { 100 } else { 10 };
        (remainder * places + value) % 97
    });
    digits && remainder == 1
}
