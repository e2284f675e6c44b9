//! The words that tell what a number is, lower case and without accents, in order.

use super::glyphs::Glyphs;

/// Longest word that is looked up.
const WORD_MAX: usize = 20;

/// Longest of the words that stand before a number or between.
const SHORT_MAX: usize = 7;

/// What people number: a number that follows is that of one person's matter.
const NUMBERED: [&str; 66] = [
    "abonnement",
    "account",
    "adherent",
    "auftrag",
    "auftragsnr",
    "auftragsnummer",
    "bestellnr",
    "bestellnummer",
    "bestellung",
    "billet",
    "booking",
    "buchung",
    "buchungsnummer",
    "case",
    "cde",
    "claim",
    "client",
    "cliente",
    "cmd",
    "colis",
    "commande",
    "commandes",
    "compte",
    "contract",
    "contrat",
    "customer",
    "demande",
    "dossier",
    "factura",
    "facture",
    "fattura",
    "id",
    "identifiant",
    "incident",
    "invoice",
    "konto",
    "kontonummer",
    "kunde",
    "kunden",
    "kundennr",
    "kundennummer",
    "member",
    "membership",
    "order",
    "ordernumber",
    "orders",
    "ordine",
    "parcel",
    "pedido",
    "policy",
    "rechnung",
    "rechnungsnummer",
    "ref",
    "reference",
    "referenz",
    "reservation",
    "sendung",
    "sendungsnummer",
    "shipment",
    "sinistre",
    "subscription",
    "suivi",
    "ticket",
    "tickets",
    "tracking",
    "vorgang",
];

/// Words for "number".
const NUMBER: [&str; 9] = ["n", "nb", "no", "nr", "num", "number", "numero", "numeros", "nummer"];

/// Words that may stand between what is numbered and its number.
const BETWEEN: [&str; 22] = [
    "and", "code", "das", "de", "der", "die", "du", "est", "et", "is", "ist", "la", "lautet", "le", "my", "of", "the", "und", "was",
    "with", "y", "your",
];

/// Words before a phone number.
const PHONE: [&str; 34] = [
    "anrufen",
    "appel",
    "appeler",
    "appelez",
    "call",
    "cell",
    "contact",
    "contacter",
    "fax",
    "fon",
    "gsm",
    "handy",
    "joignable",
    "joindre",
    "ligne",
    "mob",
    "mobil",
    "mobile",
    "natel",
    "phone",
    "portable",
    "rappeler",
    "rappelez",
    "ring",
    "sms",
    "tel",
    "telefon",
    "telefonnummer",
    "telephone",
    "text",
    "texto",
    "viber",
    "whats",
    "whatsapp",
];

/// What stands behind an amount, a size or a count, with the words for money.
const COUNTED: [&str; 63] = [
    "annees",
    "ans",
    "articles",
    "bytes",
    "cent",
    "centimes",
    "cents",
    "chf",
    "cm",
    "days",
    "dollars",
    "eur",
    "euro",
    "euros",
    "fois",
    "followers",
    "francs",
    "gb",
    "gbp",
    "ghz",
    "grams",
    "heures",
    "hours",
    "items",
    "jours",
    "kb",
    "kg",
    "kilometres",
    "km",
    "kwh",
    "likes",
    "livres",
    "mah",
    "mb",
    "mbit",
    "mbps",
    "metres",
    "mhz",
    "mile",
    "miles",
    "min",
    "minutes",
    "mio",
    "ml",
    "mm",
    "mois",
    "months",
    "mph",
    "pages",
    "people",
    "percent",
    "personnes",
    "pieces",
    "points",
    "pounds",
    "semaines",
    "stk",
    "stuck",
    "tage",
    "tb",
    "times",
    "units",
    "usd",
];

/// Units that are words as well: they count where they touch the number.
const UNITS: [&str; 29] = [
    "am", "an", "e", "eme", "er", "ere", "ft", "g", "go", "gr", "h", "hz", "k", "l", "m", "mo", "ms", "nd", "p", "pm", "px", "rd", "s",
    "st", "th", "to", "v", "w", "x",
];

/// The currencies whose names stand before an amount.
const MONEY: [&str; 8] = ["cad", "chf", "eur", "euro", "gbp", "jpy", "usd", "yen"];

/// Which words these characters are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) numbered: bool,
    pub(super) number: bool,
    pub(super) between: bool,
}

