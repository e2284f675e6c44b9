//! A text as its characters in one spelling, cut into numbers and words.

use words::fold_into;

/// Longest word that is looked up in a list, in characters.
const WORD_CHARS_MAX: usize = 20;

/// Digits in a row, or letters in a row; positions are those of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) number: bool,
}

impl Piece {
    pub(crate) fn len(self) -> usize {
        self.end - self.start
    }
}

/// Digits of all scripts as ASCII digits, all spaces and dashes as the plain ones, and nothing that is not seen. Past the end there are NULs.
#[derive(Debug)]
pub(crate) struct Glyphs {
    seen: Vec<char>,
    /// First byte of each character, and first byte after it.
    places: Vec<(usize, usize)>,
    pieces: Vec<Piece>,
}

impl Glyphs {
    pub(crate) fn new(text: &str) -> Self {
        let mut seen = Vec::with_capacity(text.len());
        let mut places = Vec::with_capacity(text.len());
        for (at, letter) in text.char_indices() {
            if let Some(shown) = plain(letter) {
                seen.push(shown);
                places.push((at, at + letter.len_utf8()));
            }
        }
        let pieces = pieces(&seen);
        Self { seen, places, pieces }
    }

    pub(crate) fn len(&self) -> usize {
        self.seen.len()
    }

    pub(crate) fn at(&self, position: usize) -> char {
        self.seen.get(position).copied().unwrap_or('\0')
    }

    /// The character before this position.
    pub(crate) fn before(&self, position: usize) -> char {
        position.checked_sub(1).map_or('\0', |position| self.at(position))
    }

    pub(crate) fn part(&self, start: usize, end: usize) -> &[char] {
        self.seen.get(start..end).unwrap_or_default()
    }

    /// Where what begins here ends: the first position from `from` on that does not fit, at most `most` further.
    pub(crate) fn run(&self, from: usize, most: usize, fits: impl Fn(char) -> bool) -> usize {
        let rest = self.seen.get(from..).unwrap_or_default();
        from + rest.iter().take(most).position(|letter| !fits(*letter)).unwrap_or(rest.len().min(most))
    }

    /// The bytes of these characters.
    pub(crate) fn bytes(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        Some((self.places.get(start)?.0, self.places.get(end.checked_sub(1)?)?.1))
    }

    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    pub(crate) fn piece(&self, at: usize) -> Option<Piece> {
        self.pieces.get(at).copied()
    }

    /// The number at this piece.
    pub(crate) fn number(&self, at: usize) -> Option<Piece> {
        self.piece(at).filter(|piece| piece.number)
    }

    /// What stands between this piece and the next.
    pub(crate) fn gap(&self, at: usize) -> &[char] {
        match (self.piece(at), self.piece(at + 1)) {
            (Some(this), Some(next)) => self.part(this.end, next.start),
            (Some(this), None) => self.part(this.end, self.len().min(this.end + 8)),
            _ => &[],
        }
    }

    /// The word at this piece, folded; empty for numbers, for what is longer than any word of a list, and where there is none.
    pub(crate) fn word(&self, at: usize) -> String {
        let mut word = String::new();
        if let Some(piece) = self.piece(at).filter(|piece| !piece.number && piece.len() <= WORD_CHARS_MAX) {
            self.part(piece.start, piece.end).iter().for_each(|letter| fold_into(*letter, &mut word));
        }
        word
    }

    /// The word before this piece.
    pub(crate) fn word_before(&self, at: usize) -> String {
        at.checked_sub(1).map(|before| self.word(before)).unwrap_or_default()
    }

    /// The digits of this piece.
    pub(crate) fn digits(&self, at: usize) -> String {
        self.number(at).map(|piece| self.part(piece.start, piece.end).iter().collect()).unwrap_or_default()
    }

    /// The value of a number of at most four digits.
    pub(crate) fn value(&self, at: usize) -> Option<u32> {
        let piece = self.number(at).filter(|piece| piece.len() <= 4)?;
        Some(self.part(piece.start, piece.end).iter().filter_map(|digit| digit.to_digit(10)).fold(0, |value, digit| value * 10 + digit))
    }
}

fn pieces(seen: &[char]) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    for (at, letter) in seen.iter().enumerate() {
        let number = letter.is_ascii_digit();
        if !(number || letter.is_alphanumeric()) {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.end == at && last.number == number => last.end = at + 1,
            _ => found.push(Piece { start: at, end: at + 1, number }),
        }
    }
    found
}

/// One spelling of a character; none of what is not seen.
fn plain(letter: char) -> Option<char> {
    Some(match letter {
        letter if letter.is_ascii() => letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => return None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{2bc}' => '\'',
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
