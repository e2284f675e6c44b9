use serde_json::Value as Json;

/// Numbers of examples agree to two places.
const NEAR: f64 = 0.006;

/// The first place where `found` does not hold what `expected` names, in words. Objects may leave fields out.
pub(crate) fn difference(expected: &Json, found: &Json, path: &str) -> Option<String> {
    match (expected, found) {
        (Json::Object(wanted), Json::Object(there)) => {
            wanted.iter().find_map(|(name, value)| difference(value, there.get(name).unwrap_or(&Json::Null), &format!("{path}/{name}")))
        }
        (Json::Array(wanted), Json::Array(there)) if wanted.len() == there.len() => {
            wanted.iter().zip(there).enumerate().find_map(|(at, (value, other))| difference(value, other, &format!("{path}/{at}")))
        }
        (Json::Array(wanted), Json::Array(there)) => {
            Some(format!("`{}` should have {} entries and has {}", place(path), wanted.len(), there.len()))
        }
        (Json::Number(wanted), Json::Number(there)) if near(wanted, there) => None,
        _ if expected == found => None,
        _ => Some(format!("`{}` is not as it should be", place(path))),
    }
}

fn near(wanted: &serde_json::Number, there: &serde_json::Number) -> bool {
    wanted == there || matches!((wanted.as_f64(), there.as_f64()), (Some(a), Some(b)) if (a - b).abs() < NEAR)
}

fn place(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::difference;

    #[test]
    fn an_example_names_only_what_matters() {
        for (expected, found, difference_at) in [
            (json!({"a": 1}), json!({"a": 1.001, "b": 2}), None),
            (json!([{"a": 1}]), json!([{"a": 2}]), Some("/0/a")),
            (json!([1]), json!([1, 2]), Some("`/` should have 1 entries")),
            (json!({"a": {"b": "x"}}), json!({"a": {}}), Some("/a/b")),
            (json!({"a": null}), json!({}), None),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_993_u64), None),
        ] {
            let said = difference(&expected, &found, "");
            match difference_at {
                None => assert_eq!(said, None, "{expected} {found}"),
                Some(at) => assert!(said.as_deref().is_some_and(|said| said.contains(at)), "{said:?}"),
            }
        }
    }
}
