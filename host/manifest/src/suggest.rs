//! What somebody probably meant to write.

/// The candidate nearest to `written`, when it is near enough to be a slip: at most a third of the letters differ.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = written.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let allowed = letters.max(candidate.chars().count()).div_ceil(3);
        let distance = distance(written, candidate);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The remedy for an unknown name: the nearest candidate, or all of them.
pub(crate) fn remedy<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match nearest(written, candidates.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if candidates.is_empty() => "there is none".to_owned(),
        None => format!("there is {}", list(&candidates, "and")),
    }
}

/// `a`, `b` and `c`, at most twelve of them.
pub(crate) fn list(names: &[&str], last: &str) -> String {
    const SHOWN_MAX: usize = 12;
    let mut quoted: Vec<String> = names.iter().take(SHOWN_MAX).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN_MAX {
        quoted.push(format!("{} more", names.len() - SHOWN_MAX));
    }
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// Insertions, removals, changes and swaps of neighbours between two texts (optimal string alignment), by characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let (mut before, mut row): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=b.len()).collect());
    let mut last = None;
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (at(&row, j) + usize::from(x != *y)).min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            let swapped = j.checked_sub(1).filter(|k| last == Some(*y) && b.get(*k) == Some(&x));
            if let Some(k) = swapped {
                cost = cost.min(at(&before, k) + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
        last = Some(x);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("when", "when", 0), ("whne", "when", 1), ("kitten", "sitting", 3), ("é", "e", 1)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn nearest_is_a_slip_or_nothing() {
        let known = ["sentiment", "rules", "four-factors"];
        for (written, expected) in
            [("sentimnt", Some("sentiment")), ("rule", Some("rules")), ("four_factors", Some("four-factors")), ("zebra", None), ("", None)]
        {
            assert_eq!(nearest(written, known), expected, "{written}");
        }
    }

    #[test]
    fn remedies() {
        assert_eq!(remedy("zebra", ["rules", "json"]), "there is `rules` and `json`");
        assert_eq!(remedy("zebra", []), "there is none");
        assert_eq!(list(&["a"], "or"), "`a`");
        assert_eq!(list(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_bounded(a in "[a-c]{0,8}", b in "[a-c]{0,8}") {
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert!(distance(&a, &b) <= a.len().max(b.len()));
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
        }
    }
}
