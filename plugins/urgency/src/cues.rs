//! The words that make haste or take it away, read once, when the plugin is configured.

use words::Phrases;

/// Why something is in haste, or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// People or homes may come to harm.
    Safety,
    /// A card is lost, money or an identity is being stolen.
    Fraud,
    /// It is said to be urgent.
    Haste,
    /// It has to be done by a time.
    Deadline,
    /// Something has stopped.
    Outage,
    /// Lawyers, courts, authorities, the press.
    Legal,
    /// It was said before.
    Repetition,
    /// Somebody has been waiting.
    Waiting,
    /// The operator's own words.
    Own,
    /// Exclamation marks in a row.
    Emphasis,
    /// It is said that it can wait.
    Calm,
    /// It is over.
    Settled,
    /// Keeps a phrase from being read word by word.
    Nothing,
}

impl Kind {
    /// Those that make haste, with the names of settings and reasons.
    pub const URGENT: [(&'static str, Self); 10] = [
        ("safety", Self::Safety),
        ("fraud", Self::Fraud),
        ("haste", Self::Haste),
        ("deadline", Self::Deadline),
        ("outage", Self::Outage),
        ("legal", Self::Legal),
        ("repetition", Self::Repetition),
        ("waiting", Self::Waiting),
        ("own-words", Self::Own),
        ("emphasis", Self::Emphasis),
    ];

    /// It makes haste.
    #[must_use]
    pub fn is_urgent(self) -> bool {
        !matches!(self, Self::Calm | Self::Settled | Self::Nothing)
    }

    fn of(name: &str) -> Option<Self> {
        match name {
            "calm" => Some(Self::Calm),
            "settled" => Some(Self::Settled),
            "nothing" => Some(Self::Nothing),
            _ => Self::URGENT.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind),
        }
    }
}

/// A word or phrase.
#[derive(Clone, Debug, PartialEq)]
pub struct Cue {
    /// What it says.
    pub kind: Kind,
    /// How strongly, from 0 to 1; 0 says nothing.
    pub strength: f32,
    /// The entry itself, for reasons.
    pub entry: Box<str>,
}

/// The built-in words, English and French together: what a customer writes may mix both.
#[must_use]
pub fn built_in() -> Phrases<Cue> {
    let mut phrases = Phrases::default();
    for (kind, strength, entry) in entries(include_str!("urgency.txt")) {
        insert(&mut phrases, &entry, kind, strength);
    }
    phrases
}

/// Adds a word or phrase. False: there is no word in it.
pub fn insert(phrases: &mut Phrases<Cue>, phrase: &str, kind: Kind, strength: f32) -> bool {
    phrases.insert(phrase, Cue { kind, strength, entry: phrase.trim_end_matches('*').into() })
}

/// Every entry of the file with its kind and strength.
fn entries(file: &'static str) -> impl Iterator<Item = (Kind, f32, String)> {
    let lines = file.lines().filter(|line| !(line.is_empty() || line.starts_with('#')));
    lines.flat_map(|line| {
        let mut parts = line.split_whitespace();
        let kind = parts.next().and_then(Kind::of).unwrap_or(Kind::Nothing);
        let strength = parts.next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
        parts.map(move |entry| (kind, strength, entry.replace('_', " ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_well_formed() {
        let file = include_str!("urgency.txt");
        for line in file.lines().filter(|line| !(line.is_empty() || line.starts_with('#'))) {
            let parts: Vec<&str> = line.split_whitespace().collect();
            assert!(
                Kind::of(parts[0]).is_some() && parts[1].parse::<f32>().is_ok_and(|strength| (0.0..=1.0).contains(&strength)),
                "{line}"
            );
        }
        for (_, _, entry) in entries(file) {
            assert!(Phrases::default().insert(&entry, ()), "{entry}");
        }
    }
}
