use super::glyphs::Glyphs;
use super::phone;
use super::words;

/// So many digits in a row are the number of a person, a card or a matter, never a count.
const ROW_MIN: usize = 9;
/// Digits of a payment card (ISO/IEC 7812).
const CARD_MIN: usize = 13;
const CARD_MAX: usize = 19;

/// Digits in a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What joins it to the group before; none when it stands for itself.
    pub(super) joiner: Option<char>,
    /// Part of a date.
    date: bool,
}

impl Group {
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }
}

/// Masks card numbers, phone numbers and every long row of digits.
pub(super) fn mask(glyphs: &mut Glyphs<'_>) {
    let groups = groups(glyphs);
    let mut rest = groups.as_slice();
    while let Some(first) = rest.first() {
        let found =
            if first.date { None } else { row(glyphs, rest).or_else(|| card(glyphs, rest)).or_else(|| phone::groups(glyphs, rest)) };
        let count = found.unwrap_or(1);
        if let (Some(_), Some(last)) = (found, rest.get(count - 1)) {
            let start = (1..=2).filter(|back| glyphs.part(first.start.saturating_sub(*back)..first.start).contains(&'+')).min();
            glyphs.hide(first.start - start.unwrap_or(0)..last.end);
        }
        rest = rest.get(count..).unwrap_or_default();
    }
}

/// All groups of digits, with what joins them and which are dates.
fn groups(glyphs: &Glyphs<'_>) -> Vec<Group> {
    let mut found: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < glyphs.len() {
        let end = glyphs.run(at, |letter| letter.is_ascii_digit());
        if end == at || glyphs.is_hidden(at) {
            at = end.max(at + 1);
            continue;
        }
        let joiner = found.last().and_then(|last| joiner(glyphs.part(last.end..at)));
        found.push(Group { start: at, end, joiner, date: false });
        at = end;
    }
    mark_dates(glyphs, &mut found);
    found
}

/// The sign that stands between two groups of one number.
fn joiner(between: &[char]) -> Option<char> {
    match between {
        [' ' | ')'] | [' ', ' ' | '('] | [')', ' '] => Some(' '),
        [sign @ ('.' | '-' | '/' | '(')] | [' ', sign @ '-', ' '] | [')', sign @ ('-' | '.' | '/')] | [sign @ '-', '('] => Some(*sign),
        _ => None,
    }
}

fn mark_dates(glyphs: &Glyphs<'_>, groups: &mut [Group]) {
    for at in 0..groups.len().saturating_sub(2) {
        let next = groups.get(at + 3).and_then(|next| next.joiner);
        let Some([first, second, third]) = groups.get_mut(at..at + 3) else { continue };
        let sign = second.joiner.filter(|sign| matches!(sign, '.' | '-' | '/') && third.joiner == Some(*sign));
        let alone = sign.is_some() && first.joiner != sign && next != sign;
        if alone && !first.date && is_date([value(glyphs, first), value(glyphs, second), value(glyphs, third)]) {
            (first.date, second.date, third.date) = (true, true, true);
            first.joiner = None;
            if let Some(next) = groups.get_mut(at + 3) {
                next.joiner = None;
            }
        }
    }
}

/// How many digits a group has, and their value when there are at most four.
fn value(glyphs: &Glyphs<'_>, group: &Group) -> (usize, u32) {
    let digits = glyphs.part(group.start..group.end.min(group.start + 4)).iter().filter_map(|digit| digit.to_digit(10));
    (group.len(), digits.fold(0, |value, digit| value * 10 + digit))
}

fn is_date(parts: [(usize, u32); 3]) -> bool {
    let day_and_month = |(one_len, one): (usize, u32), (other_len, other): (usize, u32)| {
        one_len <= 2 && other_len <= 2 && (1..=31).contains(&one) && (1..=31).contains(&other) && one.min(other) <= 12
    };
    let [first, second, third] = parts;
    match (first.0, third.0) {
        (4, _) => day_and_month(second, third),
        (_, 2 | 4) => day_and_month(first, second),
        _ => false,
    }
}

/// A long row of digits that is no fraction and no amount.
fn row(glyphs: &Glyphs<'_>, rest: &[Group]) -> Option<usize> {
    let first = rest.first()?;
    let fraction = first.joiner == Some('.') && glyphs.before(first.start) == '.';
    (first.len() >= ROW_MIN && !fraction && !words::is_amount(glyphs, first.start, first.end)).then_some(1)
}

/// A card: groups whose check digit is right, or four times four digits.
fn card(glyphs: &Glyphs<'_>, rest: &[Group]) -> Option<usize> {
    let mut digits = Vec::with_capacity(CARD_MAX);
    let mut found = None;
    for (count, group) in joined(rest, |sign| matches!(sign, ' ' | '-')).enumerate() {
        if digits.len() + group.len() > CARD_MAX {
            break;
        }
        digits.extend(glyphs.part(group.start..group.end).iter().filter_map(|digit| digit.to_digit(10)));
        if digits.len() >= CARD_MIN && checks(&digits) {
            found = Some(count + 1);
        }
    }
    let fours = rest.get(..4).filter(|four| four.iter().all(|group| group.len() == 4) && joined(rest, |_| true).take(4).count() == 4);
    let years = |four: &&[Group]| four.iter().all(|group| is_year(glyphs, group));
    found.or(fours.filter(|four| !years(four)).map(<[Group]>::len))
}

fn is_year(glyphs: &Glyphs<'_>, group: &Group) -> bool {
    let (digits, value) = value(glyphs, group);
    digits == 4 && (1900..=2099).contains(&value)
}

/// The first group and those that are joined to it in a row by such signs.
pub(super) fn joined(rest: &[Group], fits: impl Fn(char) -> bool) -> impl Iterator<Item = &Group> {
    let joins = move |group: &&Group| !group.date && group.joiner.is_some_and(&fits);
    rest.iter().take(1).chain(rest.iter().skip(1).take_while(joins))
}

/// ISO/IEC 7812: every other digit from the right doubled, their sum a multiple of ten.
fn checks(digits: &[u32]) -> bool {
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit }).sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != 0)
}
