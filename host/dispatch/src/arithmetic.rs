//! Arithmetic with keys: what stands behind the contract's `keys` interface. Whether a plugin may use a key is decided before.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, KeyIvInit};
use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, Mac};
use model::{Algorithm, Secret};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::port::{KeyAlgorithm, KeyError, Keys};

/// The arithmetic, by the RustCrypto crates.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arithmetic;

impl Keys for Arithmetic {
    fn mac(&self, key: &Secret, algorithm: KeyAlgorithm, data: &[u8]) -> Result<Vec<u8>, KeyError> {
        let algorithm = hash_of(algorithm).ok_or_else(|| invalid("the algorithm makes no authentication code"))?;
        if key.expose().is_empty() {
            return Err(invalid("the key is empty"));
        }
        Ok(hmac(algorithm, key.expose(), &[data]))
    }

    fn verify(&self, key: &Secret, algorithm: KeyAlgorithm, data: &[u8], signature: &[u8]) -> Result<bool, KeyError> {
        if algorithm == KeyAlgorithm::Ed25519 {
            let key = public_key(key.expose()).ok_or_else(|| invalid("the key is not the 32 bytes of a public key, in hex or base64"))?;
            return Ok(ed25519(&key, data, signature));
        }
        let algorithm = hash_of(algorithm).ok_or_else(|| invalid("the algorithm verifies nothing"))?;
        if key.expose().is_empty() {
            return Err(invalid("the key is empty"));
        }
        Ok(hmac_is(algorithm, key.expose(), &[data], signature))
    }

    fn decrypt(&self, key: &Secret, algorithm: KeyAlgorithm, iv: &[u8], data: &[u8]) -> Result<Vec<u8>, KeyError> {
        match algorithm {
            KeyAlgorithm::Aes128Cbc => cbc::<aes::Aes128>(key.expose(), iv, data),
            KeyAlgorithm::Aes256Cbc => cbc::<aes::Aes256>(key.expose(), iv, data),
            KeyAlgorithm::Aes256Gcm => gcm(key.expose(), iv, data),
            _ => Err(invalid("the algorithm does not decrypt")),
        }
    }
}

/// The HMAC of several parts in a row.
pub(crate) fn hmac(algorithm: Algorithm, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    match algorithm {
        Algorithm::Sha1 => code::<Hmac<Sha1>>(key, parts).map(|mac| mac.finalize().into_bytes().to_vec()),
        Algorithm::Sha256 => code::<Hmac<Sha256>>(key, parts).map(|mac| mac.finalize().into_bytes().to_vec()),
        Algorithm::Sha512 => code::<Hmac<Sha512>>(key, parts).map(|mac| mac.finalize().into_bytes().to_vec()),
    }
    .unwrap_or_default()
}

/// Whether this is the HMAC of several parts in a row, whole and in constant time.
pub(crate) fn hmac_is(algorithm: Algorithm, key: &[u8], parts: &[&[u8]], signature: &[u8]) -> bool {
    match algorithm {
        Algorithm::Sha1 => code::<Hmac<Sha1>>(key, parts).is_some_and(|mac| mac.verify_slice(signature).is_ok()),
        Algorithm::Sha256 => code::<Hmac<Sha256>>(key, parts).is_some_and(|mac| mac.verify_slice(signature).is_ok()),
        Algorithm::Sha512 => code::<Hmac<Sha512>>(key, parts).is_some_and(|mac| mac.verify_slice(signature).is_ok()),
    }
}

/// A public key written as 32 raw bytes, 64 hex digits, or base64.
pub(crate) fn public_key(text: &[u8]) -> Option<VerifyingKey> {
    let bytes = match text.len() {
        32 => text.to_vec(),
        64 => hex::decode(text).ok()?,
        _ => STANDARD.decode(text).ok()?,
    };
    VerifyingKey::from_bytes(&<[u8; 32]>::try_from(bytes).ok()?).ok()
}

/// RFC 8032, without the malleable and small-order forms that some verifiers let through.
pub(crate) fn ed25519(key: &VerifyingKey, data: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(data, &signature).is_ok())
}

fn code<M: Mac + hmac::digest::KeyInit>(key: &[u8], parts: &[&[u8]]) -> Option<M> {
    let mut mac = <M as Mac>::new_from_slice(key).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(mac)
}

