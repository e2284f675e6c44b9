//! `keys`: arithmetic with keys that the guest never sees.
//!
//! Data is recorded by digest and size: it is the delivery, which is kept elsewhere, and the answer alone is what a replay needs.

use dispatch::port::{KeyAlgorithm, KeyError};
use model::{Digest, Role, Secret};
use serde_json::{Value as Json, json};

use super::{CallHost, json_bytes};
use crate::bindings::pointsman::host::keys::{Algorithm, Error, Host};

impl Host for CallHost {
    fn mac(&mut self, key: String, algorithm: Algorithm, data: Vec<u8>) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        let entered = self.enter(key.len() + data.len())?;
        let answer = self.with_keys(&key, |call, keys| {
            // The newest signs; older ones are only still accepted.
            let newest = keys.first().ok_or(KeyError::Invalid(no_value(&key)))?;
            call.mac(newest, port_algorithm(algorithm), &data)
        });
        let answered = answer_json(&answer, |mac| Json::from(hex::encode(mac)));
        self.record("keys.mac", asked(&key, algorithm, &data, None), answered);
        self.leave(&entered, answer.as_ref().map_or(0, Vec::len))?;
        Ok(answer)
    }

    fn verify(&mut self, key: String, algorithm: Algorithm, data: Vec<u8>, signature: Vec<u8>) -> wasmtime::Result<Result<bool, Error>> {
        let entered = self.enter(key.len() + data.len() + signature.len())?;
        let answer = self.with_keys(&key, |call, keys| {
            // Every key is tried, so that the time tells nothing about which one fits.
            let mut right = Err(KeyError::Invalid(no_value(&key)));
            for secret in keys {
                let fits = call.verify(secret, port_algorithm(algorithm), &data, &signature)?;
                right = Ok(right.unwrap_or(false) | fits);
            }
            right
        });
        let answered = answer_json(&answer, |right| Json::from(*right));
        self.record("keys.verify", asked(&key, algorithm, &data, Some(("signature", &signature))), answered);
        self.leave(&entered, 0)?;
        Ok(answer)
    }

    fn decrypt(&mut self, key: String, algorithm: Algorithm, iv: Vec<u8>, data: Vec<u8>) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        let entered = self.enter(key.len() + iv.len() + data.len())?;
        let answer = self.with_keys(&key, |call, keys| {
            let mut plain = Err(KeyError::Invalid(no_value(&key)));
            for secret in keys {
                plain = call.decrypt(secret, port_algorithm(algorithm), &iv, &data);
                if plain.is_ok() {
                    break;
                }
            }
            plain
        });
        let answered = answer_json(&answer, |plain| json_bytes(plain));
        self.record("keys.decrypt", asked(&key, algorithm, &data, Some(("iv", &iv))), answered);
        self.leave(&entered, answer.as_ref().map_or(0, Vec::len))?;
        Ok(answer)
    }
}

impl CallHost {
    /// The grant: edge roles and `webhook` may use the keys that were granted by name, everything else may not.
    fn with_keys<T>(
        &self,
        key: &str,
        compute: impl FnOnce(&dyn dispatch::port::Keys, &[Secret]) -> Result<T, KeyError>,
    ) -> Result<T, Error> {
        let role_may = self.is_edge() || self.role == Some(Role::Webhook);
        let (true, Some(secret), Some(services)) = (role_may, self.lent.secrets.get(key), &self.lent.services) else {
            return Err(Error::NotGranted);
        };
        compute(services.keys.as_ref(), &services.secrets.values(secret)).map_err(|KeyError::Invalid(why)| Error::Invalid(why))
    }
}

fn no_value(key: &str) -> String {
    format!("the secret behind `{key}` has no value")
}

fn asked(key: &str, algorithm: Algorithm, data: &[u8], more: Option<(&str, &[u8])>) -> Json {
    let mut asked = json!({
        "key": key,
        "algorithm": algorithm_name(algorithm),
        "data_bytes": data.len(),
        "data_sha256": Digest::of(data).as_str(),
    });
    if let (Some(fields), Some((name, bytes))) = (asked.as_object_mut(), more) {
        fields.insert(name.to_owned(), Json::from(hex::encode(bytes)));
    }
    asked
}

fn answer_json<T>(answer: &Result<T, Error>, ok: impl FnOnce(&T) -> Json) -> Json {
    match answer {
        Ok(value) => json!({ "ok": ok(value) }),
        Err(Error::NotGranted) => json!({ "err": "not_granted" }),
        Err(Error::Invalid(why)) => json!({ "err": { "invalid": why } }),
    }
}

fn algorithm_name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::HmacSha1 => "hmac-sha1",
        Algorithm::HmacSha256 => "hmac-sha256",
        Algorithm::HmacSha512 => "hmac-sha512",
        Algorithm::Ed25519 => "ed25519",
        Algorithm::Aes128Cbc => "aes-128-cbc",
        Algorithm::Aes256Cbc => "aes-256-cbc",
        Algorithm::Aes256Gcm => "aes-256-gcm",
    }
}

fn port_algorithm(algorithm: Algorithm) -> KeyAlgorithm {
    match algorithm {
        Algorithm::HmacSha1 => KeyAlgorithm::HmacSha1,
        Algorithm::HmacSha256 => KeyAlgorithm::HmacSha256,
        Algorithm::HmacSha512 => KeyAlgorithm::HmacSha512,
        Algorithm::Ed25519 => KeyAlgorithm::Ed25519,
        Algorithm::Aes128Cbc => KeyAlgorithm::Aes128Cbc,
        Algorithm::Aes256Cbc => KeyAlgorithm::Aes256Cbc,
        Algorithm::Aes256Gcm => KeyAlgorithm::Aes256Gcm,
    }
}
