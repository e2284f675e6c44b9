use serde_json::{Value as Json, json};

use super::http::actor;
use super::signing::By;
use crate::signature::{KeySource, Keyring, Published};

fn read(source: &KeySource, document: &str) -> Result<Published, String> {
    Keyring::read(source, document.as_bytes()).map_err(|why| why.to_string())
}

fn ada(document: &Json) -> bool {
    let source = KeySource::Actor("https://social.example/users/ada".into());
    matches!(read(&source, &document.to_string()), Ok(Published::Keys(keys)) if keys.key("https://social.example/users/ada#main-key").is_some())
}

#[test]
fn only_its_own_server_vouches_for_an_actor() {
    let right = actor(By::RsaV15Sha256);
    let with = |pointer: &str, value: Json| {
        let mut document = right.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        document
    };
    assert!(ada(&right));
    assert!(ada(&with("/publicKey", json!([right["publicKey"], {"id": "https://social.example/users/ada#old"}]))));
    assert!(!ada(&with("/publicKey/owner", json!("https://other.example/users/eve"))));
    assert!(!ada(&with("/publicKey/owner", json!("https://social.example/users/eve"))));
    assert!(!ada(&with("/publicKey/id", json!("https://other.example/users/ada#main-key"))));
    assert!(!ada(&with("/publicKey/publicKeyPem", json!("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"))));
    assert!(!ada(&json!({})));
    // A key that stands alone.
    assert!(ada(&right["publicKey"]));
    let foreign = KeySource::Actor("https://other.example/users/eve".into());
    assert!(read(&foreign, &right.to_string()).is_err());
}

#[test]
fn key_sets_are_read_and_found() {
    let source = || KeySource::Issuer("https://login.example/keys".into());
    let set = json!({"keys": [By::RsaV15Sha256.jwk("a"), By::P256.jwk("b"), {"kty": "oct", "k": "AAAA", "kid": "c"},
        {"kty": "RSA", "use": "enc", "kid": "d", "n": "AQAB", "e": "AQAB"}]});
    let Ok(Published::Keys(keys)) = read(&source(), &set.to_string()) else { panic!("keys") };
    assert!(keys.key("a").is_some() && keys.key("b").is_some());
    assert!(keys.key("c").is_none() && keys.key("d").is_none());
    let elsewhere = read(&source(), r#"{"issuer": "x", "jwks_uri": "https://login.example/set"}"#);
    assert_eq!(elsewhere, Ok(Published::Elsewhere("https://login.example/set".into())));
    for wrong in ["", "{}", "[]", r#"{"keys": []}"#, r#"{"keys": [{"kty": "RSA"}]}"#, "\u{0}"] {
        assert!(read(&source(), wrong).is_err(), "{wrong}");
    }
}
