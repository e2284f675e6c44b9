//! How a text feels: cues found, turned by the words around them, and summed.
//!
//! One pass over the tokens, sentence by sentence. What a negation, a booster or a contrast reaches ends with the sentence.

use words::{Kind, Phrases, Token};

use crate::lexicon::{Cue, Lexicon, Turn};
use crate::options::Cues;

/// A negation reaches this many words, unless a comma or a sentence ends it.
const NEGATION_WORDS: usize = 4;
/// A booster reaches this many words.
const BOOST_WORDS: usize = 2;
/// What remains, turned round, of something pleasing or displeasing that is negated: "not good" is bad, "not bad" is hardly good.
const NEGATED: (f32, f32) = (-0.7, -0.35);
const BEFORE_CONTRAST: f32 = 0.6;
const AFTER_CONTRAST: f32 = 1.3;
const SHOUTED: f32 = 1.3;
const STRETCHED: f32 = 1.2;
/// Each of the first three exclamation marks adds this share.
const EXCLAIMED: f32 = 0.12;
/// What is asked is not said.
const ASKED: f32 = 0.55;
const SARCASM_POINTS: f32 = -2.5;
/// What remains, turned round, of praise beside a sarcastic phrase.
const SARCASM_TURN: f32 = -0.5;
/// The sum at which the score is 0.7 of its way: more words say less and less.
const HALF: f32 = 3.5;

/// A cue that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// First byte in the text.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// What it adds, after all turns.
    pub points: f32,
    /// The lexicon's entry.
    pub entry: Box<str>,
    /// What kind of cue it is.
    pub cue: Cue,
    /// It stood behind a negation.
    pub negated: bool,
    token: usize,
}

/// What was found in a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Finding {
    /// The cues, in the text's order.
    pub hits: Vec<Hit>,
    /// Their sum.
    pub sum: f32,
    /// A contrast moved weight.
    pub contrast: bool,
    /// A question was damped.
    pub asked: bool,
    /// Capitals, stretched words or exclamation marks added weight.
    pub emphasis: bool,
    /// A sarcastic phrase turned praise round.
    pub sarcasm: bool,
}

impl Finding {
    /// From −1 to 1.
    #[must_use]
    pub fn score(&self) -> f32 {
        if self.sum == 0.0 { 0.0 } else { self.sum / (self.sum * self.sum + HALF * HALF).sqrt() }
    }

    /// Adds what another part of the same interaction says; its places are not those of the text and are left out.
    pub(crate) fn add(&mut self, other: &Self) {
        self.sum += other.sum;
        self.contrast |= other.contrast;
        self.asked |= other.asked;
        self.emphasis |= other.emphasis;
        self.sarcasm |= other.sarcasm;
        let placeless = other.hits.iter().cloned().map(|hit| Hit { start: 0, end: 0, ..hit });
        self.hits.extend(placeless);
    }
}

/// Reads tokens with a lexicon.
#[must_use]
pub fn judge(tokens: &[Token], lexicon: &Lexicon, cues: &Cues) -> Finding {
    let all_shouted = tokens.iter().filter(|token| token.kind == Kind::Word && token.folded.len() > 1).all(|token| token.shouted);
    let mut finding = Finding::default();
    let mut at = 0;
    while at < tokens.len() {
        let end = sentence_end(tokens, at);
        let mut sentence = Sentence { tokens, at, end, lexicon, cues, all_shouted, ..Sentence::new(tokens, lexicon, cues) };
        sentence.read();
        sentence.close(&mut finding);
        at = end;
    }
    finding.sum = finding.hits.iter().map(|hit| hit.points).sum();
    finding
}

/// The token after the marks that end the sentence which begins at `at`.
fn sentence_end(tokens: &[Token], at: usize) -> usize {
    let ends = |token: &Token| token.kind == Kind::Mark && matches!(token.folded.as_str(), "." | "!" | "?" | "…" | "\n");
    let rest = tokens.get(at..).unwrap_or(&[]);
    let words = rest.iter().position(ends).unwrap_or(rest.len());
    let marks = rest.iter().skip(words).position(|token| !ends(token)).unwrap_or(rest.len() - words);
    at + (words + marks).max(1)
}

struct Sentence<'a> {
    tokens: &'a [Token],
    at: usize,
    end: usize,
    lexicon: &'a Lexicon,
    cues: &'a Cues,
    all_shouted: bool,
    hits: Vec<Hit>,
    negated_words: usize,
    boost: f32,
    boost_words: usize,
    contrast_at: Option<usize>,
    sarcasm: bool,
    emphasis: bool,
}

impl<'a> Sentence<'a> {
    fn new(tokens: &'a [Token], lexicon: &'a Lexicon, cues: &'a Cues) -> Self {
        Self {
            tokens,
            at: 0,
            end: 0,
            lexicon,
            cues,
            all_shouted: false,
            hits: Vec::new(),
            negated_words: 0,
            boost: 1.0,
            boost_words: 0,
            contrast_at: None,
            sarcasm: false,
            emphasis: false,
        }
    }

    fn read(&mut self) {
        while self.at < self.end {
            let used = self.step().max(1);
            self.at += used;
        }
    }

