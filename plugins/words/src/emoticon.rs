//! Faces made of punctuation.

/// Faces, longest first among those that share a beginning; the second part is what tokens are called.
const FACES: &[(&str, &str)] = &[
    (":'-(", ":("),
    (":'(", ":("),
    (":’(", ":("),
    (":-((", ":("),
    (":((", ":("),
    (":-(", ":("),
    (":(", ":("),
    ("=(", ":("),
    (":-[", ":("),
    (":[", ":("),
    (":-/", ":/"),
    (":-\\", ":/"),
    (":/", ":/"),
    (":\\", ":/"),
    (":-|", ":|"),
    (":|", ":|"),
    (":-@", ":@"),
    (":@", ":@"),
    (">:(", ":@"),
    (":'-)", ":)"),
    (":')", ":)"),
    (":-))", ":)"),
    (":))", ":)"),
    (":-)", ":)"),
    (":)", ":)"),
    ("=)", ":)"),
    (":-]", ":)"),
    (":]", ":)"),
    ("(:", ":)"),
    (";-)", ";)"),
    (";)", ";)"),
    (":-D", ":d"),
    (":D", ":d"),
    ("=D", ":d"),
    (":-P", ":p"),
    (":P", ":p"),
    (":-p", ":p"),
    (":p", ":p"),
    (":-*", ":*"),
    (":*", ":*"),
    ("<3", "<3"),
    ("</3", "</3"),
    ("^^", ":)"),
    ("^_^", ":)"),
    ("-_-", ":/"),
    ("):", ":("),
    ("D:", ":("),
];

/// The face at the beginning of `rest`: its name and its length in bytes.
pub(crate) fn face(rest: &str) -> Option<(&'static str, usize)> {
    let first = rest.as_bytes().first()?;
    if !matches!(first, b':' | b'=' | b'(' | b')' | b';' | b'<' | b'^' | b'-' | b'>' | b'D') {
        return None;
    }
    let found = FACES.iter().find(|(face, _)| rest.starts_with(face))?;
    let (face, name) = *found;
    let after = rest.get(face.len()..).and_then(|text| text.chars().next());
    let ends_in_letter = face.ends_with(|c: char| c.is_alphanumeric());
    let runs_on = after.is_some_and(|c| c.is_alphanumeric() && ends_in_letter || c == '/' && face.ends_with('/'));
    (!runs_on).then_some((name, face.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_faces() {
        for (text, expected) in [
            (":) fine", Some((":)", 2))),
            (":-)", Some((":)", 3))),
            (":'( no", Some((":(", 3))),
            (":D", Some((":d", 2))),
            (":Dog", None),
            ("://example", None),
            ("<3", Some(("<3", 2))),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(face(text), expected, "{text}");
        }
    }
}