fn hash_of(algorithm: KeyAlgorithm) -> Option<Algorithm> {
    match algorithm {
        KeyAlgorithm::HmacSha1 => Some(Algorithm::Sha1),
        KeyAlgorithm::HmacSha256 => Some(Algorithm::Sha256),
        KeyAlgorithm::HmacSha512 => Some(Algorithm::Sha512),
        _ => None,
    }
}

fn cbc<C>(key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>, KeyError>
where
    cbc::Decryptor<C>: KeyIvInit + BlockDecryptMut,
    C: aes::cipher::BlockCipher + aes::cipher::BlockDecryptMut,
{
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).map_err(|_| invalid("key or iv have a wrong length"))?;
    cipher.decrypt_padded_vec_mut::<Pkcs7>(data).map_err(|_| invalid("the data cannot be decrypted"))
}

fn gcm(key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>, KeyError> {
    let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| invalid("the key has a wrong length"))?;
    if iv.len() != 12 {
        return Err(invalid("the iv is not 12 bytes long"));
    }
    cipher.decrypt(Nonce::from_slice(iv), data).map_err(|_| invalid("the data cannot be decrypted"))
}

fn invalid(why: &str) -> KeyError {
    KeyError::Invalid(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(hex_digits: &str) -> Secret {
        Secret::new(hex::decode(hex_digits).unwrap())
    }

    #[test]
    fn codes_are_those_of_the_standards() {
        let check = |algorithm, expected: &str| {
            let code = Arithmetic.mac(&Secret::new("Jefe"), algorithm, b"what do ya want for nothing?").unwrap();
            assert_eq!(hex::encode(&code), expected);
            assert_eq!(Arithmetic.verify(&Secret::new("Jefe"), algorithm, b"what do ya want for nothing?", &code), Ok(true));
            assert_eq!(Arithmetic.verify(&Secret::new("Jefe"), algorithm, b"what do ya want?", &code), Ok(false));
            assert_eq!(Arithmetic.verify(&Secret::new("Jefe"), algorithm, b"what do ya want for nothing?", &code[..8]), Ok(false));
        };
        // RFC 2202 and RFC 4231, test case 2.
        check(KeyAlgorithm::HmacSha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        check(KeyAlgorithm::HmacSha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        check(
            KeyAlgorithm::HmacSha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        );
    }

    #[test]
    fn ciphers_are_those_of_the_standards() {
        // NIST SP 800-38A F.2.1 block 1, with a whole block of padding appended.
        let plain = Arithmetic.decrypt(
            &key("2b7e151628aed2a6abf7158809cf4f3c"),
            KeyAlgorithm::Aes128Cbc,
            &hex::decode("000102030405060708090a0b0c0d0e0f").unwrap(),
            &hex::decode("7649abac8119b246cee98e9b12e9197d8964e0b149c10b7b682e6e39aaeb731c").unwrap(),
        );
        assert_eq!(plain.map(hex::encode), Ok("6bc1bee22e409f96e93d7e117393172a".to_owned()));
        // The GCM specification's test case 14: one block of zeros.
        let plain = Arithmetic.decrypt(
            &Secret::new([0_u8; 32]),
            KeyAlgorithm::Aes256Gcm,
            &[0; 12],
            &hex::decode("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919").unwrap(),
        );
        assert_eq!(plain, Ok(vec![0; 16]));
    }

    #[test]
    fn wrong_forms_are_errors_and_not_panics() {
        let k = Secret::new("short");
        for algorithm in [KeyAlgorithm::Aes128Cbc, KeyAlgorithm::Aes256Cbc, KeyAlgorithm::Aes256Gcm] {
            assert!(Arithmetic.decrypt(&k, algorithm, b"iv", b"data").is_err());
            assert!(Arithmetic.mac(&k, algorithm, b"data").is_err());
            assert!(Arithmetic.verify(&k, algorithm, b"data", b"sig").is_err());
        }
        assert!(Arithmetic.decrypt(&k, KeyAlgorithm::HmacSha256, b"", b"").is_err());
        assert!(Arithmetic.verify(&k, KeyAlgorithm::Ed25519, b"", b"").is_err());
        assert!(Arithmetic.mac(&Secret::new(""), KeyAlgorithm::HmacSha256, b"").is_err());
        let ours = Secret::new("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert_eq!(Arithmetic.verify(&ours, KeyAlgorithm::Ed25519, b"", b"short"), Ok(false));
    }
}
