//! `pointsman:host`: headers, answers and problems.

use model::FaultKind;
use wasmtime::component::ComponentType;

use super::Arena;
use super::lift::{Lift, broken};
use crate::bindings::pointsman::host::{http, types as wit};

/// Most headers of one answer.
const HEADERS_MAX: usize = 64;
/// Most problems that a refusing `configure` may report.
const PROBLEMS_MAX: usize = 1_000;

/// The records for headers.
pub(crate) fn headers<'a>(arena: &'a Arena, from: &'a [model::Header]) -> &'a [wit::HeaderParam<'a>] {
    arena.list(from.iter().map(|from| wit::HeaderParam { name: arena.text(&from.name), value: arena.raw(&from.value) }))
}

/// The answer that a connector gives to its channel.
pub(crate) fn lift_response(lift: &mut Lift, from: wit::Response) -> Result<model::Response, FaultKind> {
    if !(100..=599).contains(&from.status) {
        return broken(format!("the answer's status is {}, not between 100 and 599", from.status));
    }
    let headers = lift.list("the answer's headers", from.headers, HEADERS_MAX, wit::HeaderResult::SIZE32, |lift, from| {
        check_header(&from.name, &from.value).or_else(broken)?;
        lift.count(from.name.len() + from.value.len())?;
        Ok(model::Header { name: from.name.to_ascii_lowercase(), value: from.value })
    })?;
    Ok(model::Response { status: from.status, headers, body: lift.bytes("the answer's body", from.body, usize::MAX)? })
}

/// Why a header cannot be sent: a name that is no token of RFC 9110, or CR, LF or NUL in the value.
pub(crate) fn check_header(name: &str, value: &[u8]) -> Result<(), String> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || name.len() > 256 || !name.bytes().all(token) {
        return Err(format!("`{}` is not the name of a header", name.escape_debug()));
    }
    if value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(format!("the value of the header `{name}` has CR, LF or NUL"));
    }
    Ok(())
}

/// The plugin's own words about its settings.
pub(crate) fn lift_problems(lift: &mut Lift, from: Vec<wit::Problem>) -> Result<Vec<model::Problem>, FaultKind> {
    lift.list("problems", from, PROBLEMS_MAX, wit::Problem::SIZE32, |lift, from| {
        Ok(model::Problem {
            path: lift.text(from.path)?,
            line: from.line,
            column: from.column,
            message: lift.text(from.message)?,
            remedy: lift.optional(from.remedy)?,
        })
    })
}

/// The host's answer to `http.send`.
pub(crate) fn response(from: model::Response) -> http::Response {
    let headers = from.headers.into_iter().map(|from| wit::HeaderResult { name: from.name, value: from.value }).collect();
    http::Response { status: from.status, headers, body: from.body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_cannot_smuggle_lines() {
        for (name, value, expected) in [
            ("x-a", &b"b"[..], true),
            ("X_A.1", b"", true),
            ("", b"b", false),
            ("x a", b"b", false),
            ("x:a", b"b", false),
            ("x", b"b\r\nset-cookie: c", false),
            ("x", b"b\0", false),
        ] {
            assert_eq!(check_header(name, value).is_ok(), expected, "{name}");
        }
    }
}
