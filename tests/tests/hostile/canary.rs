//! Nothing of what one customer said reaches the next, however a plugin tries to keep it.

use serde_json::json;

use super::{bytes, corpus};
use crate::program::call_with;
use crate::setup::Place;

/// Customers, each with words of their own.
const CUSTOMERS: usize = 10_000;

#[test]
fn ten_thousand_customers_meet_nobody_elses_words() {
    let place = Place::new();
    let file = place.path("remember.wasm");
    std::fs::write(&file, bytes(corpus().get("remember").expect("the plugin"))).expect("writing");
    let line = |number: usize| json!({"id": number.to_string(), "text": format!("canary-{number}")}).to_string();
    let input = (0..CUSTOMERS).map(line).collect::<Vec<_>>().join("\n");
    let told = call_with(&["plugin", "call", &file.display().to_string(), "classifier.classify"], &input).good();
    let lines = told.lines();
    assert_eq!(lines.len(), CUSTOMERS);
    for said in lines {
        assert_eq!(said[0]["value"], "", "{said}");
    }
    assert!(!told.out.contains("canary-"));
}
