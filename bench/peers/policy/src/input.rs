//! What is decided about: generated, the same in every run.

use serde::{Deserialize, Serialize};

use crate::{AuthorSubject, SignalSubject, Subject};

/// An interaction as the policy sees it. Everything is always there, so that no peer needs to ask for what is missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in the contract's interaction")]
pub struct Input {
    pub text: String,
    pub channel: String,
    pub kind: String,
    pub visibility: String,
    pub language: String,
    pub rating: f64,
    pub author: Author,
    pub signals: Signals,
    pub engagement: Engagement,
}

/// Who spoke.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in the contract's author")]
pub struct Author {
    pub id: String,
    pub followers: i64,
    pub verified: bool,
    pub bot: bool,
}

/// What classifiers found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "names of signals")]
pub struct Signals {
    pub sentiment: String,
    pub topic: String,
    pub urgency: f64,
    pub spam: f64,
}

/// How others took part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in the contract's engagement")]
pub struct Engagement {
    pub shares: i64,
}

impl Input {
    /// What the rules look at.
    #[must_use]
    pub fn subject(&self) -> Subject<'_> {
        let Author { followers, verified, bot, .. } = self.author;
        let signals = SignalSubject {
            sentiment: &self.signals.sentiment,
            topic: &self.signals.topic,
            urgency: self.signals.urgency,
            spam: self.signals.spam,
        };
        Subject {
            text: &self.text,
            channel: &self.channel,
            kind: &self.kind,
            visibility: &self.visibility,
            language: &self.language,
            rating: self.rating,
            author: AuthorSubject { followers, verified, bot },
            signals,
            engagement: self.engagement,
        }
    }
}

const CHANNELS: [&str; 7] = ["shop", "email", "mastodon", "bluesky", "reviews", "chat", "phone"];
const KINDS: [&str; 7] = ["message", "comment", "post", "mention", "review", "lead", "other"];
const SENTIMENTS: [&str; 3] = ["negative", "neutral", "positive"];
const TOPICS: [&str; 5] = ["complaint", "question", "praise", "idea", "other"];
const FOLLOWERS: [i64; 6] = [0, 40, 900, 4_000, 60_000, 250_000];
const FILLERS: [&str; 24] = [
    "the", "shade", "arrived", "with", "a", "small", "note", "from", "your", "workshop", "and", "we", "put", "it", "above", "our",
    "kitchen", "table", "where", "everyone", "could", "see", "how", "nice",
];
const PHRASES: [&str; 36] = [
    "urgent",
    "right now",
    "today",
    "this evening",
    "smoke",
    "sparks",
    "hurt",
    "still waiting",
    "nobody replies",
    "third time",
    "once more",
    "lawyer",
    "court",
    "refund",
    "money back",
    "invoice",
    "charged twice",
    "cancel my",
    "switching to",
    "broken",
    "does not work",
    "late",
    "lost parcel",
    "data protection",
    "delete my account",
    "disappointed",
    "never again",
    "thank you",
    "well done",
    "wholesale",
    "bulk order",
    "journalist",
    "press office",
    "lamp",
    "socket",
    "stopped working",
];

/// The first `count` interactions, each text about 280 characters.
#[must_use]
pub fn inputs(count: usize) -> Vec<Input> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    (0..count).map(|at| input(&mut dice, at)).collect()
}

fn input(dice: &mut Dice, at: usize) -> Input {
    let mut text = String::new();
    while text.len() < 272 {
        let phrase = dice.below(20) == 0;
        text.push_str(if phrase { dice.pick(&PHRASES) } else { dice.pick(&FILLERS) });
        text.push(' ');
    }
    Input {
        text,
        channel: dice.pick(&CHANNELS).to_owned(),
        kind: dice.pick(&KINDS).to_owned(),
        visibility: if dice.below(2) == 0 { "public" } else { "private" }.to_owned(),
        language: if dice.below(4) == 0 { "fr" } else { "en" }.to_owned(),
        rating: dice.part(),
        author: Author {
            id: format!("author-{at:03}"),
            followers: dice.pick(&FOLLOWERS),
            verified: dice.below(6) == 0,
            bot: dice.below(12) == 0,
        },
        signals: Signals {
            sentiment: dice.pick(&SENTIMENTS).to_owned(),
            topic: dice.pick(&TOPICS).to_owned(),
            urgency: dice.part(),
            spam: if dice.below(5) == 0 { dice.part() } else { 0.0 },
        },
        engagement: Engagement { shares: i64::try_from(dice.below(80)).unwrap_or_default() },
    }
}

/// A small generator (xorshift): the same everywhere, no dependency.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % count
    }

    fn pick<T: Copy + Default>(&mut self, of: &[T]) -> T {
        let at = self.below(u64::try_from(of.len()).unwrap_or(1));
        usize::try_from(at).ok().and_then(|at| of.get(at).copied()).unwrap_or_default()
    }

    /// 0 to 1 in parts of 64: exact in 32 bits too, and never one of the rules' limits but 0.5.
    fn part(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(65)).unwrap_or_default()) / 64.0
    }
}
