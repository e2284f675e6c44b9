//! Segments: in what phone networks carry a text, and what is paid for.
//!
//! 160 characters of the GSM 03.38 alphabet fit into one, or 70 units of UTF-16 when the text has any other character; a longer text is
//! split into parts of 153 or 67, because the rest says which part it is. Characters of the extension table count twice.

/// How many segments a text is.
pub(crate) fn count(text: &str) -> usize {
    let (units, one, several) = match septets(text) {
        Some(septets) => (septets, 160, 153),
        None => (text.encode_utf16().count(), 70, 67),
    };
    if units <= one { 1 } else { units.div_ceil(several) }
}

/// How many characters of this text's alphabet fit into so many segments.
pub(crate) fn room(text: &str, segments: usize) -> usize {
    let (one, several) = if septets(text).is_some() { (160, 153) } else { (70, 67) };
    if segments <= 1 { one } else { several * segments }
}

/// The length in septets; none when a character is in neither table.
fn septets(text: &str) -> Option<usize> {
    let one = |character: char| {
        if BASIC.contains(character) { Some(1) } else { EXTENSION.contains(character).then_some(2) }
    };
    text.chars().map(one).sum()
}

const BASIC: &str =
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "^{}\\[~]|€\u{c}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_by_alphabet() {
        for (text, expected) in [
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("ê".repeat(70), 1),
            ("ê".repeat(71), 2),
            ("🙂".repeat(35), 1),
            ("🙂".repeat(36), 2),
            (String::new(), 1),
        ] {
            assert_eq!(count(&text), expected, "{} × {:?}", text.chars().count(), text.chars().next());
        }
        assert_eq!((room("a", 10), room("ê", 2), room("ê", 1)), (1530, 134, 70));
    }
}
