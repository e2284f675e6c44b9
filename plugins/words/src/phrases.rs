//! Words and phrases found in a text in one pass, however many there are to look for.

use crate::table::Table;
use crate::token::{Kind, Token, tokens};

/// Phrases with a value each. A phrase is one or more words; a word that ends in `*` stands for all words that begin like it.
#[derive(Clone, Debug)]
pub struct Phrases<T> {
    whole: Table<Vec<Entry<T>>>,
    stems: Table<Vec<Entry<T>>>,
    stem_bytes_max: usize,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    rest: Box<[Piece]>,
    value: T,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    text: Box<str>,
    stem: bool,
}

impl<T> Default for Phrases<T> {
    fn default() -> Self {
        Self { whole: Table::default(), stems: Table::default(), stem_bytes_max: 0 }
    }
}

impl<T> Phrases<T> {
    /// Adds a phrase, folded here. The same phrase again replaces its value. False: there is no word in it.
    pub fn insert(&mut self, phrase: &str, value: T) -> bool {
        let mut pieces = pieces(phrase).into_iter();
        let Some(first) = pieces.next() else { return false };
        let rest: Box<[Piece]> = pieces.collect();
        if first.stem {
            self.stem_bytes_max = self.stem_bytes_max.max(first.text.len());
        }
        let entries = if first.stem { self.stems.entry(first.text) } else { self.whole.entry(first.text) }.or_default();
        match entries.iter_mut().find(|entry| entry.rest == rest) {
            Some(entry) => entry.value = value,
            None => {
                let place = entries.iter().position(|entry| entry.rest.len() < rest.len()).unwrap_or(entries.len());
                entries.insert(place, Entry { rest, value });
            }
        }
        true
    }

    /// The longest phrase that begins at token `at`: how many tokens it takes, and its value. Of equally long ones a whole word wins over
    /// a stem, and a long stem over a short one.
    #[must_use]
    pub fn longest(&self, tokens: &[Token], at: usize) -> Option<(usize, &T)> {
        let mut best: Option<(usize, &T)> = None;
        self.each(tokens, at, |length, value| {
            if best.is_none_or(|(longest, _)| length > longest) {
                best = Some((length, value));
            }
        });
        best
    }

    /// Every phrase that begins at token `at`.
    pub fn each<'a>(&'a self, tokens: &[Token], at: usize, mut found: impl FnMut(usize, &'a T)) {
        let Some(token) = tokens.get(at).filter(|token| !token.folded.is_empty()) else { return };
        let after = tokens.get(at + 1..).unwrap_or(&[]);
        let mut offer = |entries: &'a [Entry<T>]| {
            for entry in entries {
                if let Some(length) = entry.length(after) {
                    found(length + 1, &entry.value);
                }
            }
        };
        if let Some(entries) = self.whole.get(token.folded.as_str()) {
            offer(entries);
        }
        let longest = token.folded.len().min(self.stem_bytes_max);
        for end in (1..=longest).rev() {
            if let Some(entries) = token.folded.get(..end).and_then(|stem| self.stems.get(stem)) {
                offer(entries);
            }
        }
    }
}

impl<T> Entry<T> {
    /// How many of the tokens the rest of the phrase takes; hyphens between words are passed over.
    fn length(&self, after: &[Token]) -> Option<usize> {
        let mut used = 0;
        for piece in &self.rest {
            let mut token = after.get(used)?;
            if token.is_mark("-") && piece.text.as_ref() != "-" {
                used += 1;
                token = after.get(used)?;
            }
            let fits = if piece.stem { token.folded.starts_with(piece.text.as_ref()) } else { token.folded == piece.text.as_ref() };
            if !fits {
                return None;
            }
            used += 1;
        }
        Some(used)
    }
}

/// The folded words of a phrase, without marks.
#[must_use]
pub fn words_of(phrase: &str) -> Vec<String> {
    pieces(phrase).into_iter().map(|piece| piece.text.into()).collect()
}

fn pieces(phrase: &str) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut last_end = 0;
    for token in tokens(phrase) {
        match token.kind {
            Kind::Mark if token.folded == "*" && token.start == last_end => {
                if let Some(piece) = out.last_mut() {
                    piece.stem = true;
                }
            }
            Kind::Mark | Kind::Mention | Kind::Address => {}
            _ => out.push(Piece { text: token.folded.into(), stem: false }),
        }
        last_end = token.end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(phrases: &[&str], text: &str, expected: &[(usize, &str)]) {
        let mut all = Phrases::default();
        for phrase in phrases {
            assert!(all.insert(phrase, (*phrase).to_owned()));
        }
        let tokens = tokens(text);
        let found: Vec<(usize, &str)> =
            (0..tokens.len()).filter_map(|at| all.longest(&tokens, at).map(|(_, value)| (at, value.as_str()))).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn finds_words_and_phrases() {
        check(&["refund"], "A REFUND, please: refunds", &[(1, "refund")]);
        check(&["refund*"], "refunds refunded", &[(0, "refund*"), (1, "refund*")]);
        check(&["still waiting", "still"], "still waiting, still", &[(0, "still waiting"), (3, "still")]);
        check(&["pas reçu"], "toujours PAS RECU", &[(1, "pas reçu")]);
        check(&["week end", "e-mail"], "week-end e mail", &[(0, "week end"), (3, "e-mail")]);
        check(&["bill*", "billing"], "billing billed", &[(0, "billing"), (1, "bill*")]);
        check(&["rembours* pas"], "rembourse pas", &[(0, "rembours* pas")]);
        check(&["返金"], "早く返金して", &[(2, "返金")]);
        check(&["😡", ":("], "😡 :-(", &[(0, "😡"), (1, ":(")]);
    }

    #[test]
    fn a_word_is_not_found_inside_another() {
        check(&["art"], "party artful", &[]);
    }

    #[test]
    fn refuses_phrases_without_words() {
        assert!(!Phrases::default().insert("!?", 1));
    }
}
