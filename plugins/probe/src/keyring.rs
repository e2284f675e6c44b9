//! `webhook`: computes what the headers ask for with keys that it never sees, and tells what came out as attributes of one `system` fact.

use pointsman_plugin::keys::{self, Algorithm, Error};
use pointsman_plugin::{Attribute, Delivery, Fact, Note, Reception, Refusal, Timestamp, Value, Webhook};

use crate::Probe;

const ALGORITHMS: [(&str, Algorithm); 7] = [
    ("hmac-sha1", Algorithm::HmacSha1),
    ("hmac-sha256", Algorithm::HmacSha256),
    ("hmac-sha512", Algorithm::HmacSha512),
    ("ed25519", Algorithm::Ed25519),
    ("aes128-cbc", Algorithm::Aes128Cbc),
    ("aes256-cbc", Algorithm::Aes256Cbc),
    ("aes256-gcm", Algorithm::Aes256Gcm),
];

impl Webhook for Probe {
    fn receive(&self, delivery: &Delivery, now: Timestamp) -> Result<Reception, Refusal> {
        let header = |name: &str| delivery.header(name);
        let key = header("x-probe-key").unwrap_or("signing");
        let name = header("x-probe-algorithm").unwrap_or("hmac-sha256");
        let Some((_, algorithm)) = ALGORITHMS.into_iter().find(|(known, _)| *known == name) else {
            return Err(Refusal::Unsupported(format!("the algorithm `{name}` is not known")));
        };
        let mut attributes = vec![outcome("mac", keys::mac(key, algorithm, &delivery.body).map(|code| hex(&code).into()))];
        if let Some(signature) = header("x-probe-signature") {
            let verified = keys::verify(key, algorithm, &delivery.body, &bytes(signature)?);
            attributes.push(outcome("verified", verified.map(Value::from)));
        }
        if let Some(iv) = header("x-probe-iv") {
            let plain = keys::decrypt(key, algorithm, &bytes(iv)?, &delivery.body);
            attributes.push(outcome("decrypted", plain.map(|plain| String::from_utf8_lossy(&plain).into_owned().into())));
        }
        let note = Note { occurred_at: Some(now), attributes, ..Note::new("probe") };
        Ok(Reception::of(vec![Fact::system(note)]))
    }
}

fn outcome(name: &str, outcome: Result<Value, Error>) -> Attribute {
    match outcome {
        Ok(value) => Attribute::new(name, value),
        Err(Error::NotGranted) => Attribute::new(format!("{name}-error"), "not-granted"),
        Err(Error::Invalid(why)) => Attribute::new(format!("{name}-error"), why),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Result<Vec<u8>, Refusal> {
    let pair = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(pair).collect();
    bytes.ok_or_else(|| Refusal::Malformed("a header is no hexadecimal text".to_owned()))
}
