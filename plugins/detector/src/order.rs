//! Order numbers, by the words before them: "order 12345", "commande n° 2026-00123", "my order number is 4711".

use crate::entity::Kind;
use crate::pattern::Pattern;
use crate::scan::Scan;

/// How many words may stand between what is numbered and its number.
const BETWEEN_MAX: u8 = 4;
/// How many signs may stand between two words that belong together.
const SIGNS_MAX: usize = 4;
/// Longest number of an order, in characters.
const CHARS_MAX: usize = 40;

/// What the words before say of a number that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    Nothing,
    /// A word for orders: the number may follow.
    Order(u8),
    /// A word for "number" alone: an order may follow, "numéro de commande".
    Number(u8),
    /// "N°": a long number that follows may be one.
    Signed,
    /// "Order number", "commande n°": what follows is one.
    Named(u8),
    /// One was just found: "12345 and 67890".
    Another,
}

/// Finds what fits a pattern of the settings, wherever it stands.
pub(crate) fn find_patterns(scan: &mut Scan, patterns: &[Pattern]) {
    let mut at = 0;
    while at < scan.glyphs.len() {
        let begins = scan.glyphs.at(at).is_alphanumeric() != scan.glyphs.before(at).is_alphanumeric();
        let found = begins.then(|| patterns.iter().filter_map(|pattern| pattern.end(&scan.glyphs, at)).max()).flatten();
        at = match found {
            Some(end) if !scan.is_taken(at, end) => {
                take(scan, at, end);
                end
            }
            _ => at + 1,
        };
    }
}

/// Finds what words announce; `own` are the settings' words for what is numbered, folded.
pub(crate) fn find(scan: &mut Scan, own: &[String]) {
    let mut awaited = Awaited::Nothing;
    let mut at = 0;
    while let Some(piece) = scan.glyphs.piece(at) {
        let end = token(scan, at, awaited);
        let numbered = scan.glyphs.part(piece.start, end).iter().any(char::is_ascii_digit);
        if numbered {
            let fits = !scan.is_taken(piece.start, end) && is_number(scan, at, end, awaited);
            if fits {
                take(scan, piece.start, end);
            }
            awaited = match awaited {
                _ if fits => Awaited::Another,
                // "Commande du 12/10/2026 n° 4711": what is something else already stands between.
                Awaited::Order(_) | Awaited::Named(_) if scan.is_taken(piece.start, end) => awaited,
                _ => Awaited::Nothing,
            };
            while scan.glyphs.piece(at + 1).is_some_and(|next| next.start < end) {
                at += 1;
            }
        } else {
            awaited = after_word(&scan.glyphs.word(at), awaited, own);
        }
        awaited = after_signs(scan.glyphs.gap(at), awaited);
        at += 1;
    }
}

fn take(scan: &mut Scan, start: usize, end: usize) {
    let normal = scan.glyphs.part(start, end).iter().filter(|letter| **letter != ' ').flat_map(|letter| letter.to_uppercase()).collect();
    scan.take(Kind::Order, start, end, normal);
}

/// Where the letters and digits that begin with this piece end, dashes and the like inside; of words without a digit, the word.
fn token(scan: &Scan, at: usize, awaited: Awaited) -> usize {
    let glyphs = &scan.glyphs;
    let Some(piece) = glyphs.piece(at) else { return 0 };
    let mut end = glyphs.run(piece.start, CHARS_MAX, char::is_alphanumeric);
    while end - piece.start < CHARS_MAX && end < glyphs.len() {
        let sign = glyphs.at(end);
        let next = glyphs.run(end + 1, CHARS_MAX, char::is_alphanumeric);
        let part = glyphs.part(end + 1, next);
        let digits = part.iter().all(char::is_ascii_digit);
        let all = || glyphs.part(piece.start, end).iter().all(char::is_ascii_digit);
        let counted = sign == ' ' && is_other(scan, end + 1, next);
        let joins = match sign {
            '-' | '_' | '/' => {
                part.iter().any(char::is_ascii_digit) || sign != '/' && glyphs.part(piece.start, end).iter().any(char::is_ascii_digit)
            }
            ' ' => matches!(awaited, Awaited::Named(_)) && all() && digits && part.len() >= 2 && !counted,
            _ => false,
        };
        if part.is_empty() || !joins {
            break;
        }
        end = next;
    }
    if glyphs.part(piece.start, end).iter().any(char::is_ascii_digit) { end } else { piece.end }
}

fn is_number(scan: &Scan, at: usize, end: usize, awaited: Awaited) -> bool {
    let glyphs = &scan.glyphs;
    let Some(piece) = glyphs.piece(at) else { return false };
    let token = glyphs.part(piece.start, end);
    let digits = token.iter().filter(|letter| letter.is_ascii_digit()).count();
    let plain = digits == token.len();
    let mixed = token.len() >= 5 && digits >= 2;
    let hash = glyphs.before(piece.start) == '#';
    let phone = glyphs.before(piece.start) == '+' || is_pairs(scan, at);
    let fits = match awaited {
        Awaited::Named(_) => digits >= 2,
        Awaited::Order(_) => digits >= 3 && (plain || mixed) || hash && digits >= 2,
        Awaited::Another | Awaited::Signed => digits >= 4 && (plain || mixed),
        Awaited::Number(_) | Awaited::Nothing => hash && plain && digits >= 5,
    };
    fits && !phone && !is_other(scan, piece.start, end)
}

