//! Payloads that went wrong on the way, in the sandbox: cut, changed, with fields of other types. No connector fails on any of them.
//!
//! A sample; each connector's own tests do the same natively with all of them.

use serde_json::{Value, json};

use super::payload::{Channel, channels};

/// Payloads of each channel, and variants of each payload.
const PAYLOADS_MAX: usize = 6;
const VARIANTS_MAX: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_damaged_payload_makes_a_connector_fail() {
    let mut faults = Vec::new();
    for (name, payloads) in channels() {
        let channel = Channel::open(name, payloads).await;
        let step = channel.payloads.len().div_ceil(PAYLOADS_MAX).max(1);
        for payload in channel.payloads.iter().step_by(step) {
            for (index, variant) in variants(&payload.bytes).iter().enumerate() {
                if let Err(fault) = channel.read(&payload.label, variant).await {
                    faults.push(format!("{} variant {index}: the plugin {fault}", payload.shown));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn variants(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> =
        [0, 1, 3, 5, 7].iter().filter_map(|eighths| bytes.get(..bytes.len() * eighths / 8)).map(<[u8]>::to_vec).collect();
    let mut damaged = bytes.to_vec();
    if let Some(byte) = damaged.get_mut(bytes.len() / 2) {
        *byte = 0xff;
    }
    found.push(damaged);
    if let Ok(document) = serde_json::from_slice::<Value>(bytes) {
        let mut places = Vec::new();
        collect(&document, "", &mut places);
        let step = places.len().div_ceil(VARIANTS_MAX - found.len()).max(1);
        for (index, place) in places.iter().step_by(step).enumerate() {
            let mut variant = document.clone();
            if let Some(value) = variant.pointer_mut(place) {
                *value = replacement(index);
                found.push(variant.to_string().into_bytes());
            }
        }
        found.push(format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes());
    }
    found
}

fn replacement(index: usize) -> Value {
    match index % 7 {
        0 => Value::Null,
        1 => json!(-1e300),
        2 => json!(u64::MAX),
        3 => json!("\u{0}\u{202e}é".repeat(20_000)),
        4 => json!([[], {}, null]),
        5 => json!({"a": {"b": []}}),
        _ => json!(true),
    }
}

fn collect(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                places.push(place.clone());
                collect(value, &place, places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate().take(4) {
                let place = format!("{at}/{index}");
                places.push(place.clone());
                collect(value, &place, places);
            }
        }
        _ => {}
    }
}
