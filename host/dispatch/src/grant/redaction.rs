//! Text with what tells one person from another masked: e-mail addresses, user parts of URLs, phone and card numbers, bank accounts, and
//! the numbers of orders, customers and tickets.
//!
//! The bytes that are masked are replaced one by one, so that lengths and every boundary of a character stay where they were and evidence
//! found in the masked text points to the same words in the whole one. Each pass looks at a bounded neighbourhood of each character: the
//! time is linear in the text, whatever it is. In doubt a number is masked: a classifier can do without, a person cannot take it back.

mod account;
mod address;
mod glyphs;
mod id;
mod number;
mod phone;
mod reference;
#[cfg(test)]
mod tests;
mod words;

use std::borrow::Cow;

use self::glyphs::Glyphs;

/// The text with personal addresses and numbers masked, or the text itself when there are none.
#[must_use]
pub fn redacted(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|letter| matches!(letter, '@' | '＠' | '﹫' | '(' | '[') || letter.is_numeric()) {
        return Cow::Borrowed(text);
    }
    let mut glyphs = Glyphs::new(text);
    address::mask(&mut glyphs);
    account::mask(&mut glyphs);
    number::mask(&mut glyphs);
    reference::mask(&mut glyphs);
    glyphs.masked()
}