/// What a word is for numbers that follow.
pub(super) fn word(letters: &[char]) -> Word {
    let Some(text) = plain(letters) else { return Word::default() };
    let short = letters.len() <= SHORT_MAX;
    Word { numbered: text.is_in(&NUMBERED), number: short && text.is_in(&NUMBER), between: short && text.is_in(&BETWEEN) }
}

/// Whether phone numbers follow this word.
pub(super) fn is_phone(letters: &[char]) -> bool {
    plain(letters).is_some_and(|text| text.is_in(&PHONE))
}

/// Whether this is a unit, or a word for what is counted, where it touches the number.
pub(super) fn is_unit(letters: &[char]) -> bool {
    plain(letters).is_some_and(|text| text.is_in(&COUNTED) || text.is_in(&UNITS))
}

fn is_counted(letters: &[char]) -> bool {
    plain(letters).is_some_and(|text| text.is_in(&COUNTED))
}

/// Whether what stands in this range is an amount or a count by what is around it.
pub(super) fn is_amount(glyphs: &Glyphs<'_>, start: usize, end: usize) -> bool {
    is_counted_by_next(glyphs, end) || is_money_beside(glyphs, start, end)
}

/// Whether what stands in this range is an amount by a sign or word of money, or a fraction, beside it.
pub(super) fn is_money_beside(glyphs: &Glyphs<'_>, start: usize, end: usize) -> bool {
    let after = if glyphs.at(end) == ' ' { end + 1 } else { end };
    let next = glyphs.at(after);
    if is_money(next) || matches!(next, '%' | '\u{2030}' | '°') || next == ',' && after == end && glyphs.at(end + 1).is_ascii_digit() {
        return true;
    }
    let before = if glyphs.before(start) == ' ' { start - 1 } else { start };
    is_money(glyphs.before(before)) || plain(word_before(glyphs, before)).is_some_and(|text| text.is_in(&MONEY))
}

/// Whether the word that follows counts what ends here.
fn is_counted_by_next(glyphs: &Glyphs<'_>, end: usize) -> bool {
    let after = if glyphs.at(end) == ' ' { end + 1 } else { end };
    let word_end = glyphs.run(after, char::is_alphabetic).min(after + WORD_MAX + 1);
    let next = glyphs.part(after..word_end);
    if after == end { is_unit(next) } else { is_counted(next) }
}

/// The word that ends here; nothing when it is longer than any that is looked up.
pub(super) fn word_before<'a>(glyphs: &'a Glyphs<'_>, end: usize) -> &'a [char] {
    let letters = (1..=WORD_MAX + 1).take_while(|back| end.checked_sub(*back).is_some_and(|at| glyphs.at(at).is_alphabetic())).count();
    glyphs.part(end - letters..end)
}

fn is_money(letter: char) -> bool {
    matches!(letter, '$' | '€' | '£' | '¥' | '₹' | '₽' | '₺' | '₩' | '₿')
}

/// A word in lower case, without accents.
struct Plain {
    bytes: [u8; WORD_MAX],
    length: usize,
}

impl Plain {
    fn is_in(&self, list: &[&str]) -> bool {
        let word = self.bytes.get(..self.length).unwrap_or_default();
        list.binary_search_by(|other| other.as_bytes().cmp(word)).is_ok()
    }
}

/// None of what is longer than any word that is looked up, or is written in other letters.
fn plain(letters: &[char]) -> Option<Plain> {
    let mut plain = Plain { bytes: [0; WORD_MAX], length: letters.len() };
    if letters.is_empty() || letters.len() > WORD_MAX {
        return None;
    }
    for (byte, letter) in plain.bytes.iter_mut().zip(letters) {
        let lower = if letter.is_ascii() { letter.to_ascii_lowercase() } else { bare(letter.to_lowercase().next()?) };
        *byte = u8::try_from(lower).ok().filter(u8::is_ascii)?;
    }
    Some(plain)
}

fn bare(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'î' | 'ï' => 'i',
        'ó' | 'ô' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_order() {
        assert!(NUMBER.iter().chain(&BETWEEN).all(|word| word.len() <= SHORT_MAX));
        for list in [&NUMBERED[..], &NUMBER, &BETWEEN, &PHONE, &COUNTED, &UNITS, &MONEY] {
            assert!(list.is_sorted_by(|one, next| one < next), "{list:?}");
        }
    }
}
