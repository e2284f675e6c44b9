use std::borrow::Cow;
use std::ops::Range;

/// What is written over each masked byte.
const FILLER: u8 = b'*';

/// A text as its characters, in one spelling: digits of all scripts as ASCII digits, all spaces and dashes as the plain ones, and without
/// what is not seen. Positions are those of characters; past the end there are NULs.
pub(super) struct Glyphs<'a> {
    text: &'a str,
    seen: Vec<char>,
    /// First byte of each character, and the end of the text.
    starts: Vec<usize>,
    hidden: Vec<bool>,
}

impl<'a> Glyphs<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let shown = text.char_indices().filter_map(|(at, letter)| plain(letter).map(|letter| (at, letter)));
        let (mut starts, seen): (Vec<usize>, Vec<char>) = shown.unzip();
        starts.push(text.len());
        let hidden = vec![false; seen.len()];
        Self { text, seen, starts, hidden }
    }

    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn at(&self, position: usize) -> char {
        self.seen.get(position).copied().unwrap_or('\0')
    }

    /// The character before this position.
    pub(super) fn before(&self, position: usize) -> char {
        position.checked_sub(1).map_or('\0', |position| self.at(position))
    }

    pub(super) fn part(&self, range: Range<usize>) -> &[char] {
        self.seen.get(range).unwrap_or_default()
    }

    pub(super) fn hide(&mut self, range: Range<usize>) {
        self.hidden.get_mut(range).into_iter().flatten().for_each(|hidden| *hidden = true);
    }

    pub(super) fn is_hidden(&self, position: usize) -> bool {
        self.hidden.get(position).copied().unwrap_or_default()
    }

    /// Where what begins here ends: the first position from `from` on that does not fit.
    pub(super) fn run(&self, from: usize, fits: impl Fn(char) -> bool) -> usize {
        let rest = self.seen.get(from..).unwrap_or_default();
        from + rest.iter().position(|letter| !fits(*letter)).unwrap_or(rest.len())
    }

    /// The text with what is hidden written over.
    pub(super) fn masked(&self) -> Cow<'a, str> {
        if !self.hidden.contains(&true) {
            return Cow::Borrowed(self.text);
        }
        let mut bytes = self.text.as_bytes().to_vec();
        let ends = self.starts.iter().skip(1);
        for ((start, end), _) in self.starts.iter().zip(ends).zip(&self.hidden).filter(|(_, hidden)| **hidden) {
            bytes.get_mut(*start..*end).unwrap_or_default().fill(FILLER);
        }
        String::from_utf8(bytes).map_or(Cow::Borrowed(""), Cow::Owned)
    }
}

/// One spelling of a character; none of what is not seen.
fn plain(letter: char) -> Option<char> {
    Some(match letter {
        letter if letter.is_ascii() => letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => return None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        'º' => '°',
        '№' => '#',
        '﹫' => '@',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        letter if letter.is_whitespace() => ' ',
        letter => digit(letter).unwrap_or(letter),
    })
}

/// The first digits of the decimal systems that people type on a phone's keyboard.
const ZEROS: [char; 12] = ['٠', '۰', '߀', '०', '০', '੦', '૦', '௦', '౦', '๐', '໐', '၀'];

fn digit(letter: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| u32::from(letter).checked_sub(u32::from(*zero)).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}
