use unicode_segmentation::UnicodeSegmentation as _;

/// In what a channel counts a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode scalar values.
    Chars,
    /// Extended grapheme clusters (UAX #29).
    Graphemes,
    /// Code units of UTF-16.
    Utf16,
}

impl Unit {
    /// How long the text is in this unit.
    #[must_use]
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Bytes => text.len(),
            Self::Chars => text.chars().count(),
            Self::Graphemes => text.graphemes(true).count(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }
}

/// Whether a text has at most so many units.
///
/// # Errors
/// `TooLong` with the limit.
pub fn fits(text: &str, unit: Unit, max: u32) -> Result<(), pointsman_plugin::Undelivered> {
    let fits = unit.count(text) <= usize::try_from(max).unwrap_or(usize::MAX);
    if fits { Ok(()) } else { Err(pointsman_plugin::Undelivered::TooLong(max)) }
}

/// The text in parts of at most so many units each, broken at line breaks where it can be, else at blanks, else between graphemes.
#[must_use]
pub fn split(text: &str, unit: Unit, max: usize) -> Vec<String> {
    let (mut parts, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() {
        let (part, after) = rest.split_at(end_of_part(rest, unit, max.max(1)));
        parts.push(part.trim_end().to_owned());
        rest = after.trim_start();
    }
    parts
}

fn end_of_part(text: &str, unit: Unit, max: usize) -> usize {
    let (mut used, mut end, mut line, mut blank) = (0, 0, None, None);
    for (at, grapheme) in text.grapheme_indices(true) {
        used += unit.count(grapheme);
        if used > max && end > 0 {
            return line.or(blank).unwrap_or(end);
        }
        end = at + grapheme.len();
        match grapheme {
            "\n" | "\r\n" => line = Some(end),
            _ if grapheme.chars().all(char::is_whitespace) => blank = Some(end),
            _ => {}
        }
    }
    text.len()
}
