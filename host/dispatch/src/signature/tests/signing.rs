//! The other side: keys that sign as the channels do.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use model::{Delivery, Header};
use rcgen::{CertificateParams, KeyPair};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use serde_json::{Value as Json, json};

/// Keys for these tests only; they were made for them and open nothing.
static RSA: LazyLock<Vec<u8>> = LazyLock::new(|| unwrapped(include_str!("rsa.b64")));
static OTHER_RSA: LazyLock<Vec<u8>> = LazyLock::new(|| unwrapped(include_str!("other_rsa.b64")));
static P256: LazyLock<Vec<u8>> =
    LazyLock::new(|| EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap().as_ref().to_vec());
static ED25519: LazyLock<Vec<u8>> = LazyLock::new(|| Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref().to_vec());

pub(crate) fn unwrapped(text: &str) -> Vec<u8> {
    STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap()
}

/// How something is signed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum By {
    RsaV15Sha256,
    RsaV15Sha512,
    RsaPss,
    OtherRsa,
    P256,
    P256Der,
    Ed25519,
}

impl By {
    fn pkcs8(self) -> &'static [u8] {
        match self {
            Self::OtherRsa => &OTHER_RSA,
            Self::P256 | Self::P256Der => &P256,
            Self::Ed25519 => &ED25519,
            _ => &RSA,
        }
    }

    pub(crate) fn sign(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::RsaV15Sha256 | Self::OtherRsa => rsa(self.pkcs8(), &RSA_PKCS1_SHA256, data),
            Self::RsaV15Sha512 => rsa(self.pkcs8(), &RSA_PKCS1_SHA512, data),
            Self::RsaPss => rsa(self.pkcs8(), &RSA_PSS_SHA512, data),
            Self::P256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, data),
            Self::P256Der => ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING, data),
            Self::Ed25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&ED25519).unwrap().sign(data).as_ref().to_vec(),
        }
    }

    pub(crate) fn base64(self, data: &[u8]) -> String {
        STANDARD.encode(self.sign(data))
    }

    /// The public half in PEM, as `SubjectPublicKeyInfo`.
    pub(crate) fn pem(self) -> String {
        framed("PUBLIC KEY", &self.pair().public_key_der())
    }

    /// The same in base64 without anything around it.
    pub(crate) fn spki(self) -> String {
        STANDARD.encode(self.pair().public_key_der())
    }

    /// A certificate for the public half, valid from 2020 to 2100.
    pub(crate) fn certificate(self) -> String {
        let mut parameters = CertificateParams::new(vec!["sns.example.com".to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2100, 1, 1);
        framed("CERTIFICATE", parameters.self_signed(&self.pair()).unwrap().der())
    }

    fn pair(self) -> KeyPair {
        KeyPair::try_from(self.pkcs8()).unwrap()
    }

    /// The public half as a JWK.
    pub(crate) fn jwk(self, id: &str) -> Json {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::P256 | Self::P256Der => {
                let point = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &P256, &SystemRandom::new()).unwrap();
                let point = point.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "kid": id, "x": encoded(&point[1..33]), "y": encoded(&point[33..])})
            }
            Self::Ed25519 => {
                let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&ED25519).unwrap();
                json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": encoded(key.public_key().as_ref())})
            }
            _ => {
                let key = RsaKeyPair::from_pkcs8(self.pkcs8()).unwrap();
                let components: ring::rsa::PublicKeyComponents<Vec<u8>> = key.public().into();
                json!({"kty": "RSA", "use": "sig", "kid": id, "n": encoded(&components.n), "e": encoded(&components.e)})
            }
        }
    }
}

fn framed(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn rsa(pkcs8: &[u8], encoding: &'static dyn RsaEncoding, data: &[u8]) -> Vec<u8> {
    let key = RsaKeyPair::from_pkcs8(pkcs8).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(encoding, &SystemRandom::new(), data, &mut signature).unwrap();
    signature
}

fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm, data: &[u8]) -> Vec<u8> {
    let random = SystemRandom::new();
    EcdsaKeyPair::from_pkcs8(algorithm, &P256, &random).unwrap().sign(&random, data).unwrap().as_ref().to_vec()
}

/// A delivery with these headers.
pub(crate) fn post(url: &str, headers: &[(&str, &str)], body: &str) -> Delivery {
    let headers = headers.iter().map(|(name, value)| Header::new(name, value)).collect();
    Delivery { method: "POST".into(), url: url.into(), headers, body: body.into(), ..Delivery::default() }
}

pub(crate) fn sha256_base64(body: &str) -> String {
    use sha2::Digest as _;
    STANDARD.encode(sha2::Sha256::digest(body))
}

pub(crate) fn token(header: &Json, claims: &Json, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}
