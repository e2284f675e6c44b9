use std::ops::Range;

/// Where the addresses with `http://` or `https://` stand in a text, in bytes, without the punctuation that ends a sentence.
#[must_use]
pub fn links(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = next(text, from) {
        let rest = text.get(start..).unwrap_or_default();
        let whole = rest.find(|character: char| character.is_whitespace() || matches!(character, '<' | '>' | '"')).unwrap_or(rest.len());
        let end = start + ended(rest.get(..whole).unwrap_or_default());
        if end > start + "https://".len() {
            found.push(start..end);
        }
        from = end.max(start + 1);
    }
    found
}

fn next(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let first = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min()?;
    Some(from + first)
}

/// The length without what belongs to the sentence: full stops, quotes, a bracket that is not opened inside.
fn ended(link: &str) -> usize {
    let mut link = link;
    loop {
        let shorter = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '”', '’', '*', '_']);
        let bracket = shorter.ends_with(')') && shorter.matches(')').count() > shorter.matches('(').count();
        let shorter = if bracket { shorter.strip_suffix(')').unwrap_or(shorter) } else { shorter };
        if shorter.len() == link.len() {
            return link.len();
        }
        link = shorter;
    }
}
