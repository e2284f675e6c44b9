//! Amounts of money as English and French write them, as number and ISO 4217 code: `$1,299.00` and `1 299,00 $` are `1299.00 USD`.

use crate::entity::Kind;
use crate::scan::Scan;

/// Digits of an amount, all together.
const DIGITS_MAX: usize = 15;
/// Groups of digits of an amount.
const GROUPS_MAX: usize = 6;

/// A number as it stands in the text.
struct Number {
    whole: String,
    fraction: String,
    /// The last piece of it.
    last: usize,
}

pub(crate) fn find(scan: &mut Scan) {
    let mut at = 0;
    while at < scan.glyphs.pieces() {
        let free = scan.glyphs.number(at).is_some() && !scan.is_piece_taken(at);
        at = match free.then(|| amount(scan, at)).flatten() {
            Some((start, end, next, normal)) if !scan.is_taken(start, end) => {
                scan.take(Kind::Amount, start, end, normal);
                next
            }
            _ => at + 1,
        };
    }
}

fn amount(scan: &Scan, at: usize) -> Option<(usize, usize, usize, String)> {
    let glyphs = &scan.glyphs;
    let first = glyphs.number(at)?;
    let number = number(scan, at)?;
    if let Some((currency, cents)) = split_by_sign(scan, at) {
        let end = glyphs.piece(at + 1)?.end;
        return Some((first.start, end, at + 2, format!("{}.{cents} {currency}", number.whole)));
    }
    let (zeros, last) = multiplier(scan, number.last).unwrap_or((0, number.last));
    let written = written(&number, zeros);
    let end = glyphs.piece(last)?.end;
    if let Some((currency, start)) = before(scan, at, first.start) {
        return Some((start, end, last + 1, format!("{written} {currency}")));
    }
    let (currency, end, next) = after(scan, last, end)?;
    (!glyphs.before(first.start).is_alphanumeric()).then_some((first.start, end, next, format!("{written} {currency}")))
}

/// Digits with signs between thousands, and a fraction.
fn number(scan: &Scan, at: usize) -> Option<Number> {
    let glyphs = &scan.glyphs;
    let mut whole = glyphs.digits(at);
    let (mut last, mut sign) = (at, None);
    for _ in 1..GROUPS_MAX {
        let next = glyphs.number(last + 1);
        let thousands = match glyphs.gap(last) {
            [this @ (' ' | '.' | ',' | '\'')] if sign.is_none_or(|sign| sign == *this) => Some(*this),
            _ => None,
        };
        let starts = !(1..=3).contains(&glyphs.number(at)?.len()) || whole == "0";
        match (thousands, next) {
            (Some(this), Some(piece)) if piece.len() == 3 && !starts => {
                sign = Some(this);
                whole.push_str(&glyphs.digits(last + 1));
                last += 1;
            }
            _ => break,
        }
    }
    let mut fraction = String::new();
    let decimal = matches!(glyphs.gap(last), [this @ ('.' | ',')] if sign != Some(*this));
    if decimal && glyphs.number(last + 1).is_some_and(|piece| piece.len() <= 2) {
        fraction = glyphs.digits(last + 1);
        last += 1;
    }
    (whole.len() <= DIGITS_MAX).then_some(Number { whole, fraction, last })
}

/// `49€90`: the sign stands for the decimal point.
fn split_by_sign(scan: &Scan, at: usize) -> Option<(&'static str, String)> {
    let currency = match scan.glyphs.gap(at) {
        [sign] => of_sign(*sign)?,
        _ => return None,
    };
    let cents = scan.glyphs.number(at + 1).filter(|piece| piece.len() == 2 && !scan.glyphs.at(piece.end).is_alphanumeric())?;
    Some((currency, scan.glyphs.part(cents.start, cents.end).iter().collect()))
}

/// How many zeros `k`, `M` or `million` behind the number add, and the last piece with it.
fn multiplier(scan: &Scan, last: usize) -> Option<(usize, usize)> {
    let touches = scan.glyphs.gap(last).is_empty();
    let zeros = match (scan.glyphs.word(last + 1).as_str(), touches) {
        ("k", _) => 3,
        ("m", true) | ("mio" | "million" | "millions", _) => 6,
        ("thousand" | "mille", _) => 3,
        ("milliard" | "milliards" | "billion" | "bn", _) => 9,
        _ => return None,
    };
    (touches || scan.glyphs.gap(last) == [' ']).then_some((zeros, last + 1))
}

/// `1299`, `1299.50`, with the zeros of a multiplier.
fn written(number: &Number, zeros: usize) -> String {
    let mut fraction = number.fraction.clone();
    let mut whole = number.whole.clone();
    for _ in 0..zeros {
        whole.push(if fraction.is_empty() { '0' } else { fraction.remove(0) });
    }
    let whole = Some(whole.trim_start_matches('0')).filter(|whole| !whole.is_empty()).unwrap_or("0");
    match fraction.len() {
        0 => whole.to_owned(),
        1 => format!("{whole}.{fraction}0"),
        _ => format!("{whole}.{fraction}"),
    }
}

