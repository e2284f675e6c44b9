//! What a text has that tells its language: its words, and the letters that stand together in them.

use compact::{Feature, Hash};

/// Words that are looked at: a language shows itself long before.
pub const WORDS_MAX: usize = 60;
/// Letters of a word that are looked at.
const LETTERS_MAX: usize = 24;
/// Longest run of letters.
const RUN_MAX: usize = 5;
const WORD: Hash = Hash::new(11);
const RUN: Hash = Hash::new(12);

/// The words of a text in lower case, at most [`WORDS_MAX`]; names, addresses and tags say nothing about the language around them.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let spoken = text.split_whitespace().filter(|part| !(part.starts_with(['@', '#']) || is_address(part)));
    let words = spoken.flat_map(|part| part.split(|c: char| !(is_letter(c) || matches!(c, '\'' | '’'))));
    words.map(lowered).filter(|word| !word.is_empty()).take(WORDS_MAX)
}

/// Gives every feature of a word to `each`: the word itself, and each run of one to five of its letters, its two ends included.
pub fn of_word(word: &str, mut each: impl FnMut(Feature)) {
    each(WORD.with(word.as_bytes()).feature());
    let mut letters = ['\0'; LETTERS_MAX + 2];
    let mut length = 0;
    for (place, c) in letters.iter_mut().zip(std::iter::once('<').chain(word.chars().take(LETTERS_MAX)).chain(['>'])) {
        *place = c;
        length += 1;
    }
    let letters = letters.get(..length).unwrap_or_default();
    for start in 0..length {
        let mut run = RUN;
        for (at, c) in letters.iter().skip(start).take(RUN_MAX).enumerate() {
            run = run.with_char(*c);
            if at > 0 || !matches!(c, '<' | '>') {
                each(run.feature());
            }
        }
    }
}

fn lowered(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '\'' | '’')).map(small).filter(|c| c.is_alphabetic()).collect()
}

/// The small letter of a Latin, Greek or Cyrillic one. The standard library knows all scripts, with a table a sixth of a model's size.
fn small(c: char) -> char {
    let code = u32::from(c);
    let even = |start: u32| code + u32::from(code % 2 == start);
    let found = match code {
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde | 0x391..=0x3a9 | 0x410..=0x42f => code + 0x20,
        0x130 => 0x69,
        0x178 => 0xff,
        0x100..=0x137 | 0x14a..=0x177 | 0x1e00..=0x1e95 | 0x1ea0..=0x1eff => even(0),
        0x139..=0x148 | 0x179..=0x17e => even(1),
        0x400..=0x40f => code + 0x50,
        0x218 | 0x21a => code + 1,
        _ => code,
    };
    char::from_u32(found).unwrap_or(c)
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&c)
}

fn is_address(part: &str) -> bool {
    ["http", "www."].iter().any(|start| part.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_are_those_of_the_standard_library() {
        let scripts = ('\0'..='\u{17f}').chain('Α'..='Ω').chain('Ѐ'..='я').chain('Ḁ'..='ẕ').chain('Ạ'..='ỹ').chain('Ș'..='ț');
        for c in scripts.filter(|c| c.is_alphabetic() && *c != 'İ') {
            assert_eq!(Some(small(c)), c.to_lowercase().next(), "{c}");
        }
        assert_eq!(small('İ'), 'i');
    }
}
