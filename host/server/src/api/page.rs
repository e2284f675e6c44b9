//! Pages of lists, and the parameters that ask for them.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::problem::{Code, Problem};

/// Of a page, with the one too many that is read.
const ROWS_MAX: u32 = 500;
/// Of a page, unless asked otherwise.
const ROWS: u32 = 50;

/// Of an id in a path; longer ones are nobody's.
const ID_BYTES_MAX: usize = 2_048;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The rows, in the list's order.
    pub(crate) items: Vec<T>,
    /// What to send as `before` (or `after`, where the list was asked so) for the next page; absent: this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// A page that was read with one row more than wanted: the row too many tells that there is a next page.
    pub(crate) fn cut(mut items: Vec<T>, rows: u32, cursor: impl FnOnce(&T) -> String) -> Self {
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        let more = items.len() > rows;
        items.truncate(rows);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }

    /// The page with its rows changed.
    pub(crate) fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

/// How many rows the caller wants.
///
/// # Errors
/// 400 when it is none or too many.
pub(crate) fn rows(limit: Option<u32>) -> Result<u32, Problem> {
    match limit.unwrap_or(ROWS) {
        rows @ 1..ROWS_MAX => Ok(rows),
        _ => Err(Problem::new(Code::BadRequest, format!("`limit` is 1 to {}.", ROWS_MAX.saturating_sub(1)))),
    }
}

/// A number that a page before gave.
///
/// # Errors
/// 400 when it is none.
pub(crate) fn cursor(name: &str, text: Option<&str>) -> Result<Option<u64>, Problem> {
    let parse = |text: &str| text.parse().map_err(|_| Problem::new(Code::BadRequest, format!("`{name}` is the `next` of another page.")));
    text.map(parse).transpose()
}

/// The query's parameters; an unknown one is an error, because a misspelt filter would show everything.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(error) => Err(Problem::new(Code::BadRequest, format!("The query is wrong: {}.", plain(&error.body_text())))),
        }
    }
}

/// The id in a path.
pub(crate) struct Id(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(id)) if id.len() <= ID_BYTES_MAX && !id.contains(char::is_control) => Ok(Self(id)),
            _ => Err(Problem::not_found("thing")),
        }
    }
}

/// An extractor's words without its own introduction and without what must not be echoed.
fn plain(text: &str) -> String {
    let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(text);
    text.chars().filter(|character| !character.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_too_many_is_the_next_page() {
        let check = |items: Vec<u32>, expected: &[u32], next: Option<&str>| {
            let page = Page::cut(items, 2, u32::to_string);
            assert_eq!((page.items.as_slice(), page.next.as_deref()), (expected, next));
        };
        check(vec![], &[], None);
        check(vec![1], &[1], None);
        check(vec![1, 2], &[1, 2], None);
        check(vec![1, 2, 3], &[1, 2], Some("2"));
    }

    #[test]
    fn a_page_has_some_rows_but_not_too_many() {
        let check = |limit: Option<u32>, expected: Option<u32>| assert_eq!(rows(limit).ok(), expected, "{limit:?}");
        check(None, Some(50));
        check(Some(1), Some(1));
        check(Some(499), Some(499));
        check(Some(500), None);
        check(Some(0), None);
    }
}