/// The currency before the number, and where it begins: `€12`, `$ 12`, `US$12`, `EUR 12`.
fn before(scan: &Scan, at: usize, start: usize) -> Option<(&'static str, usize)> {
    let glyphs = &scan.glyphs;
    let spaced = if glyphs.before(start) == ' ' { start - 1 } else { start };
    let sign = glyphs.before(spaced);
    if let Some(currency) = of_sign(sign) {
        // "49 € 12 fois": the sign belongs to the number before it.
        let owned = spaced != start && glyphs.before(spaced - 1).is_ascii_digit();
        let owned =
            owned || glyphs.before(spaced - 1) == ' ' && at > 0 && glyphs.number(at - 1).is_some_and(|piece| piece.end + 2 == spaced);
        let prefix = at.checked_sub(1).filter(|_| sign == '$').and_then(|word| {
            let touches = glyphs.piece(word).is_some_and(|piece| piece.end + 1 == spaced);
            of_dollar(&glyphs.word(word)).filter(|_| touches).map(|currency| (currency, glyphs.piece(word)))
        });
        return match prefix {
            _ if owned => None,
            Some((currency, Some(piece))) => Some((currency, piece.start)),
            _ => Some((currency, spaced - 1)),
        };
    }
    let word = at.checked_sub(1)?;
    let piece = glyphs.piece(word).filter(|piece| piece.end == spaced)?;
    let alone = !glyphs.before(piece.start).is_alphanumeric();
    of_code(&glyphs.word(word)).filter(|_| alone).map(|currency| (currency, piece.start))
}

/// The currency behind the number, where it ends, and the piece behind it: `12 €`, `12 euros`, `12 millions d'euros`.
fn after(scan: &Scan, last: usize, end: usize) -> Option<(&'static str, usize, usize)> {
    let glyphs = &scan.glyphs;
    let spaced = if glyphs.at(end) == ' ' { end + 1 } else { end };
    if let Some(currency) = of_sign(glyphs.at(spaced)) {
        return Some((currency, spaced + 1, last + 1));
    }
    let mut word = last + 1;
    if matches!(glyphs.word(word).as_str(), "d" | "de") {
        word += 1;
    }
    let piece = glyphs.piece(word)?;
    let near = piece.start <= spaced + 3 && (last..word).all(|gap| matches!(glyphs.gap(gap), [] | [' ' | '\'']));
    if !near || glyphs.at(piece.end).is_ascii_digit() {
        return None;
    }
    let name = glyphs.word(word);
    let second = glyphs.word(word + 1);
    let (currency, behind) = match (name.as_str(), second.as_str()) {
        ("livres", "sterling") => ("GBP", word + 1),
        ("francs" | "franc", "suisses" | "suisse") => ("CHF", word + 1),
        ("us" | "american", "dollars" | "dollar") | ("dollars", "us" | "americains") => ("USD", word + 1),
        ("canadian", "dollars") | ("dollars", "canadiens") => ("CAD", word + 1),
        _ => (of_word(&name).or_else(|| of_code(&name))?, word),
    };
    Some((currency, glyphs.piece(behind)?.end, behind + 1))
}

fn of_sign(sign: char) -> Option<&'static str> {
    Some(match sign {
        '€' => "EUR",
        '$' => "USD",
        '£' => "GBP",
        '¥' => "JPY",
        '₹' => "INR",
        '₽' => "RUB",
        '₺' => "TRY",
        '₩' => "KRW",
        _ => return None,
    })
}

fn of_dollar(prefix: &str) -> Option<&'static str> {
    Some(match prefix {
        "us" => "USD",
        "ca" | "c" | "cad" => "CAD",
        "a" | "au" => "AUD",
        "nz" => "NZD",
        "hk" => "HKD",
        "s" | "sg" => "SGD",
        _ => return None,
    })
}

fn of_code(word: &str) -> Option<&'static str> {
    const CODES: [&str; 16] =
        ["EUR", "USD", "GBP", "CHF", "CAD", "AUD", "JPY", "SEK", "NOK", "DKK", "PLN", "CZK", "MAD", "TND", "XOF", "INR"];
    CODES.into_iter().find(|code| word.eq_ignore_ascii_case(code))
}

fn of_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "euro" | "euros" => "EUR",
        "dollar" | "dollars" | "bucks" => "USD",
        "pound" | "pounds" | "quid" => "GBP",
        "francs" => "CHF",
        "yen" | "yens" => "JPY",
        _ => return None,
    })
}
