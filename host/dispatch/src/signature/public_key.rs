use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::VerifyingKey;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value as Json;
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use crate::arithmetic;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Longest key or certificate as text.
const TEXT_BYTES_MAX: usize = 32 << 10;

/// Somebody's public key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PublicKey {
    /// The DER of an `RSAPublicKey`; 2048 to 8192 bits, or nothing it verifies is right.
    Rsa(Vec<u8>),
    /// An RSA key as its numbers, big-endian.
    RsaNumbers {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// A point of P-256, uncompressed.
    P256(Vec<u8>),
    Ed25519(Box<VerifyingKey>),
}

/// How something is signed with a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// RSASSA-PKCS1-v1_5 with SHA-1, which only old SNS topics still use.
    RsaV15Sha1,
    RsaV15Sha256,
    RsaV15Sha512,
    RsaPssSha512,
    /// ECDSA with SHA-256, `r` and `s` in a row.
    EcdsaFixed,
    /// The same as an ASN.1 sequence.
    EcdsaDer,
    Ed25519,
}

impl PublicKey {
    /// A key as people and programs write it down: PEM (`PUBLIC KEY`, `RSA PUBLIC KEY`, `CERTIFICATE`), or the base64 of its
    /// `SubjectPublicKeyInfo`.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        if text.len() > TEXT_BYTES_MAX {
            return None;
        }
        let Some((_, rest)) = text.split_once("-----BEGIN ") else { return Self::from_spki(&unwrapped(text)?) };
        let (label, rest) = rest.split_once("-----")?;
        let der = unwrapped(rest.split_once("-----END ")?.0)?;
        match label {
            "PUBLIC KEY" => Self::from_spki(&der),
            "RSA PUBLIC KEY" => Some(Self::Rsa(der)),
            "CERTIFICATE" => Certified::from_der(&der).map(|certified| certified.key),
            _ => None,
        }
    }

    fn from_spki(der: &[u8]) -> Option<Self> {
        let info = SubjectPublicKeyInfoRef::from_der(der).ok()?;
        let key = info.subject_public_key.as_bytes()?;
        match info.algorithm.oid {
            RSA => Some(Self::Rsa(key.to_vec())),
            EC if info.algorithm.parameters_oid().ok()? == P256 => point(key.to_vec()),
            ED25519 => ed25519(key),
            _ => None,
        }
    }

    /// A key of a JWK set (RFC 7517).
    pub(super) fn from_jwk(jwk: &Json) -> Option<Self> {
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
        match (jwk.get("kty")?.as_str()?, jwk.get("crv").and_then(Json::as_str)) {
            ("RSA", _) => Some(Self::RsaNumbers { n: without_zeros(bytes("n")?), e: without_zeros(bytes("e")?) }),
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                point([&[4], x.as_slice(), y.as_slice()].concat())
            }
            ("OKP", Some("Ed25519")) => ed25519(&bytes("x")?),
            _ => None,
        }
    }

    /// Whether the data was signed this way with the private half. Of another kind of key nothing is.
    pub(super) fn verifies(&self, way: Way, data: &[u8], signature: &[u8]) -> bool {
        match (self, way) {
            (Self::Ed25519(key), Way::Ed25519) => arithmetic::ed25519(key, data, signature),
            (Self::P256(point), Way::EcdsaFixed) => by_ring(&ECDSA_P256_SHA256_FIXED, point, data, signature),
            (Self::P256(point), Way::EcdsaDer) => by_ring(&ECDSA_P256_SHA256_ASN1, point, data, signature),
            (Self::Rsa(der), _) => rsa(way).is_some_and(|parameters| by_ring(parameters, der, data, signature)),
            (Self::RsaNumbers { n, e }, _) => {
                let key = RsaPublicKeyComponents { n, e };
                rsa(way).is_some_and(|parameters| key.verify(parameters, data, signature).is_ok())
            }
            _ => false,
        }
    }

    pub(super) fn is_rsa(&self) -> bool {
        matches!(self, Self::Rsa(_) | Self::RsaNumbers { .. })
    }
}

/// What a certificate says: a key, and when it may be used, in Unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Certified {
    pub(super) key: PublicKey,
    pub(super) from_s: u64,
    pub(super) until_s: u64,
}

impl Certified {
    /// The first certificate of a PEM file.
    pub(super) fn from_pem(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----")?;
        Self::from_der(&unwrapped(rest.split_once("-----END CERTIFICATE-----")?.0)?)
    }

    fn from_der(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
        let key = PublicKey::from_spki(&certificate.subject_public_key_info.to_der().ok()?)?;
        let seconds = |time: &x509_cert::time::Time| time.to_unix_duration().as_secs();
        Some(Self { key, from_s: seconds(&certificate.validity.not_before), until_s: seconds(&certificate.validity.not_after) })
    }
}

fn by_ring(algorithm: &'static dyn VerificationAlgorithm, key: &[u8], data: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(algorithm, key).verify(data, signature).is_ok()
}

fn rsa(way: Way) -> Option<&'static RsaParameters> {
    match way {
        Way::RsaV15Sha1 => Some(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
        Way::RsaV15Sha256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Way::RsaV15Sha512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        Way::RsaPssSha512 => Some(&RSA_PSS_2048_8192_SHA512),
        Way::EcdsaFixed | Way::EcdsaDer | Way::Ed25519 => None,
    }
}

fn point(bytes: Vec<u8>) -> Option<PublicKey> {
    (bytes.len() == 65 && bytes.first() == Some(&4)).then_some(PublicKey::P256(bytes))
}

fn ed25519(bytes: &[u8]) -> Option<PublicKey> {
    Some(PublicKey::Ed25519(Box::new(VerifyingKey::from_bytes(&<[u8; 32]>::try_from(bytes).ok()?).ok()?)))
}

/// Base64 over several lines.
fn unwrapped(text: &str) -> Option<Vec<u8>> {
    let joined: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(joined).ok().filter(|bytes| !bytes.is_empty())
}

/// Some issuers write a sign byte before their numbers.
fn without_zeros(mut bytes: Vec<u8>) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    bytes
}
