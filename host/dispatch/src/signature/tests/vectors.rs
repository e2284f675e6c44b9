//! Vectors that were published, recorded or made by a channel's rule, where they are at hand: `POINTSMAN_SHARED` names their folder. A vector
//! of a kind that is not known here fails the test: none is skipped.

use std::path::PathBuf;

use model::{Delivery, Handshake, Header, Secret, SignatureScheme, Timestamp};
use serde_json::{Value as Json, json};

use super::{hmac_hex, scheme};
use crate::arithmetic::Arithmetic;
use crate::port::{KeyAlgorithm, Keys as _};
use crate::signature::{handshake, text, verify};

/// The scheme of a vector.
fn scheme_of(name: &str, vector: &Json) -> SignatureScheme {
    let svix = vector["headers"].as_object().is_some_and(|headers| headers.keys().any(|key| key.to_lowercase().starts_with("svix-")));
    match name {
        "x-hub-signature-256" => hmac_hex("x-hub-signature-256", "sha256="),
        "discourse-hmac-sha256-hex" => hmac_hex("x-discourse-event-signature", "sha256="),
        "viber-hmac-sha256-hex" => hmac_hex("x-viber-content-signature", ""),
        "x-hub-signature-sha1" => {
            scheme(json!({"scheme": "hmac", "algorithm": "sha1", "header": "x-hub-signature", "prefix": "sha1=", "secret": "key"}))
        }
        "line-hmac-sha256-base64" => scheme(json!({"scheme": "hmac", "encoding": "base64", "header": "x-line-signature", "secret": "key"})),
        "x-webhooks-signature" => scheme(json!({
            "scheme": "hmac", "encoding": "base64", "header": "x-twitter-webhooks-signature", "prefix": "sha256=", "secret": "key"
        })),
        "slack-v0" => scheme(json!({
            "scheme": "hmac", "header": "x-slack-signature", "prefix": "v0=", "signed": "v0:{timestamp}:{body}",
            "timestamp_header": "x-slack-request-timestamp", "secret": "key"
        })),
        "zendesk-webhook-signature" => scheme(json!({
            "scheme": "hmac", "encoding": "base64", "header": "x-zendesk-webhook-signature", "signed": "{timestamp}{body}",
            "timestamp_header": "x-zendesk-webhook-signature-timestamp", "secret": "key"
        })),
        "discord-ed25519" => scheme(json!({
            "scheme": "ed25519", "header": "x-signature-ed25519", "timestamp_header": "x-signature-timestamp", "secret": "key"
        })),
        "standard-webhooks-v1" | "standard-webhooks-v1a" => {
            scheme(json!({"scheme": "standard-webhooks", "headers": if svix { "svix" } else { "webhook" }, "secret": "key"}))
        }
        "twilio-v1" => scheme(json!({"scheme": "twilio", "secret": "key"})),
        "telegram-secret-token" => scheme(json!({"scheme": "token", "header": "x-telegram-bot-api-secret-token", "secret": "key"})),
        "mailgun-hmac" => scheme(json!({
            "scheme": "body-hmac", "signature": "/signature/signature", "signed": "{/signature/timestamp}{/signature/token}",
            "timestamp": "/signature/timestamp", "secret": "key"
        })),
        // The examples of the RFC sign parts of a message to show how it is done; a connector would demand more.
        "http-message-signatures" => {
            let raw = vector["public_key"].as_str().is_some_and(|key| !key.starts_with("-----BEGIN"));
            let algorithm = raw.then_some("ed25519");
            scheme(json!({"scheme": "http-signature", "secret": "key", "covers": ["@authority"], "algorithm": algorithm}))
        }
        other => panic!("a vector of an unknown scheme: {other}"),
    }
}

fn handshake_of(name: &str) -> Option<Handshake> {
    let secret = "key".to_owned();
    match name {
        "meta-hub-challenge" => Some(Handshake::HubChallenge { secret }),
        "x-crc" => Some(Handshake::Crc { secret }),
        "linkedin-challenge" => Some(Handshake::Linkedin { secret }),
        _ => None,
    }
}

fn delivery_of(vector: &Json) -> Delivery {
    let text = |name: &str, other: &str| vector[name].as_str().unwrap_or(other).to_owned();
    let headers = vector["headers"].as_object().unwrap().iter().map(|(name, value)| Header::new(name, value.as_str().unwrap()));
    Delivery {
        method: text("method", "POST"),
        url: text("url", "https://desk.example/hooks/x"),
        headers: headers.collect(),
        body: text("body", "").into_bytes(),
        ..Delivery::default()
    }
}

