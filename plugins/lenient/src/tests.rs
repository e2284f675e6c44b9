use serde_json::json;

use super::*;

#[test]
fn what_is_not_there_or_of_a_wrong_type_is_nothing() {
    let value = json!({"a": "x", "n": 5, "list": [1], "deep": {"b": "y"}, "null": null, "empty": "", "f": 2.5});
    assert_eq!((text(&value, "a"), text(&value, "/deep/b"), text(&value, "n"), text(&value, "empty")), (Some("x"), Some("y"), None, None));
    assert_eq!((id(&value, "n").as_deref(), id(&value, "list"), id(&value, "null")), (Some("5"), None, None));
    assert_eq!((count(&value, "n"), count(&value, "a"), list(&value, "list").len(), list(&value, "a").len()), (5, 0, 1, 0));
    assert_eq!((number(&value, "f"), number(&value, "a")), (Some(2.5), None));
    assert!(given(&value, "deep") && !given(&value, "empty") && !given(&value, "null") && !given(&value, "none"));
    assert_eq!(id(&json!(4_912_661_846_655_238_145_u64), "").as_deref(), Some("4912661846655238145"));
}

#[test]
fn times_in_all_their_forms() {
    for (value, expected) in [
        (json!("2026-03-02T09:15:30.120Z"), Some(1_772_442_930_120)),
        (json!(1_772_442_930), Some(1_772_442_930_000)),
        (json!("1772442930"), Some(1_772_442_930_000)),
        (json!(1_772_442_930_120_u64), Some(1_772_442_930_120)),
        (json!(1_772_442_930_120_456_u64), Some(1_772_442_930_120)),
        (json!(1_772_442_930.5), Some(1_772_442_930_500)),
        (json!("soon"), None),
        (json!([]), None),
    ] {
        assert_eq!(time(&json!({"at": value}), "at"), expected, "{value}");
    }
}

#[test]
fn forms() {
    let form = Form::read(b"Body=a%00b+c&From=%2B33612&From=second&Empty=");
    assert_eq!((form.get("Body"), form.get("From"), form.get("Empty")), (Some("ab c"), Some("+33612"), None));
    assert!(Form::read(b"").is_empty());
}

#[test]
fn files_by_their_names() {
    assert_eq!(media_type("https://cdn.example/a.b/photo.JPG?x=1.png"), Some("image/jpeg"));
    assert_eq!(media_type("https://cdn.example/photo"), None);
}

#[test]
fn parts_of_addresses() {
    assert_eq!(escaped("a b/ü&=~"), "a%20b%2F%C3%BC%26%3D~");
}
