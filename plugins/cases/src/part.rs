//! Is this a part of that?

use serde_json::Value as Json;

/// The first place where `found` does not hold what `expected` names, in words.
#[must_use]
pub fn difference(expected: &Json, found: &Json, path: &str) -> Option<String> {
    match (expected, found) {
        (Json::Object(wanted), Json::Object(there)) => {
            wanted.iter().find_map(|(name, value)| difference(value, there.get(name).unwrap_or(&Json::Null), &format!("{path}/{name}")))
        }
        (Json::Array(wanted), Json::Array(there)) if wanted.len() == there.len() => {
            wanted.iter().zip(there).enumerate().find_map(|(at, (value, other))| difference(value, other, &format!("{path}/{at}")))
        }
        (Json::Number(wanted), Json::Number(there)) => {
            let near = matches!((wanted.as_f64(), there.as_f64()), (Some(a), Some(b)) if (a - b).abs() < 0.006);
            (!near).then(|| format!("{path} should be {wanted}, is {there}"))
        }
        _ if expected == found => None,
        _ => Some(format!("{path} should be {expected}, is {found}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts() {
        assert_eq!(difference(&json!({"a": 1}), &json!({"a": 1.001, "b": 2}), ""), None);
        assert_eq!(difference(&json!([{"a": 1}]), &json!([{"a": 2}]), ""), Some("/0/a should be 1, is 2".to_owned()));
        assert!(difference(&json!([1]), &json!([1, 2]), "").is_some());
        assert!(difference(&json!({"a": 1}), &json!({}), "").is_some());
    }
}
