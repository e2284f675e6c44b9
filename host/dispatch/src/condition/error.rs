use cel::ParseErrors;
use thiserror::Error;

use super::{DEPTH_MAX, SOURCE_BYTES_MAX, TOKENS_MAX};

/// Why a condition is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConditionError {
    /// Nothing is written.
    #[error("the condition is empty; leave `when` out if it is always met")]
    Empty,
    /// Longer than allowed.
    #[error("the condition has {bytes} bytes, at most {SOURCE_BYTES_MAX} are allowed; write a rule of a router instead")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// More tokens than allowed.
    #[error("the condition has more than {TOKENS_MAX} words and signs; write a rule of a router instead")]
    TooManyTokens,
    /// Nested deeper than allowed.
    #[error("the condition is nested deeper than {DEPTH_MAX}")]
    TooDeep,
    /// A text that does not end.
    #[error("a text is not closed")]
    OpenText,
    /// A loop over a list.
    #[error("`{name}` is a loop, and conditions have none; write a rule of a router instead")]
    Loop {
        /// The loop's name.
        name: String,
    },
    /// Not CEL.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// From 1.
        line: u32,
        /// From 1.
        column: u32,
        /// In the parser's words.
        message: String,
    },
    /// There is no such variable, field or function.
    #[error("there is no {kind} `{name}`{}", suggest(suggestion.as_deref()))]
    Unknown {
        /// `variable`, `field` or `function`.
        kind: &'static str,
        /// As written, with what stands before it.
        name: String,
        /// What may have been meant.
        suggestion: Option<String>,
    },
    /// A defect of the host.
    #[error("the condition could not be compiled: {0}")]
    Internal(String),
}

impl ConditionError {
    pub(super) fn syntax(errors: &ParseErrors) -> Self {
        let Some(first) = errors.errors.first() else { return Self::Internal("the parser gave no reason".to_owned()) };
        let number = |position: isize| u32::try_from(position.max(1)).unwrap_or(1);
        Self::Syntax { line: number(first.pos.0), column: number(first.pos.1), message: first.msg.clone() }
    }
}

/// Why it cannot be said whether a condition is met. Counts as not met, and is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ConditionFailure(String);

impl ConditionFailure {
    pub(super) fn new(why: String) -> Self {
        Self(why)
    }
}

fn suggest(name: Option<&str>) -> String {
    name.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}
