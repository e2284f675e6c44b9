//! Phrases that mean something as a whole: of customer care, which public posts teach badly, of thanks, and of mere courtesy.

use words::{Phrases, Token};

use crate::learnt::Tongue;
use crate::learnt::piece::Piece;

/// The phrases of the languages that have some.
#[derive(Clone, Debug)]
pub struct Care {
    english: Phrases<Phrase>,
    french: Phrases<Phrase>,
}

#[derive(Clone, Debug)]
enum Phrase {
    /// Adds so much; as the file writes it.
    Weighs(f32, Box<str>),
    /// Says nothing: the models read the text without it.
    Courtesy,
}

impl Default for Care {
    fn default() -> Self {
        Self { english: phrases(include_str!("care/en.txt")), french: phrases(include_str!("care/fr.txt")) }
    }
}

impl Care {
    /// Notes at the first piece of each phrase what it weighs and where it ends, and at its other pieces that they add nothing to that; takes
    /// courtesy out. Gives the phrases with the places of their first pieces.
    pub fn mark(&self, tokens: &[Token], pieces: &mut [Piece], tongue: Tongue) -> Vec<(usize, &str)> {
        let phrases = match tongue {
            Tongue::English => &self.english,
            Tongue::French => &self.french,
            Tongue::Other => return Vec::new(),
        };
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let Some((length, phrase)) = phrases.longest(tokens, at) else {
                at += 1;
                continue;
            };
            for piece in pieces.iter_mut().skip(at).take(length) {
                piece.phrase = Some(0.0);
                if matches!(phrase, Phrase::Courtesy) {
                    piece.text.clear();
                    piece.weights.fill(0.0);
                }
            }
            let end = pieces.get(at + length - 1).map(|last| last.place.1);
            if let (Some(first), Some(end), Phrase::Weighs(points, entry)) = (pieces.get_mut(at), end, phrase) {
                first.phrase = Some(*points);
                first.place.1 = end;
                found.push((at, &**entry));
            }
            at += length.max(1);
        }
        found
    }
}

/// A file's lines: a weight or `courtesy`, then phrases with `_` for spaces.
fn phrases(file: &str) -> Phrases<Phrase> {
    let mut phrases = Phrases::default();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let mut entries = line.split_whitespace();
        let kind = entries.next().unwrap_or_default();
        let points = f32::from(kind.parse::<i8>().unwrap_or_default());
        for entry in entries.map(|entry| entry.replace('_', " ")) {
            let named = entry.trim_end_matches('*').into();
            phrases.insert(&entry, if kind == "courtesy" { Phrase::Courtesy } else { Phrase::Weighs(points, named) });
        }
    }
    phrases
}

#[cfg(test)]
mod tests {
    #[test]
    fn files_are_well_formed() {
        for file in [include_str!("care/en.txt"), include_str!("care/fr.txt")] {
            for line in file.lines().filter(|line| !(line.is_empty() || line.starts_with('#'))) {
                let (points, entries) = line.split_once(' ').unwrap();
                let least = if points == "courtesy" { 1 } else { 2 };
                assert!(least == 1 || points.parse::<i8>().unwrap().abs() <= 4, "{line}");
                assert!(entries.split(' ').all(|entry| words::words_of(&entry.replace('_', " ")).len() >= least), "{line}");
            }
        }
    }
}
