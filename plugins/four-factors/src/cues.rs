//! The words that tell haste and the type of a message, read once, when the plugin is configured.

use words::{Phrases, Token};

/// Why something is in haste.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Haste {
    /// People or homes may come to harm.
    Danger,
    /// Money or an identity is being stolen.
    Money,
    /// It must be done by a time.
    Deadline,
    /// Lawyers, courts, authorities, the press.
    Legal,
    /// Something has stopped.
    Outage,
    /// Somebody has been waiting.
    Waiting,
    /// The operator's own words.
    Own,
    /// No haste at all: keeps a phrase from being read word by word.
    Calm,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Something is wrong.
    Problem,
    /// Something is asked.
    Question,
    /// Somebody wants to buy.
    Opportunity,
    /// Somebody is pleased.
    Praise,
    /// Advertising, nothing at all.
    Noise,
    /// None of these.
    Other,
}

impl Type {
    /// All of them, with the names of settings and signals.
    pub const ALL: [(&'static str, Self); 6] = [
        ("problem", Self::Problem),
        ("question", Self::Question),
        ("opportunity", Self::Opportunity),
        ("praise", Self::Praise),
        ("noise", Self::Noise),
        ("other", Self::Other),
    ];
}

/// A word or phrase of haste.
#[derive(Clone, Debug, PartialEq)]
pub struct HasteWord {
    /// Why.
    pub haste: Haste,
    /// Zero to one.
    pub strength: f32,
    /// The entry itself, for reasons: our word, not the customer's.
    pub entry: Box<str>,
}

/// A word or phrase that tells the type; none: it keeps a phrase from being read word by word.
pub type TypeWord = (Option<Type>, Box<str>);

/// All words.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Of haste.
    pub haste: Phrases<HasteWord>,
    /// Of types.
    pub types: Phrases<TypeWord>,
}

impl Words {
    /// The built-in ones, English and French together: what a customer writes may mix both.
    #[must_use]
    pub fn built_in() -> Self {
        let mut words = Self::default();
        for line in lines(include_str!("cues/urgency.txt")) {
            let mut parts = line.split_whitespace();
            let haste = parts.next().and_then(haste).unwrap_or(Haste::Calm);
            let strength = parts.next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
            for entry in parts {
                words.hasten(&entry.replace('_', " "), haste, strength);
            }
        }
        for line in lines(include_str!("cues/type.txt")) {
            let mut parts = line.split_whitespace();
            let name = parts.next().unwrap_or_default();
            let kind = Type::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
            for entry in parts.map(|entry| entry.replace('_', " ")) {
                let shown = entry.trim_end_matches('*').into();
                words.types.insert(&entry, (kind, shown));
            }
        }
        words
    }

    /// Adds a word of haste. False: there is no word in it.
    pub fn hasten(&mut self, phrase: &str, haste: Haste, strength: f32) -> bool {
        self.haste.insert(phrase, HasteWord { haste, strength, entry: phrase.trim_end_matches('*').into() })
    }
}

/// Calls `found` with every longest phrase, none overlapping.
pub fn scan<'a, T>(phrases: &'a Phrases<T>, tokens: &[Token], mut found: impl FnMut(&'a T)) {
    let mut at = 0;
    while at < tokens.len() {
        at += match phrases.longest(tokens, at) {
            Some((length, value)) => {
                found(value);
                length
            }
            None => 1,
        };
    }
}

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !(line.is_empty() || line.starts_with('#')))
}

fn haste(name: &str) -> Option<Haste> {
    Some(match name {
        "danger" => Haste::Danger,
        "money" => Haste::Money,
        "deadline" => Haste::Deadline,
        "legal" => Haste::Legal,
        "outage" => Haste::Outage,
        "waiting" => Haste::Waiting,
        "calm" => Haste::Calm,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_well_formed() {
        for line in lines(include_str!("cues/urgency.txt")) {
            let parts: Vec<&str> = line.split_whitespace().collect();
            assert!(haste(parts[0]).is_some() && parts[1].parse::<f32>().is_ok_and(|strength| (0.0..=1.0).contains(&strength)), "{line}");
        }
        for line in lines(include_str!("cues/type.txt")) {
            let name = line.split_whitespace().next().unwrap();
            assert!(name == "settled" || Type::ALL.iter().any(|(known, _)| *known == name), "{line}");
        }
    }
}
