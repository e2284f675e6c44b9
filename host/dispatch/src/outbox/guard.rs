//! Nothing private in public: what would tell strangers somebody's address, number, card, account or order.

use std::borrow::Cow;

use model::Interaction;

use crate::grant::redacted;

/// Whether a text may not be said where everybody reads it. The company's own texts and the name of the person who is answered may stand
/// there.
pub(super) fn is_private(text: &str, public_texts: &[String], answered: Option<&Interaction>) -> bool {
    let author = answered.and_then(|interaction| interaction.author.as_ref());
    let handle = author.and_then(|author| author.handle.as_deref()).filter(|handle| !handle.is_empty());
    let mut text = Cow::Borrowed(text);
    let known = public_texts.iter().map(String::as_str).chain(handle).map(|known| known.trim_start_matches('@'));
    for known in known.filter(|known| !known.is_empty()) {
        if text.contains(known) {
            // Something stays in its place, so that what stands around it does not grow together.
            text = Cow::Owned(text.replace(known, "·"));
        }
    }
    redacted(&text) != text
}

#[cfg(test)]
mod tests {
    use model::Author;

    use super::*;

    #[test]
    fn what_may_not_be_said_in_public() {
        let public = ["help@shop.example".to_owned(), "0800 123 456".to_owned()];
        let author = Author { handle: Some("@ann@social.example".to_owned()), ..Author::default() };
        let answered = Interaction { author: Some(author), ..Interaction::default() };
        for (text, expected) in [
            ("We are sorry, and look into it.", false),
            ("@ann@social.example We are sorry.", false),
            ("Write to help@shop.example or call 0800 123 456.", false),
            ("Your address ann@mail.example is wrong.", true),
            ("We call you on +33 6 12 34 56 78.", true),
            ("Your order 83-11920 is on its way.", true),
            ("Your order 2026-4471 is on its way.", true),
            ("We refund to DE89 3704 0044 0532 0130 00.", true),
            ("Your card 4111 1111 1111 1111 was charged.", true),
            ("See you in 2026, from 9 to 17.", false),
        ] {
            assert_eq!(is_private(text, &public, Some(&answered)), expected, "{text}");
        }
    }
}
