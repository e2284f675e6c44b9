//! How X counts a post: characters have weights, addresses count 23, an emoji counts 2 whatever it is made of.
//!
//! Version 3 of the rules: Latin, Cyrillic, Greek, Arabic and common punctuation weigh 1, everything else 2; the text is counted in NFC.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// What every address counts, because it is replaced by a short one.
const LINK: usize = 23;
/// Endings of names without `https://` that people write and that X makes links of; every ending of two letters is one too.
const ENDINGS: [&str; 18] = [
    "app", "biz", "blog", "com", "dev", "edu", "example", "gov", "info", "io", "jobs", "live", "mobi", "net", "news", "online", "org",
    "shop",
];

/// The weight of a text.
pub(crate) fn weight(text: &str) -> usize {
    let text: String = text.nfc().collect();
    let links = addresses(&text);
    let mut used = links.len() * LINK;
    let mut from = 0;
    for link in links.iter().chain(std::iter::once(&(text.len()..text.len()))) {
        used += text.get(from..link.start).unwrap_or_default().graphemes(true).map(grapheme).sum::<usize>();
        from = link.end;
    }
    used
}

/// What people see as one character.
fn grapheme(grapheme: &str) -> usize {
    let emoji =
        |character: char| matches!(u32::from(character), 0xfe0f | 0x20e3 | 0x1f1e6..=0x1f1ff | 0x1f3fb..=0x1f3ff | 0xe0020..=0xe007f);
    let joined = grapheme.contains('\u{200d}') && grapheme.chars().any(|character| u32::from(character) >= 0x2190);
    if joined || grapheme.chars().any(emoji) { 2 } else { grapheme.chars().map(character).sum() }
}

fn character(character: char) -> usize {
    match u32::from(character) {
        0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247 => 1,
        _ => 2,
    }
}

/// Where addresses stand, with and without `https://`.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = sending::links(text);
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let start = at + word.len() - word.trim_start_matches(['(', '"', '“', '\'', '«']).len();
        at += word.len();
        let bare =
            text.get(start..at).unwrap_or_default().trim_end().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '”', '\'', '»']);
        let inside = found.iter().any(|link| link.start < at && start < link.end);
        if !inside && is_name(bare.split(['/', '?']).next().unwrap_or_default()) {
            found.push(start..start + bare.len());
        }
    }
    found.sort_by_key(|link| link.start);
    found
}

/// Whether this is the name of a server.
fn is_name(name: &str) -> bool {
    let Some((before, ending)) = name.rsplit_once('.') else { return false };
    let label = |label: &str| !label.is_empty() && label.chars().all(|character| character.is_alphanumeric() || character == '-');
    let ending = ending.to_ascii_lowercase();
    let known = ENDINGS.contains(&ending.as_str()) || (ending.len() == 2 && ending.bytes().all(|byte| byte.is_ascii_lowercase()));
    known && before.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::weight;

    #[track_caller]
    fn check(text: &str, expected: usize) {
        assert_eq!(weight(text), expected, "{text}");
    }

    #[test]
    fn characters_have_weights() {
        check("Hello, Grüße, Привет", 20);
        check("你好", 4);
        check("한국어", 6);
        check("“quoted” – dash … and ′", 24);
        check("e\u{301}", 1);
    }

    #[test]
    fn an_emoji_counts_two_whatever_it_is_made_of() {
        check("😀", 2);
        check("👨‍👩‍👧‍👦", 2);
        check("👍🏽", 2);
        check("🇫🇷🇬🇧", 4);
        check("1️⃣", 2);
        check("❤️", 2);
    }

    #[test]
    fn an_address_counts_23() {
        check("https://a.example", 23);
        check("See https://shop.example/very/long/path?with=a&query=that&goes=on&and=on.", 4 + 23 + 1);
        check("shop.example/returns, please", 23 + 8);
        check("Bye.See you", 11);
        check("1.5 l", 5);
    }
}
