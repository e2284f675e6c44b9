use super::glyphs::Glyphs;
use super::words;

/// Fewest letters and digits of what is taken for an id by its form alone.
const CHARS_MIN: usize = 5;

/// Letters in a row, or digits in a row.
struct Part<'a> {
    letters: &'a [char],
    digits: bool,
    /// A dash or an underscore stands before it.
    dashed: bool,
}

impl Part<'_> {
    /// Letters of which some are small: a word, not a code.
    fn is_word(&self) -> bool {
        !self.digits && self.letters.len() >= 3 && self.letters.iter().any(|letter| letter.is_lowercase())
    }

    fn is_year(&self) -> bool {
        self.digits && self.letters.len() == 4 && matches!(self.letters, ['1', '9', ..] | ['2', '0', ..])
    }
}

/// Whether letters and digits that stand together are an id by their form: five or more, mixed, and neither a time nor a size nor a name with
/// a number.
pub(super) fn is_id(glyphs: &Glyphs<'_>, start: usize, end: usize) -> bool {
    let token = glyphs.part(start..end);
    let digits = token.iter().filter(|letter| letter.is_ascii_digit()).count();
    let letters = token.iter().filter(|letter| letter.is_alphabetic()).count();
    if digits == 0 || letters == 0 || digits + letters < CHARS_MIN {
        return false;
    }
    let version = glyphs.before(start) == '.' && start.checked_sub(2).is_some_and(|before| glyphs.at(before).is_ascii_digit());
    let parts = parts(token);
    !version && !is_time(&parts) && !is_size(&parts) && !is_named(&parts)
}

fn parts(token: &[char]) -> Vec<Part<'_>> {
    let same = |one: &char, next: &char| one.is_ascii_digit() == next.is_ascii_digit() && is_dash(*one) == is_dash(*next);
    let mut dashed = false;
    let mut found = Vec::new();
    for run in token.chunk_by(same) {
        match run.first() {
            Some(letter) if is_dash(*letter) => dashed = true,
            Some(letter) => {
                found.push(Part { letters: run, digits: letter.is_ascii_digit(), dashed });
                dashed = false;
            }
            None => {}
        }
    }
    found
}

/// `10h30`, `1h30min`, `2026-11-22T10`, `20261122T103000Z`.
fn is_time(parts: &[Part<'_>]) -> bool {
    let in_pairs = parts.chunks(2).all(|pair| match pair {
        [count, unit] => count.digits && count.letters.len() <= 2 && !unit.digits && is_clock(unit.letters),
        [count] => count.digits && count.letters.len() <= 2,
        _ => false,
    });
    let lengths: Vec<usize> = parts.iter().filter(|part| part.digits).map(|part| part.letters.len()).collect();
    let stamp = matches!(lengths.as_slice(), [4, 2, 2, ..] | [8, 4 | 6])
        && parts.iter().all(|part| part.digits || matches!(part.letters, ['T' | 'Z']));
    in_pairs || stamp
}

fn is_clock(unit: &[char]) -> bool {
    let text: String = unit.iter().flat_map(|letter| letter.to_lowercase()).collect();
    matches!(text.as_str(), "h" | "m" | "mn" | "min" | "s" | "sec" | "j" | "d" | "w" | "uhr")
}

/// `20000mAh`, `100USD`, `EUR49`, `1920x1080`.
fn is_size(parts: &[Part<'_>]) -> bool {
    match parts {
        [count, unit] if count.digits && !unit.digits && !unit.dashed => words::is_unit(unit.letters),
        [money, count] if count.digits && !count.dashed => money.letters.len() == 3 && words::is_unit(money.letters),
        [one, by, rest @ ..] if one.digits && matches!(by.letters, ['x' | 'X']) => rest
            .chunks(2)
            .all(|pair| pair.iter().enumerate().all(|(at, part)| if at == 0 { part.digits } else { matches!(part.letters, ['x' | 'X']) })),
        _ => false,
    }
}

/// Words with a number that counts or dates them: `iPhone15`, `COVID-19`, `nov2026`, `10-year-old`, `2026T3`.
fn is_named(parts: &[Part<'_>]) -> bool {
    let mut numbers = parts.iter().filter(|part| part.digits);
    let (Some(number), None) = (numbers.next(), numbers.next()) else {
        return matches!(parts, [year, quarter, count] if year.is_year() && matches!(quarter.letters, ['Q' | 'T' | 'S' | 'H']) && count.letters.len() == 1)
            || matches!(parts, [quarter, count, year] if year.is_year() && matches!(quarter.letters, ['Q' | 'T' | 'S' | 'H']) && count.letters.len() == 1);
    };
    let mut words = parts.iter().filter(|part| !part.digits);
    let length = number.letters.len();
    let long = |part: &Part<'_>| part.letters.len() >= 5;
    match length {
        1 | 2 => words.all(|part| part.is_word() || part.dashed || part.letters.len() >= 4 || is_before(part, parts)),
        3 => words.all(|part| part.is_word() && part.letters.len() >= 4),
        4 if number.is_year() => words.all(|part| part.is_word() || long(part)),
        4 => {
            number.dashed != parts.first().is_some_and(|first| first.digits)
                && words.all(Part::is_word)
                && parts.iter().skip(1).all(|part| part.dashed)
        }
        _ => false,
    }
}

/// The part stands first and a dash follows: `F-150`.
fn is_before(part: &Part<'_>, parts: &[Part<'_>]) -> bool {
    parts.first().is_some_and(|first| std::ptr::eq(first, part)) && parts.get(1).is_some_and(|next| next.dashed)
}

fn is_dash(letter: char) -> bool {
    matches!(letter, '-' | '_')
}
