//! CEL conditions: the count before the parser, the parser, the names, and the evaluation of what passes.

use std::sync::LazyLock;

use dispatch::condition::{Condition, Known, SOURCE_BYTES_MAX};
use model::{Attributes, Author, Interaction, Signal, Situation, Timestamp, Value};

use crate::{Target, repository};

/// Whatever is let through can be evaluated, gives the same twice, and never quotes what a customer said.
pub const TARGET: Target = Target { name: "condition", run, seeds };

const SAID: &str = "zq7-where-is-my-order";

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let interaction = Interaction {
        connector: "shop".into(),
        channel: "mastodon".into(),
        text: SAID.into(),
        author: Some(Author { id: SAID.into(), followers: Some(12_000), ..Author::default() }),
        rating: Some(0.5),
        received_at: Timestamp(1_700_000_000_000),
        attributes: Attributes::from([("store-id".to_owned(), Value::from("lyon"))]),
        ..Interaction::default()
    };
    let mut known = Known::new(&interaction, &Situation { inbound_count: 3, ..Situation::default() });
    let signal = |name: &str, value: Value| Signal {
        name: name.into(),
        value,
        confidence: None,
        evidence: vec![],
        reasons: vec![],
        source: String::new(),
    };
    known.learn(&[signal("sentiment", "negative".into()), signal("sentiment-score", (-0.8).into())]);
    known
});

fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Condition::compile(text) {
        Ok(condition) => {
            assert!(text.len() <= SOURCE_BYTES_MAX, "{} bytes were let through", text.len());
            let first = condition.evaluate(&KNOWN);
            assert_eq!(first, condition.evaluate(&KNOWN), "{text}");
            if let Err(failure) = first {
                assert!(text.contains(SAID) || !failure.to_string().contains(SAID), "{failure}");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Quoted texts of the condition's own tests, and the `when`s of configurations.
fn seeds() -> Vec<Vec<u8>> {
    let tests = repository::files("host/dispatch/src/condition", "tests.rs");
    let configurations = repository::files("host/manifest/tests/cases", "pointsman.toml");
    let quoted = tests.iter().flat_map(|text| text.split(|byte| *byte == b'\n')).filter_map(|line| {
        let line = std::str::from_utf8(line).ok()?.trim().strip_prefix("check(\"")?;
        Some(line.rsplit_once("\", ")?.0.replace("\\\"", "\"").into_bytes())
    });
    let whens = configurations.iter().flat_map(|text| text.split(|byte| *byte == b'\n')).filter_map(|line| {
        let line = std::str::from_utf8(line).ok()?.split_once("when = \"")?.1;
        Some(line.rsplit_once('"')?.0.as_bytes().to_vec())
    });
    let deep = [format!("{}true{}", "(".repeat(31), ")".repeat(31)), "!".repeat(30) + "true", "1+".repeat(120) + "1 == 2"];
    quoted.chain(whens).chain(deep.map(String::into_bytes)).collect()
}
