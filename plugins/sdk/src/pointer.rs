//! JSON pointers (RFC 6901).

use serde_json::Value as Json;

/// One reference token in its written form: `~` and `/` escaped.
#[must_use]
pub fn escaped(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// What is wrong with a pointer's form, as half a sentence.
///
/// # Errors
/// As said.
pub fn check(pointer: &str) -> Result<(), &'static str> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err("must be empty or start with `/`");
    }
    let mut rest = pointer.split('~').skip(1);
    if rest.any(|after| !after.starts_with(['0', '1'])) {
        return Err("has a `~` that is neither `~0` nor `~1`");
    }
    Ok(())
}

/// The text at this pointer: a string, or a number or boolean as it is written. Empty and `null` are none.
#[must_use]
pub fn text(value: &Json, pointer: &str) -> Option<String> {
    scalar(value.pointer(pointer)?)
}

/// A string, number or boolean as text; none for everything else, and for an empty string.
#[must_use]
pub fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn forms_are_checked() {
        for good in ["", "/", "/a/0", "/a~1b/~0"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["a", "/~", "/~2", "/a~1~"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn scalars_are_texts() {
        let value = json!({"id": 9_007_199_254_740_993_u64, "a": {"b": ["x", true, null, ""]}});
        for (pointer, expected) in [
            ("/id", Some("9007199254740993")),
            ("/a/b/0", Some("x")),
            ("/a/b/1", Some("true")),
            ("/a/b/2", None),
            ("/a/b/3", None),
            ("/a", None),
        ] {
            assert_eq!(text(&value, pointer).as_deref(), expected, "{pointer}");
        }
    }
}
