use super::glyphs::Glyphs;
use super::id::is_id;
use super::words;

/// How many words may stand between what is numbered and its number.
const BETWEEN_MAX: u32 = 4;
/// How many signs may stand between two words that belong together.
const SIGNS_MAX: usize = 4;

/// Longest look for a digit behind dashes.
const TOKEN_MAX: usize = 64;

/// What the words before say of a number that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    /// Nothing.
    Nothing,
    /// An order, a ticket: its number may follow.
    Matter(u32),
    /// A word for "number" alone.
    Number,
    /// "Order number", "n°": what follows is one.
    Named(u32),
}

/// Masks numbers of orders, customers and tickets, and ids of mixed letters and digits wherever they stand.
pub(super) fn mask(glyphs: &mut Glyphs<'_>) {
    let mut awaited = Awaited::Nothing;
    let mut last_end = 0;
    let mut at = 0;
    while at < glyphs.len() {
        if !glyphs.at(at).is_alphanumeric() {
            at += 1;
            continue;
        }
        let end = token(glyphs, at);
        awaited = after_signs(glyphs.part(last_end..at), awaited);
        (at, awaited) = if glyphs.part(at..end).iter().any(char::is_ascii_digit) {
            digits(glyphs, at, end, awaited)
        } else {
            (end, after_word(glyphs, at, end, awaited))
        };
        last_end = at;
    }
}

/// Where the letters and digits that begin here end; dashes and underscores inside belong to them, when a digit is among them.
fn token(glyphs: &Glyphs<'_>, start: usize) -> usize {
    let word = glyphs.run(start, char::is_alphanumeric);
    let mut end = word;
    while end - start < TOKEN_MAX && matches!(glyphs.at(end), '-' | '_') && glyphs.at(end + 1).is_alphanumeric() {
        end = glyphs.run(end + 1, char::is_alphanumeric);
    }
    if glyphs.part(start..end).iter().any(char::is_ascii_digit) { end } else { word }
}

fn after_signs(signs: &[char], awaited: Awaited) -> Awaited {
    let hash = signs.last() == Some(&'#');
    let breaks = signs.len() > SIGNS_MAX || signs.iter().any(|sign| matches!(sign, '!' | '?' | ';'));
    let sign = signs.contains(&'°');
    match awaited {
        Awaited::Matter(_) | Awaited::Named(_) if hash && !breaks => Awaited::Named(0),
        Awaited::Number if sign => Awaited::Named(0),
        _ if breaks => Awaited::Nothing,
        Awaited::Matter(_) if signs.starts_with(&['.', ' ']) => Awaited::Nothing,
        other => other,
    }
}

fn after_word(glyphs: &Glyphs<'_>, start: usize, end: usize, awaited: Awaited) -> Awaited {
    let word = words::word(glyphs.part(start..end));
    let sign = glyphs.at(end) == '°' || glyphs.part(end..end + 2) == [' ', '°'];
    match awaited {
        Awaited::Matter(_) | Awaited::Named(_) if word.number => Awaited::Named(BETWEEN_MAX),
        Awaited::Matter(left) if word.between && left > 0 => Awaited::Matter(left - 1),
        Awaited::Named(left) if word.between && left > 0 => Awaited::Named(left - 1),
        Awaited::Named(_) if word.numbered => Awaited::Named(BETWEEN_MAX),
        // "Number of my order", "numéro de commande".
        Awaited::Number if word.between => Awaited::Number,
        Awaited::Number if word.numbered => Awaited::Named(BETWEEN_MAX),
        // Abbreviations only stand before a number: "ref. 12".
        _ if word.numbered && (end - start <= 3 || glyphs.part(end - 2..end) == ['n', 'r']) => Awaited::Named(BETWEEN_MAX),
        _ if word.numbered => Awaited::Matter(BETWEEN_MAX),
        _ if word.number && sign => Awaited::Named(0),
        _ if word.number => Awaited::Number,
        _ => Awaited::Nothing,
    }
}

/// Masks what stands here when it is a number that was awaited, or an id by its form. Where it ends, and what is awaited behind it: the next
/// may follow, "12345 and 67890".
fn digits(glyphs: &mut Glyphs<'_>, start: usize, narrow: usize, awaited: Awaited) -> (usize, Awaited) {
    let end = if awaited == Awaited::Nothing { narrow } else { wide(glyphs, narrow) };
    let hash = glyphs.before(start) == '#';
    let token = glyphs.part(start..end);
    let digits = token.iter().filter(|letter| letter.is_ascii_digit()).count();
    let plain = digits == token.len();
    let tag =
        hash && token.iter().any(|letter| letter.is_alphabetic()) && token.iter().all(|letter| letter.is_alphanumeric() || *letter == '_');
    let fits = match awaited {
        Awaited::Named(_) => digits >= 2 || digits == 1 && token.len() >= 3,
        Awaited::Matter(_) => digits >= 3 || !tag && is_id(glyphs, start, end),
        Awaited::Number => {
            digits >= 4 || digits == 3 && glyphs.before(start) == ' ' && glyphs.part(start.saturating_sub(2)..start) == ['.', ' ']
        }
        Awaited::Nothing => hash && !tag && digits >= 3 || !plain && !tag && is_id(glyphs, start, end),
    };
    if !fits || plain && is_other(glyphs, start, end) || is_date(glyphs.part(start..end)) {
        return (narrow, Awaited::Nothing);
    }
    glyphs.hide(start..end);
    let another = matches!(awaited, Awaited::Matter(_) | Awaited::Named(_));
    (end, if another { Awaited::Named(1) } else { Awaited::Nothing })
}

/// Behind a word that awaits a number, slashes and dots belong to it too, and further groups of digits.
fn wide(glyphs: &Glyphs<'_>, end: usize) -> usize {
    let mut end = end;
    loop {
        let sign = glyphs.at(end);
        let next = glyphs.run(end + 1, char::is_alphanumeric);
        let part = glyphs.part(end + 1..next);
        let digits = !part.is_empty() && part.iter().all(char::is_ascii_digit);
        let joins =
            matches!(sign, '/' | '-' | '_' | '.') && part.iter().any(char::is_ascii_digit) || sign == ' ' && digits && part.len() >= 2;
        if !joins || sign == ' ' && is_other(glyphs, end + 1, next) {
            return end;
        }
        end = next;
    }
}

/// An amount, a count, a time or a decimal: no number of a matter.
fn is_other(glyphs: &Glyphs<'_>, start: usize, end: usize) -> bool {
    let time = matches!(glyphs.at(end), ':') && glyphs.at(end + 1).is_ascii_digit()
        || glyphs.before(start) == ':' && start.checked_sub(2).is_some_and(|before| glyphs.at(before).is_ascii_digit());
    time || words::is_amount(glyphs, start, end)
}

/// `22/11/2026`, `2026-11-22` and the like.
fn is_date(token: &[char]) -> bool {
    let parts: Vec<&[char]> = token.split(|letter| matches!(letter, '/' | '-' | '.')).collect();
    let digits = token.iter().all(|letter| letter.is_ascii_digit() || matches!(letter, '/' | '-' | '.'));
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    digits && matches!(lengths.as_slice(), [1 | 2, 1 | 2, 2 | 4] | [4, 1 | 2, 1 | 2] | [1 | 2, 4])
}
