//! What words weigh: read from the files of `lexicon/` and from the settings, once, when the plugin is configured.

use words::Phrases;

/// The languages that have a lexicon; `any` is part of each.
pub const LANGUAGES: [&str; 2] = ["en", "fr"];

/// What a word or phrase weighs.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Below zero for what displeases; 0 keeps a phrase from being read word by word.
    pub points: f32,
    /// The entry itself, for reasons: our word, not the customer's.
    pub entry: Box<str>,
    /// What kind of cue it is.
    pub cue: Cue,
}

/// Kinds of cues, which settings can switch off one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cue {
    /// One word.
    Word,
    /// Several words that mean something together.
    Phrase,
    /// Emoji and faces.
    Sign,
}

/// What a word does to the words around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn {
    /// Turns what follows round.
    Negate,
    /// Multiplies what follows.
    Boost(f32),
    /// What follows counts more than what came before.
    Contrast,
    /// The sentence is meant the other way round.
    Sarcasm,
}

/// The words of one language.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    /// Words that weigh.
    pub weights: Phrases<Weight>,
    /// Words that change what others weigh.
    pub turns: Phrases<Turn>,
}

impl Lexicon {
    /// The built-in words of a language; only the signs for a language without words.
    #[must_use]
    pub fn built_in(language: &str) -> Self {
        let mut lexicon = Self::default();
        lexicon.read(include_str!("lexicon/any.txt"));
        match language {
            "en" => lexicon.read(include_str!("lexicon/en.txt")),
            "fr" => lexicon.read(include_str!("lexicon/fr.txt")),
            _ => {}
        }
        lexicon
    }

    /// Adds a word or phrase, or replaces what it weighs. False: there is no word in it.
    pub fn weigh(&mut self, phrase: &str, points: f32) -> bool {
        let several = words::words_of(phrase).len() > 1;
        let sign = !phrase.chars().any(char::is_alphabetic) || matches!(phrase, ":d" | ":p");
        let cue = match (sign, several) {
            (true, _) => Cue::Sign,
            (false, true) => Cue::Phrase,
            (false, false) => Cue::Word,
        };
        self.weights.insert(phrase, Weight { points, entry: phrase.trim_end_matches('*').into(), cue })
    }

    /// Reads a file: sections in brackets, a number where one is needed, then entries with `_` for spaces.
    fn read(&mut self, file: &str) {
        let mut section = "";
        for line in file.lines().map(str::trim).filter(|line| !(line.is_empty() || line.starts_with('#'))) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name;
                continue;
            }
            let mut entries = line.split_whitespace();
            let number = if matches!(section, "words" | "boosters") {
                entries.next().and_then(|text| text.parse().ok()).unwrap_or(0.0)
            } else {
                0.0
            };
            for entry in entries.map(|entry| entry.replace('_', " ")) {
                let turn = match section {
                    "words" => {
                        self.weigh(&entry, number);
                        continue;
                    }
                    "boosters" => Turn::Boost(number),
                    "negators" => Turn::Negate,
                    "contrast" => Turn::Contrast,
                    _ => Turn::Sarcasm,
                };
                self.turns.insert(&entry, turn);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries that mean nothing (a misspelt section, a number that does not parse, the same entry twice) are found here, not by customers.
    #[test]
    fn files_are_well_formed() {
        let mut doubled = Vec::new();
        for (name, file) in
            [("any", include_str!("lexicon/any.txt")), ("en", include_str!("lexicon/en.txt")), ("fr", include_str!("lexicon/fr.txt"))]
        {
            let mut section = "";
            let mut seen = std::collections::BTreeMap::new();
            for line in file.lines().filter(|line| !(line.is_empty() || line.starts_with('#'))) {
                if line.starts_with('[') {
                    section = line;
                    assert!(["[words]", "[negators]", "[boosters]", "[contrast]", "[sarcasm]"].contains(&line), "{name}: {line}");
                    continue;
                }
                let mut entries = line.split_whitespace();
                if ["[words]", "[boosters]"].contains(&section) {
                    let number: f32 = entries.next().unwrap().parse().unwrap_or_else(|_| panic!("{name}: {line}"));
                    assert!(number.abs() <= 4.0);
                }
                for entry in entries {
                    let folded = words::words_of(&entry.replace('_', " ")).join(" ");
                    assert!(!folded.is_empty(), "{name}: `{entry}` has no word");
                    let stem = entry.ends_with('*');
                    let twice = seen.insert((section.to_owned(), folded, stem), line.split(' ').next().map(str::to_owned));
                    if twice.is_some() {
                        doubled.push(format!("{name}: `{entry}`"));
                    }
                }
            }
        }
        assert!(doubled.is_empty(), "these stand twice: {doubled:?}");
    }

    #[test]
    fn later_entries_replace_earlier_ones() {
        let mut lexicon = Lexicon::built_in("en");
        assert!(lexicon.weigh("awesome", -1.0));
        let tokens = words::tokens("awesome");
        assert_eq!(lexicon.weights.longest(&tokens, 0).map(|(_, weight)| weight.points), Some(-1.0));
    }
}
