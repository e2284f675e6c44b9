//! The count before the parser: length, tokens, depth, loops. It only has to be right about what could hurt: whatever it lets through that
//! is not CEL, the parser refuses.

use super::{ConditionError, DEPTH_MAX, SOURCE_BYTES_MAX, TOKENS_MAX};

const LOOPS: [&str; 12] = [
    "all",
    "exists",
    "exists_one",
    "existsOne",
    "map",
    "filter",
    "bind",
    "fold",
    "transformList",
    "transformMap",
    "transformMapEntry",
    "reduce",
];

/// Refuses what the parser or the evaluator could choke on.
pub(super) fn check(source: &str) -> Result<(), ConditionError> {
    if source.len() > SOURCE_BYTES_MAX {
        return Err(ConditionError::TooLong { bytes: source.len() });
    }
    let tokens = tokens(source)?;
    if tokens.is_empty() {
        return Err(ConditionError::Empty);
    }
    if depth(&tokens) > DEPTH_MAX {
        return Err(ConditionError::TooDeep);
    }
    match called_loop(&tokens) {
        Some(name) => Err(ConditionError::Loop { name: name.to_owned() }),
        None => Ok(()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Text,
    Sign(char),
    Pair,
}

const PAIRS: [&str; 6] = ["&&", "||", "==", "!=", "<=", ">="];

fn tokens(source: &str) -> Result<Vec<Token<'_>>, ConditionError> {
    let mut tokens = Vec::new();
    let mut rest = source;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        if tokens.len() == TOKENS_MAX {
            return Err(ConditionError::TooManyTokens);
        }
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.find('\n').and_then(|end| comment.get(end..)).unwrap_or_default();
            continue;
        }
        let (token, length) = next(rest, first)?;
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn next(rest: &str, first: char) -> Result<(Token<'_>, usize), ConditionError> {
    let word = word_length(rest);
    let prefix = rest.get(..word).unwrap_or_default();
    let quoted = rest.get(word..).unwrap_or_default();
    let may_prefix = prefix.len() <= 2 && prefix.chars().all(|letter| "rRbB".contains(letter));
    if may_prefix && quoted.starts_with(['"', '\'']) {
        let raw = prefix.contains(['r', 'R']);
        return Ok((Token::Text, word + text_length(quoted, raw)?));
    }
    if word > 0 {
        return Ok((Token::Word(prefix), word));
    }
    if PAIRS.iter().any(|pair| rest.starts_with(pair)) {
        return Ok((Token::Pair, 2));
    }
    Ok((Token::Sign(first), first.len_utf8()))
}

/// Length of a name or a number, fraction included; an exponent's sign is a token of its own, which counts more, never less.
fn word_length(rest: &str) -> usize {
    let name = |text: &str| text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    let whole = name(rest);
    let fraction =
        rest.get(whole..).and_then(|left| left.strip_prefix('.')).filter(|left| left.starts_with(|digit: char| digit.is_ascii_digit()));
    match fraction {
        Some(fraction) if rest.starts_with(|digit: char| digit.is_ascii_digit()) => whole + 1 + name(fraction),
        _ => whole,
    }
}

/// Length of a text with its quotes.
fn text_length(quoted: &str, raw: bool) -> Result<usize, ConditionError> {
    let quote = quoted.get(..1).unwrap_or_default();
    let triple = quote.repeat(3);
    let end = if quoted.starts_with(&triple) { triple.as_str() } else { quote };
    let mut at = end.len();
    while let Some(left) = quoted.get(at..).filter(|left| !left.is_empty()) {
        if left.starts_with(end) {
            return Ok(at + end.len());
        }
        let escaped = !raw && left.starts_with('\\');
        at += left.chars().take(if escaped { 2 } else { 1 }).map(char::len_utf8).sum::<usize>();
    }
    Err(ConditionError::OpenText)
}

/// The deepest nesting: open brackets, a run of `!` and `-`, and choices, which nest to the right.
fn depth(tokens: &[Token<'_>]) -> usize {
    let (mut deepest, mut open, mut run, mut choices) = (0_usize, 0_usize, 0_usize, 0_usize);
    for token in tokens {
        match token {
            Token::Sign('(' | '[' | '{') => open += 1,
            Token::Sign(')' | ']' | '}') => open = open.saturating_sub(1),
            Token::Sign('?') => choices += 1,
            _ => {}
        }
        run = if matches!(token, Token::Sign('!' | '-')) { run + 1 } else { 0 };
        deepest = deepest.max(open + run + choices);
    }
    deepest
}

fn called_loop<'a>(tokens: &[Token<'a>]) -> Option<&'a str> {
    tokens.windows(3).find_map(|three| match three {
        [Token::Sign('.'), Token::Word(name), Token::Sign('(')] if LOOPS.contains(name) => Some(*name),
        _ => None,
    })
}
