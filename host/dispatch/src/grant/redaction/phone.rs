use super::glyphs::Glyphs;
use super::number::{Group, joined};
use super::words;

/// Most digits of a number (ITU-T E.164).
const DIGITS_MAX: usize = 15;
/// How many words before a number are looked at for one that says what it is.
const WORDS_BACK_MAX: usize = 4;
/// How many signs may stand between such words.
const SIGNS_MAX: usize = 4;

/// How many groups from the first on are one phone number.
pub(super) fn groups(glyphs: &Glyphs<'_>, rest: &[Group]) -> Option<usize> {
    let first = rest.first()?;
    if glyphs.before(first.start).is_alphabetic() {
        return None;
    }
    let prefixes = prefixes(rest);
    let form = Form { glyphs, rest, prefixes: &prefixes };
    let international = form.international();
    let count =
        international.or_else(|| form.national()).or_else(|| form.american()).or_else(|| form.grouped()).or_else(|| form.announced())?;
    let end = rest.get(count - 1)?.end;
    let word = glyphs.at(end).is_alphabetic();
    // A word behind a number with its country's code says what comes next, not what is counted.
    let amount = if international.is_some() { words::is_money_beside } else { words::is_amount };
    (!word && !amount(glyphs, first.start, end)).then_some(count)
}

/// For one group, two groups and so on, how many digits they have together.
fn prefixes(rest: &[Group]) -> Vec<usize> {
    let totals = joined(rest, |_| true).scan(0, |total, group| {
        *total += group.len();
        Some(*total)
    });
    totals.take_while(|total| *total <= DIGITS_MAX).collect()
}

struct Form<'a> {
    glyphs: &'a Glyphs<'a>,
    rest: &'a [Group],
    prefixes: &'a [usize],
}

impl Form<'_> {
    /// `+33 6 12 34 56 78`, `0049 171 1234567`.
    fn international(&self) -> Option<usize> {
        let first = self.rest.first()?;
        let plus = self.glyphs.before(first.start) == '+' || self.glyphs.part(first.start.saturating_sub(2)..first.start) == ['+', '('];
        let zeros = first.len() > 1 && self.glyphs.part(first.start..first.start + 2) == ['0', '0'];
        let digits_min = if plus { 8 } else { 10 };
        (plus || zeros).then(|| self.longest(digits_min, DIGITS_MAX)).flatten()
    }

    /// `06 12 34 56 78`, `030/1234567`, `020 7946 0958`.
    fn national(&self) -> Option<usize> {
        let first = self.rest.first()?;
        // Fractions and versions.
        let dotted = first.joiner == Some('.') || first.len() == 1 && self.joiner(1) == Some('.');
        if self.glyphs.at(first.start) != '0' || dotted {
            return None;
        }
        let pairs = self.exactly(10).filter(|count| *count >= 5);
        pairs.or_else(|| self.longest(9, 11)).or_else(|| self.exactly(12).filter(|count| *count <= 3))
    }

    /// `(555) 123-4567`, `1-800-555-0199`, and three threes.
    fn american(&self) -> Option<usize> {
        let lengths: Vec<usize> = joined(self.rest, |_| true).take(5).map(Group::len).collect();
        let count = match lengths.as_slice() {
            [3, 3, 4, ..] => 3,
            [1, 3, 3, 4, ..] if self.rest.first().is_some_and(|group| self.glyphs.at(group.start) == '1') => 4,
            [3, 3, 3] => 3,
            [3, 3, 3, ..] if self.joiner(3) != self.joiner(2) => 3,
            _ => return None,
        };
        Some(count)
    }

    /// Four groups or more, by spaces or dashes, that are no thousands: `33 6 12 34 56 78`.
    fn grouped(&self) -> Option<usize> {
        let sign = self.joiner(1).filter(|sign| matches!(sign, ' ' | '-'))?;
        let same = joined(self.rest, |other| other == sign).take(self.prefixes.len());
        let lengths: Vec<usize> = same.map(Group::len).collect();
        let thousands = lengths.iter().skip(1).all(|length| *length == 3);
        let fits = |count: &usize| *count <= lengths.len() && *count >= 4 && !thousands;
        self.longest(10, DIGITS_MAX).filter(fits)
    }

    /// Six digits or more behind a word such as "tel".
    fn announced(&self) -> Option<usize> {
        let first = self.rest.first()?;
        let mut end = first.start;
        for _ in 0..WORDS_BACK_MAX {
            let signs = (0..SIGNS_MAX).take_while(|back| end.checked_sub(back + 1).is_some_and(|at| is_sign(self.glyphs.at(at)))).count();
            end -= signs;
            let word = words::word_before(self.glyphs, end);
            if words::is_phone(word) {
                return self.longest(6, DIGITS_MAX);
            }
            if word.is_empty() {
                return None;
            }
            end -= word.len();
        }
        None
    }

    /// The most groups with so many digits.
    fn longest(&self, digits_min: usize, digits_max: usize) -> Option<usize> {
        self.prefixes.iter().rposition(|total| (digits_min..=digits_max).contains(total)).map(|at| at + 1)
    }

    fn exactly(&self, digits: usize) -> Option<usize> {
        self.longest(digits, digits)
    }

    fn joiner(&self, group: usize) -> Option<char> {
        self.rest.get(group)?.joiner
    }
}

fn is_sign(letter: char) -> bool {
    matches!(letter, ' ' | '.' | ':' | '(' | '-' | '=' | '#' | '+' | '\'' | '’' | '°')
}