    /// Reads what stands at the current token; how many tokens it took.
    fn step(&mut self) -> usize {
        let Some(token) = self.tokens.get(self.at) else { return 1 };
        if token.kind == Kind::Mark {
            if matches!(token.folded.as_str(), "," | ";" | ":" | "(" | ")") {
                self.negated_words = 0;
            }
            return 1;
        }
        let weight = self.find(&self.lexicon.weights).filter(|(_, weight)| self.cues.on(weight.cue));
        let turn = self.find(&self.lexicon.turns);
        match (turn, weight) {
            (Some((length, turn)), weighed)
                if weighed.is_none_or(|(weighed, _)| {
                    length > weighed || !matches!(turn, Turn::Sarcasm | Turn::Boost(_)) && length == weighed
                }) =>
            {
                self.turn(*turn, length);
                length
            }
            (turn, Some((length, weight))) => {
                self.hit(length, weight.points, &weight.entry, weight.cue);
                if let Some((1, Turn::Boost(factor))) = turn {
                    self.boost_next(*factor);
                }
                length
            }
            _ => {
                self.fade();
                1
            }
        }
    }

    fn find<T>(&self, phrases: &'a Phrases<T>) -> Option<(usize, &'a T)> {
        phrases.longest(self.tokens, self.at).filter(|(length, _)| self.at + length <= self.end)
    }

    fn turn(&mut self, turn: Turn, length: usize) {
        match turn {
            Turn::Negate if self.cues.negation => self.negated_words = NEGATION_WORDS + 1,
            Turn::Boost(factor) if self.cues.emphasis => self.boost_next(factor),
            Turn::Contrast if self.cues.contrast => {
                self.contrast_at = Some(self.at);
                self.negated_words = 0;
            }
            Turn::Sarcasm if self.cues.sarcasm => {
                self.sarcasm = true;
                self.push(length, SARCASM_POINTS, "sarcasm", Cue::Phrase, false);
            }
            _ => {}
        }
        self.negated_words = self.negated_words.saturating_sub(1);
    }

    fn boost_next(&mut self, factor: f32) {
        if self.cues.emphasis {
            self.boost = (self.boost * factor).clamp(0.4, 2.2);
            self.boost_words = BOOST_WORDS + 1;
        }
    }

    /// One more word has gone by.
    fn fade(&mut self) {
        self.negated_words = self.negated_words.saturating_sub(1);
        self.boost_words = self.boost_words.saturating_sub(1);
        if self.boost_words == 0 {
            self.boost = 1.0;
        }
    }

    fn hit(&mut self, length: usize, points: f32, entry: &str, cue: Cue) {
        if points == 0.0 {
            self.fade();
            return;
        }
        let negated = self.negated_words > 0 && cue != Cue::Sign;
        let turned = match (negated, points > 0.0) {
            (false, _) => points,
            (true, true) => points * NEGATED.0,
            (true, false) => points * NEGATED.1,
        };
        let boost = if cue == Cue::Sign { 1.0 } else { self.boost };
        let loud = self.loudness();
        self.emphasis |= loud > 1.0 || boost > 1.0;
        self.push(length, turned * boost * loud, entry, cue, negated);
        self.fade();
        self.boost = 1.0;
    }

    fn loudness(&self) -> f32 {
        let Some(token) = self.tokens.get(self.at).filter(|_| self.cues.emphasis) else { return 1.0 };
        let shouted = if token.shouted && !self.all_shouted { SHOUTED } else { 1.0 };
        shouted * if token.stretched { STRETCHED } else { 1.0 }
    }

    fn push(&mut self, length: usize, points: f32, entry: &str, cue: Cue, negated: bool) {
        let start = self.tokens.get(self.at).map_or(0, |token| token.start);
        let end = self.tokens.get(self.at + length - 1).map_or(start, |token| token.end);
        self.hits.push(Hit { start, end, points, entry: entry.into(), cue, negated, token: self.at });
    }

    /// What the sentence as a whole does to its cues.
    fn close(mut self, finding: &mut Finding) {
        let marks = self.tokens.get(self.at.saturating_sub(8)..self.end).unwrap_or(&[]);
        let count =
            |mark: &str| marks.iter().rev().take_while(|token| token.kind == Kind::Mark).filter(|token| token.is_mark(mark)).count();
        let exclaimed = if self.cues.emphasis { count("!").min(3) } else { 0 };
        let asked = self.cues.questions && count("?") > 0;
        let loud = 1.0 + EXCLAIMED * f32::from(u8::try_from(exclaimed).unwrap_or(3));
        for hit in &mut self.hits {
            hit.points *= loud;
            if asked && hit.cue != Cue::Sign {
                hit.points *= ASKED;
            }
            if let Some(turn) = self.contrast_at {
                hit.points *= if hit.token < turn { BEFORE_CONTRAST } else { AFTER_CONTRAST };
            }
            if self.sarcasm && hit.points > 0.0 {
                hit.points *= SARCASM_TURN;
            }
        }
        if !self.hits.is_empty() {
            finding.contrast |= self.contrast_at.is_some();
            finding.asked |= asked;
            finding.emphasis |= self.emphasis || exclaimed > 0;
            finding.sarcasm |= self.sarcasm;
        }
        finding.hits.append(&mut self.hits);
    }
}

#[cfg(test)]
#[path = "judge/tests.rs"]
mod tests;
