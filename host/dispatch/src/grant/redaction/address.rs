use super::glyphs::Glyphs;

/// Longest mailbox; RFC 5321 allows half of it.
const MAILBOX_MAX: usize = 128;
/// Longest look for the other quotation mark of a quoted mailbox.
const QUOTED_MAX: usize = 64;

/// Masks user parts of URLs, then e-mail addresses.
pub(super) fn mask(glyphs: &mut Glyphs<'_>) {
    users(glyphs);
    let mut at = 0;
    while at < glyphs.len() {
        let width = sign(glyphs, at);
        at = match width.and_then(|width| mail(glyphs, at, width)) {
            Some((start, end)) => {
                glyphs.hide(start..end);
                end
            }
            None => at + 1,
        };
    }
}

/// `user:password` between `://` and the last `@` before the path.
fn users(glyphs: &mut Glyphs<'_>) {
    let mut at = 0;
    while at < glyphs.len() {
        if glyphs.part(at..at + 3) != [':', '/', '/'] {
            at += 1;
            continue;
        }
        let start = at + 3;
        let end = glyphs.run(start, |letter| !letter.is_whitespace() && !matches!(letter, '/' | '?' | '#' | '\\' | '"' | '<' | '>'));
        if let Some(sign) = glyphs.part(start..end).iter().rposition(|letter| *letter == '@') {
            glyphs.hide(start..start + sign);
        }
        at = end.max(start);
    }
}

/// How many characters stand for the sign of an address here: `@`, `%40`, `(at)`, `[at]`.
fn sign(glyphs: &Glyphs<'_>, at: usize) -> Option<usize> {
    match glyphs.at(at) {
        '@' => Some(1),
        '%' if glyphs.part(at..at + 3) == ['%', '4', '0'] => Some(3),
        '(' | '[' if glyphs.part(at + 1..at + 3).iter().map(char::to_ascii_lowercase).eq(['a', 't']) => {
            matches!(glyphs.at(at + 3), ')' | ']').then_some(4)
        }
        _ => None,
    }
}

fn mail(glyphs: &Glyphs<'_>, sign: usize, width: usize) -> Option<(usize, usize)> {
    let spaced = width == 4;
    let left = if spaced && glyphs.before(sign) == ' ' { sign - 1 } else { sign };
    let right = sign + width;
    let right = if spaced && glyphs.at(right) == ' ' { right + 1 } else { right };
    let start = mailbox(glyphs, left)?;
    let end = domain(glyphs, right)?;
    (!glyphs.is_hidden(left.saturating_sub(1))).then_some((start, end))
}

/// Where the mailbox that ends here begins. The signs that part URLs may stand in one, but do so in URLs only.
fn mailbox(glyphs: &Glyphs<'_>, end: usize) -> Option<usize> {
    if glyphs.before(end) == '"' {
        let from = end.saturating_sub(QUOTED_MAX);
        let quoted = glyphs.part(from..end.saturating_sub(1)).iter().rposition(|letter| *letter == '"')?;
        return Some(from + quoted);
    }
    let fits = |letter: char| letter.is_alphanumeric() || "!#$%'*+^_`{|}~.-".contains(letter);
    let mut start = end;
    while start > 0 && end - start < MAILBOX_MAX && fits(glyphs.before(start)) && !glyphs.is_hidden(start - 1) {
        start -= 1;
    }
    (start < end).then_some(start)
}

/// Where the domain that begins here ends: names with a dot between them, the last of two letters at least.
fn domain(glyphs: &Glyphs<'_>, start: usize) -> Option<usize> {
    let mut end = glyphs.run(start, |letter| letter.is_alphanumeric() || matches!(letter, '.' | '-'));
    while end > start && matches!(glyphs.before(end), '.' | '-') {
        end -= 1;
    }
    let dot = glyphs.part(start..end).iter().rposition(|letter| *letter == '.')?;
    let top = glyphs.part(start + dot + 1..end);
    (dot > 0
        && top.len() >= 2
        && top.iter().all(|letter| letter.is_alphabetic() || *letter == '-' || letter.is_ascii_digit())
        && top.iter().any(|letter| letter.is_alphabetic()))
    .then_some(end)
}
