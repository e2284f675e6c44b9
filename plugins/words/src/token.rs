//! A text cut into words, emoji, faces and marks, each with its place.
//!
//! Linear in the text: every character is looked at a bounded number of times, whatever a stranger writes.

use crate::emoticon::face;
use crate::fold::fold_into;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters; a character of a script without spaces is a word of its own.
    Word,
    /// Digits.
    Number,
    /// `@name`.
    Mention,
    /// A web address.
    Address,
    /// One emoji.
    Emoji,
    /// A face made of punctuation, under a common name: `:)`, `:(`, `:/`, `;)`, `:d`, `:p`, `<3` …
    Face,
    /// One punctuation mark or line break.
    Mark,
}

/// One piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// First byte in the text.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// The word without case and accents; marks, emoji and numbers as they are; empty for mentions and addresses.
    pub folded: String,
    /// At least two letters, all of them capitals.
    pub shouted: bool,
    /// A letter stood three times or more; `folded` has it twice.
    pub stretched: bool,
}

impl Token {
    fn new(kind: Kind, start: usize, end: usize, folded: String) -> Self {
        Self { kind, start, end, folded, shouted: false, stretched: false }
    }

    /// It is this mark.
    #[must_use]
    pub fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.folded == mark
    }
}

/// All tokens of the text, in order.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::with_capacity(text.len() / 5 + 4);
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        at += step(rest, at, &mut out).max(1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    out
}

/// Reads what stands first in `rest`, which begins at byte `at`; the number of bytes read.
fn step(rest: &str, at: usize, out: &mut Vec<Token>) -> usize {
    let Some(c) = rest.chars().next() else { return 1 };
    if is_address(rest) {
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        out.push(Token::new(Kind::Address, at, at + length, String::new()));
        return length;
    }
    if c == '@' {
        let length = 1 + name_length(rest.get(1..).unwrap_or(""));
        if length > 1 {
            out.push(Token::new(Kind::Mention, at, at + length, String::new()));
            return length;
        }
    }
    if let Some((name, length)) = face(rest) {
        out.push(Token::new(Kind::Face, at, at + length, name.to_owned()));
        return length;
    }
    if is_letter(c) {
        return run(rest, at, out);
    }
    if is_emoji(c) {
        out.push(Token::new(Kind::Emoji, at, at + c.len_utf8(), c.to_string()));
    } else if c == '\n' || !(c.is_whitespace() || is_joiner(c) || c == '#') {
        out.push(Token::new(Kind::Mark, at, at + c.len_utf8(), c.to_string()));
    }
    c.len_utf8()
}

fn is_address(rest: &str) -> bool {
    ["http://", "https://", "www."].iter().any(|start| rest.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

fn name_length(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len())
}

/// Letters, digits and apostrophes that belong together become one or more words.
fn run(rest: &str, at: usize, out: &mut Vec<Token>) -> usize {
    let mut length = 0;
    let mut chars = rest.char_indices().peekable();
    let mut last = ' ';
    while let Some((place, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        if is_letter(c) {
            if place > 0 && (stands_alone(c) || stands_alone(last) || (last.is_lowercase() && c.is_uppercase())) {
                break;
            }
        } else if !(is_apostrophe(c) && is_letter(next) && !next.is_numeric()) {
            break;
        }
        length = place + c.len_utf8();
        last = c;
        if is_apostrophe(c) && rest.get(..place).is_some_and(is_elision) {
            push_word(rest.get(..place).unwrap_or(""), at, at + length, out);
            return length;
        }
    }
    push_word(rest.get(..length).unwrap_or(""), at, at + length, out);
    length
}

/// French words that lose their vowel before another; `aujourd'hui` is one word.
fn is_elision(head: &str) -> bool {
    const ELISIONS: [&str; 13] = ["j", "n", "c", "d", "l", "m", "t", "s", "qu", "lorsqu", "puisqu", "jusqu", "quelqu"];
    ELISIONS.iter().any(|elision| head.eq_ignore_ascii_case(elision))
}

fn push_word(word: &str, start: usize, end: usize, out: &mut Vec<Token>) {
    let mut folded = String::with_capacity(word.len());
    let mut stretched = false;
    let (mut letters, mut capitals, mut same, mut last) = (0_usize, 0_usize, 1_usize, ' ');
    for c in base(word).chars().filter(|c| !is_apostrophe(*c)) {
        letters += usize::from(c.is_alphabetic());
        capitals += usize::from(c.is_uppercase());
        let lower = c.to_lowercase().next().unwrap_or(c);
        same = if lower == last { same + 1 } else { 1 };
        last = lower;
        if same > 2 && c.is_alphabetic() {
            stretched = true;
        } else {
            fold_into(c, &mut folded);
        }
    }
    let kind = if letters == 0 { Kind::Number } else { Kind::Word };
    out.push(Token { kind, start, end, folded, shouted: letters > 1 && capitals == letters, stretched });
}

/// English clitics carry no meaning of their own: `we'll` is `we`; `don't` stays whole.
fn base(word: &str) -> &str {
    let Some((place, mark)) = word.char_indices().find(|(_, c)| is_apostrophe(*c)) else { return word };
    let after = word.get(place + mark.len_utf8()..).unwrap_or("");
    let clitic = ["s", "ll", "m", "re", "ve", "d"].iter().any(|clitic| after.eq_ignore_ascii_case(clitic));
    if clitic { word.get(..place).unwrap_or(word) } else { word }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}')
}

/// Scripts that are written without spaces.
fn stands_alone(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0eff | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0x2_0000..=0x3_ffff)
}

/// Variation selectors, joiners and skin tones: parts of an emoji that change nothing here.
fn is_joiner(c: char) -> bool {
    matches!(u32::from(c), 0x200b..=0x200d | 0xfe00..=0xfe0f | 0x1_f3fb..=0x1_f3ff | 0x20e3 | 0xfeff)
}

fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x2190..=0x21ff | 0x2300..=0x23ff | 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x1_f000..=0x1_f3fa | 0x1_f400..=0x1_faff)
}

#[cfg(test)]
#[path = "token/tests.rs"]
mod tests;
