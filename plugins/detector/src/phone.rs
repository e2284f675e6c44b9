//! Phone numbers: international ones (ITU-T E.164), the national forms of some countries, and what a word such as "tel" announces.

use crate::entity::Kind;
use crate::scan::Scan;

/// Most digits of a number (ITU-T E.164).
const DIGITS_MAX: usize = 15;
/// How many words before a number are looked at for one that says what it is.
const WORDS_BACK_MAX: usize = 3;

/// A country whose national form is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// France.
    Fr,
    /// The United Kingdom.
    Gb,
    /// The United States, Canada and their neighbours.
    Us,
    /// Germany.
    De,
}

impl Region {
    /// All of them, by the names of settings.
    pub const ALL: [(&'static str, Self); 4] = [("FR", Self::Fr), ("GB", Self::Gb), ("US", Self::Us), ("DE", Self::De)];

    /// The number as E.164 writes it, when these groups of digits are one of this country.
    fn number(self, digits: &str, lengths: &[usize], announced: bool) -> Option<String> {
        let bytes = digits.as_bytes();
        let (zero, second) = (bytes.first() == Some(&b'0'), bytes.get(1).copied().unwrap_or(b'0'));
        let first = lengths.first().copied().unwrap_or_default();
        let own = digits.get(1..).unwrap_or_default();
        let fits = match self {
            Self::Fr => zero && (b'1'..=b'9').contains(&second) && digits.len() == 10 && is_french(lengths),
            Self::Gb => {
                let starts = matches!(second, b'1' | b'2' | b'3' | b'7' | b'8');
                zero && starts && matches!(digits.len(), 10 | 11) && lengths.len() <= 4 && (lengths == [11] || (3..=6).contains(&first))
            }
            Self::De => {
                let whole = lengths.len() == 1 && matches!(bytes.get(1..3), Some(b"15" | b"16" | b"17")) && digits.len() >= 11;
                zero && second != b'0' && (7..=12).contains(&digits.len()) && (whole || lengths.len() > 1 && (3..=6).contains(&first))
            }
            Self::Us => return american(digits, lengths, announced),
        };
        let code = match self {
            Self::Fr => "33",
            Self::Gb => "44",
            _ => "49",
        };
        fits.then(|| format!("+{code}{own}"))
    }
}

fn is_french(lengths: &[usize]) -> bool {
    matches!(lengths, [10] | [2, 2, 2, 2, 2] | [4, 2, 2, 2] | [4, 3, 3] | [2, 8] | [1, 3, 3, 3])
}

fn american(digits: &str, lengths: &[usize], announced: bool) -> Option<String> {
    let own = match lengths {
        [3, 3, 4] => digits,
        [1, 3, 3, 4] => digits.strip_prefix('1')?,
        [10] if announced => digits,
        _ => return None,
    };
    own.starts_with(['2', '3', '4', '5', '6', '7', '8', '9']).then(|| format!("+1{own}"))
}

pub(crate) fn find(scan: &mut Scan, regions: &[Region]) {
    let mut at = 0;
    while at < scan.glyphs.pieces() {
        let found = (scan.glyphs.number(at).is_some()).then(|| phone(scan, at, regions)).flatten();
        at = match found {
            Some((start, end, next, normal)) => {
                scan.take(Kind::Phone, start, end, normal);
                next
            }
            None => at + 1,
        };
    }
}

/// Groups of digits that may be one number: for one, two and so on, the digits together, the lengths, and the last piece.
struct Groups {
    start: usize,
    plus: bool,
    digits: String,
    /// A group in brackets after the country's code, which is not dialled with it: `+44 (0)20`.
    dropped: Option<usize>,
    lengths: Vec<usize>,
}

fn phone(scan: &Scan, at: usize, regions: &[Region]) -> Option<(usize, usize, usize, String)> {
    let groups = groups(scan, at)?;
    let announced = is_announced(scan, at);
    for count in (1..=groups.lengths.len()).rev() {
        let last = at + count - 1;
        let end = scan.glyphs.piece(last)?.end;
        if let Some(normal) = groups.number(count, regions, announced).filter(|_| ends(scan, last, end)) {
            return Some((groups.start, end, last + 1, normal));
        }
    }
    None
}

fn groups(scan: &Scan, at: usize) -> Option<Groups> {
    let glyphs = &scan.glyphs;
    let first = glyphs.number(at).filter(|_| !scan.is_piece_taken(at))?;
    let before = glyphs.before(first.start);
    let plus = before == '+' || before == '(' && glyphs.before(first.start - 1) == '+';
    let fraction = matches!(before, '.' | ',' | ':' | '/' | '-') && glyphs.before(first.start - 1).is_ascii_digit();
    if before.is_alphanumeric() || fraction || matches!(before, '$' | '€' | '£' | '#' | '_' | '=') {
        return None;
    }
    let goes_on =
        at.checked_sub(1).is_some_and(|last| glyphs.number(last).is_some() && is_joint(glyphs.gap(last)) && !scan.is_piece_taken(last));
    if goes_on && !plus && before != '(' {
        return None;
    }
    let start = match (plus, before) {
        (true, '(') => first.start - 2,
        (true, _) | (_, '(') => first.start - 1,
        _ => first.start,
    };
    let mut found = Groups { start, plus, digits: String::new(), dropped: None, lengths: Vec::new() };
    let mut piece = at;
    while let Some(group) = glyphs.number(piece).filter(|group| found.digits.len() + group.len() <= DIGITS_MAX + 1) {
        if scan.is_piece_taken(piece) {
            break;
        }
        if plus && group.len() == 1 && glyphs.at(group.start) == '0' && glyphs.before(group.start) == '(' {
            found.dropped = Some(found.digits.len());
        }
        found.digits.push_str(&glyphs.digits(piece));
        found.lengths.push(group.len());
        if !is_joint(glyphs.gap(piece)) {
            break;
        }
        piece += 1;
    }
    Some(found)
}

/// What may stand between two groups of one number.
fn is_joint(between: &[char]) -> bool {
    matches!(
        between,
        [' ' | '.' | '-' | '/' | ')' | '('] | [' ', ' ' | '('] | [')', ' ' | '-' | '.' | '/'] | [' ', '-' | '/', ' '] | ['-', '(']
    )
}

/// Nothing behind it makes it something else.
fn ends(scan: &Scan, last: usize, end: usize) -> bool {
    let glyphs = &scan.glyphs;
    let next = glyphs.at(end);
    let decimal = matches!(next, ',' | ':') && glyphs.at(end + 1).is_ascii_digit();
    let sign = glyphs.at(if next == ' ' { end + 1 } else { end });
    let counted = matches!(glyphs.word(last + 1).as_str(), "euros" | "eur" | "dollars" | "usd" | "pounds" | "km" | "kg" | "likes");
    !(next.is_alphanumeric() || decimal || matches!(sign, '€' | '$' | '£' | '%' | '°') || counted)
}

impl Groups {
    fn number(&self, count: usize, regions: &[Region], announced: bool) -> Option<String> {
        let lengths = self.lengths.get(..count)?;
        let length: usize = lengths.iter().sum();
        let digits = self.digits.get(..length)?;
        if self.plus {
            let mut digits = digits.to_owned();
            if let Some(dropped) = self.dropped.filter(|dropped| *dropped < length) {
                digits.remove(dropped);
            }
            return international(&digits, 8);
        }
        let national = || regions.iter().find_map(|region| region.number(digits, lengths, announced));
        let abroad = || digits.strip_prefix("00").and_then(|digits| international(digits, 10));
        let told = || (announced && (6..=DIGITS_MAX).contains(&length)).then(|| digits.to_owned());
        abroad().or_else(national).or_else(told)
    }
}

/// Countries with how many digits their numbers have behind the code.
const COUNTRIES: [(&str, usize, usize); 17] = [
    ("1", 10, 10),
    ("212", 9, 9),
    ("213", 8, 9),
    ("216", 8, 8),
    ("31", 9, 9),
    ("32", 8, 9),
    ("33", 9, 9),
    ("34", 9, 9),
    ("351", 9, 9),
    ("352", 5, 11),
    ("353", 7, 9),
    ("39", 6, 11),
    ("41", 9, 9),
    ("43", 7, 13),
    ("44", 9, 10),
    ("48", 9, 9),
    ("49", 6, 11),
];

fn international(digits: &str, digits_min: usize) -> Option<String> {
    if digits.starts_with('0') {
        return None;
    }
    let country = COUNTRIES.iter().find_map(|(code, min, max)| digits.strip_prefix(code).map(|rest| (code, rest, *min, *max)));
    let Some((code, rest, min, max)) = country else {
        return (digits_min..=DIGITS_MAX).contains(&digits.len()).then(|| format!("+{digits}"));
    };
    // "+33 06 …": the zero of the national form left in. Italian numbers keep theirs.
    let own = if *code == "39" { rest } else { rest.strip_prefix('0').unwrap_or(rest) };
    (min..=max).contains(&own.len()).then(|| format!("+{code}{own}"))
}

/// One of the words before it says that a phone number follows.
fn is_announced(scan: &Scan, at: usize) -> bool {
    (1..=WORDS_BACK_MAX).map_while(|back| at.checked_sub(back)).take_while(|word| scan.glyphs.gap(*word).len() <= 3).any(|word| {
        matches!(
            scan.glyphs.word(word).as_str(),
            "tel"
                | "telephone"
                | "telefon"
                | "phone"
                | "call"
                | "mobile"
                | "portable"
                | "mob"
                | "cell"
                | "handy"
                | "fax"
                | "gsm"
                | "sms"
                | "whatsapp"
                | "appelez"
                | "appeler"
                | "rappeler"
                | "rappelez"
                | "joindre"
                | "joignable"
                | "ring"
        )
    })
}