/// Five pairs of digits: a French phone number.
fn is_pairs(scan: &Scan, at: usize) -> bool {
    (at..at + 5).all(|pair| scan.glyphs.number(pair).is_some_and(|pair| pair.len() == 2))
        && (at..at + 4).all(|gap| matches!(scan.glyphs.gap(gap), [' ' | '.' | '-']))
}

/// A time, a decimal, a count or an amount: no number of an order.
fn is_other(scan: &Scan, start: usize, end: usize) -> bool {
    let glyphs = &scan.glyphs;
    let beyond = glyphs.at(end);
    let time = beyond == ':' && glyphs.at(end + 1).is_ascii_digit();
    let decimal = matches!(beyond, '.' | ',') && glyphs.at(end + 1).is_ascii_digit();
    let after = if beyond == ' ' { end + 1 } else { end };
    let money = matches!(glyphs.at(after), '€' | '$' | '£' | '¥' | '%' | '°') || matches!(glyphs.before(start), '€' | '$' | '£');
    let word: String = {
        let word_end = glyphs.run(after, 12, char::is_alphabetic);
        words::fold(&glyphs.part(after, word_end).iter().collect::<String>())
    };
    let counted = matches!(
        word.as_str(),
        "euros"
            | "euro"
            | "eur"
            | "dollars"
            | "usd"
            | "pounds"
            | "gbp"
            | "items"
            | "item"
            | "articles"
            | "article"
            | "pieces"
            | "units"
            | "unites"
            | "days"
            | "day"
            | "jours"
            | "jour"
            | "hours"
            | "heures"
            | "weeks"
            | "semaines"
            | "months"
            | "mois"
            | "years"
            | "ans"
            | "times"
            | "fois"
            | "kg"
            | "g"
            | "km"
            | "cm"
            | "mm"
            | "ml"
            | "people"
            | "personnes"
            | "pages"
            | "percent"
            | "minutes"
            | "min"
    );
    time || decimal || money || counted
}

fn after_signs(signs: &[char], awaited: Awaited) -> Awaited {
    let hash = signs.last() == Some(&'#');
    let breaks = signs.len() > SIGNS_MAX || signs.iter().any(|sign| matches!(sign, '!' | '?' | ';'));
    let stop = signs.starts_with(&['.', ' ']);
    match awaited {
        _ if breaks => Awaited::Nothing,
        Awaited::Order(_) | Awaited::Named(_) if hash => Awaited::Named(0),
        Awaited::Order(_) | Awaited::Another if stop => Awaited::Nothing,
        Awaited::Order(_) if signs.contains(&'°') => Awaited::Named(0),
        Awaited::Number(_) if signs.contains(&'°') => Awaited::Signed,
        other => other,
    }
}

fn after_word(word: &str, awaited: Awaited, own: &[String]) -> Awaited {
    let numbered = is_order(word) || own.iter().any(|known| known == word);
    let number = matches!(
        word,
        "n" | "no" | "nr" | "num" | "number" | "numbers" | "numero" | "numeros" | "nummer" | "id" | "ref" | "reference" | "code"
    );
    let between = matches!(
        word,
        "is" | "was"
            | "my"
            | "the"
            | "of"
            | "est"
            | "le"
            | "la"
            | "l"
            | "ma"
            | "de"
            | "du"
            | "des"
            | "mes"
            | "with"
            | "and"
            | "et"
            | "or"
            | "ou"
            | "for"
            | "this"
            | "cette"
            | "a"
            | "suivante"
            | "suivantes"
            | "web"
            | "ist"
            | "votre"
            | "notre"
            | "your"
            | "our"
    );
    match awaited {
        Awaited::Order(_) | Awaited::Named(_) if number => Awaited::Named(BETWEEN_MAX),
        Awaited::Number(_) | Awaited::Named(_) | Awaited::Signed if numbered => Awaited::Named(BETWEEN_MAX),
        _ if abbreviated(word) => Awaited::Named(BETWEEN_MAX),
        _ if numbered => Awaited::Order(BETWEEN_MAX),
        _ if number => Awaited::Number(BETWEEN_MAX),
        Awaited::Order(left) if between && left > 0 => Awaited::Order(left - 1),
        Awaited::Named(left) if between && left > 0 => Awaited::Named(left - 1),
        Awaited::Number(left) if between && left > 0 => Awaited::Number(left - 1),
        Awaited::Another if between => Awaited::Another,
        _ => Awaited::Nothing,
    }
}

/// Words for what is ordered.
fn is_order(word: &str) -> bool {
    matches!(
        word,
        "order"
            | "orders"
            | "commande"
            | "commandes"
            | "purchase"
            | "booking"
            | "bookings"
            | "reservation"
            | "reservations"
            | "achat"
            | "bestellung"
            | "pedido"
            | "ordine"
            | "bestelling"
            | "encomenda"
    )
}

/// Words that stand before an order's number only.
fn abbreviated(word: &str) -> bool {
    matches!(word, "cmd" | "po" | "cde" | "ordernumber" | "bestellnummer" | "bestellnr" | "ref" | "refs" | "reference" | "references")
}