/// The vector's time, or else the time that it was signed at.
fn now_of(vector: &Json, delivery: &Delivery) -> Timestamp {
    let headers = ["x-signature-timestamp", "x-zendesk-webhook-signature-timestamp", "x-slack-request-timestamp"];
    let signed_at = headers.iter().find_map(|name| delivery.header(name)).map(str::to_owned);
    let in_body = || serde_json::from_slice::<Json>(&delivery.body).ok()?.pointer("/signature/timestamp")?.as_str().map(str::to_owned);
    let signed_at = signed_at.or_else(in_body).and_then(|at| text::unix_seconds(&at).or_else(|_| text::rfc3339_seconds(&at)).ok());
    Timestamp(vector["now"].as_u64().or(signed_at).unwrap_or_default() * 1_000)
}

fn check_handshake(vector: &Json, kind: &Handshake, place: &str) {
    let secret = [Secret::new(vector["secret"].as_str().unwrap())];
    let answer = handshake(kind, &secret, &delivery_of(vector), Timestamp(vector["now"].as_u64().unwrap_or_default() * 1_000));
    if vector["expected"] != "valid" {
        assert!(answer.is_none_or(|answer| answer.is_err()), "{place}");
        return;
    }
    let (answer, expected) = (answer.expect("a handshake").expect("the right secret"), &vector["expected_response"]);
    assert_eq!(u64::from(answer.status), expected["status"].as_u64().unwrap_or(200), "{place}");
    match expected["json"].as_object() {
        Some(json) => assert_eq!(serde_json::from_slice::<Json>(&answer.body).unwrap(), Json::Object(json.clone()), "{place}"),
        None => assert_eq!(String::from_utf8(answer.body).unwrap(), expected["body"].as_str().unwrap(), "{place}"),
    }
}

/// The arithmetic beneath a scheme.
fn check_primitive(vector: &Json, place: &str) {
    let delivery = delivery_of(vector);
    let signature = hex::decode(delivery.header("signature").unwrap()).unwrap();
    let key = Secret::new(vector["public_key"].as_str().unwrap());
    let right = Arithmetic.verify(&key, KeyAlgorithm::Ed25519, &delivery.body, &signature) == Ok(true);
    assert_eq!(right, vector["expected"] == "valid", "{place}");
}

/// The body is bound by the signature of Slack's other deliveries; the guest's answer repeats the challenge.
fn check_guests_handshake(vector: &Json, place: &str) {
    let body: Json = serde_json::from_slice(&delivery_of(vector).body).unwrap();
    assert_eq!(body["challenge"], vector["expected_response"]["body"], "{place}");
}

fn check_verdict(vector: &Json, name: &str, place: &str) {
    let key = vector["secret"].as_str().or(vector["public_key"].as_str()).unwrap();
    let delivery = delivery_of(vector);
    let now = now_of(vector, &delivery);
    let verdict = verify(&scheme_of(name, vector), &[Secret::new(key)], delivery.clone(), now);
    assert_eq!(verdict.is_ok(), vector["expected"] == "valid", "{place}: {verdict:?}");
    if verdict.is_ok() && name != "telegram-secret-token" && name != "mailgun-hmac" {
        for at in 0..delivery.body.len() {
            let mut altered = delivery.clone();
            altered.body[at] ^= 1;
            assert!(verify(&scheme_of(name, vector), &[Secret::new(key)], altered, now).is_err(), "{place}: byte {at} of the body");
        }
    }
}

#[test]
fn published_vectors_have_their_expected_verdict() {
    let Some(shared) = std::env::var_os("POINTSMAN_SHARED") else {
        eprintln!("skipped: POINTSMAN_SHARED is not set");
        return;
    };
    let mut checked = 0;
    for entry in std::fs::read_dir(PathBuf::from(shared).join("fixtures/vectors")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let vector: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let (name, place) = (vector["scheme"].as_str().unwrap(), path.display().to_string());
        match (name, handshake_of(name)) {
            (_, Some(kind)) => check_handshake(&vector, &kind, &place),
            ("ed25519", _) => check_primitive(&vector, &place),
            ("slack-url-verification", _) => check_guests_handshake(&vector, &place),
            _ => check_verdict(&vector, name, &place),
        }
        checked += 1;
    }
    assert!(checked > 0, "there are no vectors");
}
