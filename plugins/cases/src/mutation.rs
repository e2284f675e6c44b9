//! Payloads that went wrong on the way: each field removed, of another type, emptied, huge; bytes cut off or changed.
//!
//! A connector answers them with facts, `unsupported` or a refusal; natively a trap is a panic, which fails the test.

use serde_json::{Value as Json, json};

/// Most variants of one payload.
const VARIANTS_MAX: usize = 2_000;
/// Places at which the bytes are cut and changed.
const CUTS: usize = 40;
const HUGE_BYTES: usize = 40_000;

/// Calls `run` with every variant of a payload.
pub fn mutated(payload: &[u8], mut run: impl FnMut(&[u8])) {
    for variant in cut(payload) {
        run(&variant);
    }
    let Ok(document) = serde_json::from_slice::<Json>(payload) else {
        return fields(payload, run);
    };
    let mut places = Vec::new();
    collect(&document, "", &mut places);
    let step = places.len().div_ceil(VARIANTS_MAX / replacements().len()).max(1);
    for place in places.iter().step_by(step) {
        for value in replacements() {
            let mut variant = document.clone();
            if let Some(found) = variant.pointer_mut(place) {
                *found = value;
                run(variant.to_string().as_bytes());
            }
        }
        if let Some(variant) = without(&document, place) {
            run(variant.to_string().as_bytes());
        }
    }
}

/// Each field of a form removed, emptied, huge.
fn fields(payload: &[u8], mut run: impl FnMut(&[u8])) {
    let text = String::from_utf8_lossy(payload);
    let pairs: Vec<&str> = text.split('&').filter(|pair| pair.contains('=')).collect();
    for at in 0..pairs.len() {
        let with = |new: Option<String>| {
            let changed =
                pairs.iter().enumerate().filter_map(|(index, pair)| if index == at { new.clone() } else { Some((*pair).to_owned()) });
            changed.collect::<Vec<_>>().join("&")
        };
        let name = pairs.get(at).and_then(|pair| pair.split('=').next()).unwrap_or_default();
        for new in [None, Some(format!("{name}=")), Some(format!("{name}={}", "%C3%A9x".repeat(HUGE_BYTES / 7)))] {
            run(with(new).as_bytes());
        }
    }
}

fn replacements() -> [Json; 9] {
    [
        Json::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}\u{202e}é".repeat(HUGE_BYTES / 8)),
        json!([[], {}, null]),
        json!({"a": {"b": []}}),
    ]
}

fn cut(payload: &[u8]) -> Vec<Vec<u8>> {
    let step = payload.len().div_ceil(CUTS).max(1);
    let places = (0..payload.len()).step_by(step);
    places
        .flat_map(|at| {
            let (before, after) = payload.split_at(at);
            let changed = [before, &[0xff], after.get(1..).unwrap_or_default()].concat();
            [before.to_vec(), changed]
        })
        .collect()
}

fn collect(value: &Json, at: &str, places: &mut Vec<String>) {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                let place = format!("{at}/{}", escaped(name));
                places.push(place.clone());
                collect(value, &place, places);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate().take(20) {
                let place = format!("{at}/{index}");
                places.push(place.clone());
                collect(value, &place, places);
            }
        }
        _ => {}
    }
}

fn without(document: &Json, place: &str) -> Option<Json> {
    let (parent, name) = place.rsplit_once('/')?;
    let mut variant = document.clone();
    match variant.pointer_mut(parent)? {
        Json::Object(fields) => drop(fields.remove(&name.replace("~1", "/").replace("~0", "~"))),
        Json::Array(items) => drop(items.remove(name.parse().ok()?)),
        _ => return None,
    }
    Some(variant)
}
