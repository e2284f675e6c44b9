//! Patterns of order numbers as operators write them: `CMD-######`, `W#+`, `@@-##-@@`.

use crate::glyphs::Glyphs;

/// Longest pattern, in places.
const PLACES_MAX: usize = 40;
/// How often a place with `+` may stand in a row.
const REPEATED_MAX: usize = 32;

/// What one place of a pattern takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Digit,
    Letter,
    Either,
    Same(char),
}

impl Place {
    fn takes(self, letter: char) -> bool {
        match self {
            Self::Digit => letter.is_ascii_digit(),
            Self::Letter => letter.is_alphabetic(),
            Self::Either => letter.is_ascii_digit() || letter.is_alphabetic(),
            Self::Same(own) => own.eq_ignore_ascii_case(&letter),
        }
    }

    /// Something fits both, so that where one ends is not clear.
    fn overlaps(self, other: Self) -> bool {
        match (self, other) {
            (Self::Same(one), other) | (other, Self::Same(one)) => other.takes(one),
            (Self::Digit, Self::Letter) | (Self::Letter, Self::Digit) => false,
            _ => true,
        }
    }
}

/// The form of a number: `#` is a digit, `@` a letter, `?` either, `+` behind one of them any more of them; everything else stands for itself
/// in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    places: Vec<(Place, bool)>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut places: Vec<(Place, bool)> = Vec::new();
        for letter in text.trim().chars() {
            let place = match letter {
                '#' => Place::Digit,
                '@' => Place::Letter,
                '?' => Place::Either,
                '+' => {
                    match places.last_mut() {
                        Some((Place::Same(_), _)) | None => return Err("`+` stands behind `#`, `@` or `?` only.".to_owned()),
                        Some((_, more)) => *more = true,
                    }
                    continue;
                }
                other => Place::Same(other),
            };
            places.push((place, false));
        }
        let unclear = places.windows(2).any(|two| matches!(two, [(one, true), (next, _)] if one.overlaps(*next)));
        let digits = places.iter().any(|(place, _)| matches!(place, Place::Digit | Place::Either));
        let wide = places.iter().filter(|(place, _)| !matches!(place, Place::Same(_))).count();
        match () {
            () if places.len() > PLACES_MAX => Err(format!("It has more than {PLACES_MAX} places.")),
            () if !digits => Err("It has no place for a digit.".to_owned()),
            () if unclear => Err("Where the part with `+` ends is not clear.".to_owned()),
            () if places.len() < 3 && !places.iter().any(|(_, more)| *more) => Err("It has fewer than three places.".to_owned()),
            () if wide == places.len() && places.len() < 3 => Err("It fits any number.".to_owned()),
            () => Ok(Self { places }),
        }
    }

    /// Where what begins here and fits ends; nothing that goes on in letters or digits.
    pub(crate) fn end(&self, glyphs: &Glyphs, start: usize) -> Option<usize> {
        let mut at = start;
        for (place, more) in &self.places {
            if !place.takes(glyphs.at(at)) {
                return None;
            }
            at = if *more { glyphs.run(at, REPEATED_MAX, |letter| place.takes(letter)) } else { at + 1 };
        }
        let begins = !(glyphs.before(start).is_alphanumeric() && glyphs.at(start).is_alphanumeric());
        (begins && !glyphs.at(at).is_alphanumeric()).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: Option<usize>) {
        let pattern = Pattern::read(pattern).unwrap();
        assert_eq!(pattern.end(&Glyphs::new(text), 0), expected, "{pattern:?} {text}");
    }

    #[test]
    fn patterns_fit() {
        check("CMD-######", "cmd-123456 x", Some(10));
        check("CMD-######", "CMD-1234567", None);
        check("W#+", "W12345.", Some(6));
        check("@@-##", "ab-12", Some(5));
        check("###-#######-#######", "402-1234567-1234567", Some(19));
        check("?+/26", "A1B2/26", Some(7));
    }

    #[test]
    fn what_cannot_work_is_refused() {
        for pattern in ["", "CMD", "+##", "A+1", "#+#", "?+A1", "#+", "##", &"#".repeat(41)] {
            assert!(Pattern::read(pattern).is_err(), "{pattern}");
        }
    }
}
