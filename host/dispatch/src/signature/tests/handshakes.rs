use model::{Delivery, Handshake, Header, Response};
use serde_json::{Value as Json, json};

use super::{NOW, get, secrets};
use crate::signature::{Forged, handshake};

fn ask(kind: &Json, delivery: &Delivery, values: &[&str]) -> Option<Result<Response, Forged>> {
    handshake(&serde_json::from_value(kind.clone()).unwrap(), &secrets(values), delivery, NOW)
}

#[test]
fn linkedins_code_comes_back_with_its_answer() {
    let kind = json!({"kind": "linkedin", "secret": "client"});
    let answer = ask(&kind, &get("challengeCode=c0de"), &["new", "old"]).unwrap().unwrap();
    let body: Json = serde_json::from_slice(&answer.body).unwrap();
    let code = hex::encode(super::arithmetic::hmac(model::Algorithm::Sha256, b"new", &[b"c0de"]));
    assert_eq!(body, json!({"challengeCode": "c0de", "challengeResponse": code}));
    assert!(ask(&kind, &get("x=y"), &["new"]).is_none());
    assert_eq!(ask(&kind, &get("challengeCode=c0de"), &[]), Some(Err(Forged::NoSecret)));
    assert!(ask(&kind, &get(&format!("challengeCode={}", "x".repeat(2_000))), &["new"]).unwrap().is_err());
}

#[test]
fn nothing_is_coded_that_could_be_a_body() {
    let kinds = [(json!({"kind": "linkedin", "secret": "s"}), "challengeCode"), (json!({"kind": "crc", "secret": "s"}), "crc_token")];
    for (kind, parameter) in kinds {
        let ask = |text: &str| {
            let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair(parameter, text).finish();
            ask(&kind, &get(&query), &["s3cr3t"]).unwrap().is_ok()
        };
        assert!(ask("890e4665-4dfe-4ab1-b689-ed553bceeed0") && ask("MzQ1+/a_b=="));
        for body in [r#"{"a":1}"#, "[1]", "a=b&c=d", "hmacsha256=abc", "<xml/>", "\n", "é", ""] {
            assert!(!ask(body), "{kind} {body}");
        }
    }
}

fn options(headers: &[(&str, &str)]) -> Delivery {
    let headers = headers.iter().map(|(name, value)| Header::new(name, value)).collect();
    Delivery { method: "OPTIONS".into(), url: "https://desk.example/hooks/x".into(), headers, ..Delivery::default() }
}

#[test]
fn an_origin_is_allowed_when_it_is_listed() {
    let listed = json!({"kind": "cloud-events", "origins": ["events.example.com"]});
    let check = |kind: &Json, headers: &[(&str, &str)], expected: Option<&[(&str, &str)]>| {
        let answer = ask(kind, &options(headers), &[]).unwrap().ok();
        let expected = expected.map(|headers| headers.iter().map(|(name, value)| Header::new(name, value)).collect::<Vec<_>>());
        assert_eq!(answer.map(|answer| answer.headers), expected, "{headers:?}");
    };
    let allow = ("allow", "POST");
    let origin = ("webhook-allowed-origin", "events.example.com");
    check(&listed, &[("WebHook-Request-Origin", "events.example.com")], Some(&[allow, origin]));
    let asked = [("webhook-request-origin", "events.example.com"), ("webhook-request-rate", "120")];
    check(&listed, &asked, Some(&[allow, origin, ("webhook-allowed-rate", "120")]));
    check(&listed, &[asked[0], ("webhook-request-rate", "many")], Some(&[allow, origin, ("webhook-allowed-rate", "*")]));
    check(&listed, &[("webhook-request-origin", "evil.example")], None);
    check(&listed, &[asked[0], asked[0]], None);
    check(
        &json!({"kind": "cloud-events"}),
        &[("webhook-request-origin", "any.example")],
        Some(&[allow, ("webhook-allowed-origin", "any.example")]),
    );
    check(&json!({"kind": "cloud-events"}), &[("webhook-request-origin", "a b")], None);
    assert!(ask(&listed, &options(&[]), &[]).is_none());
    assert!(ask(&listed, &get("x=y"), &[]).is_none());
}

#[test]
fn an_echo_is_given_to_who_knows_the_token() {
    use sha1::Digest as _;
    let kind = json!({"kind": "wechat", "secret": "token"});
    let right = hex::encode(sha1::Sha1::digest("1700000000abcn0nce"));
    let query = format!("signature={right}&timestamp=1700000000&nonce=n0nce&echostr=%3Cb%3E42");
    let answer = ask(&kind, &get(&query), &["abc"]).unwrap().unwrap();
    assert_eq!((answer.body.as_slice(), &answer.headers[0].value[..10]), (b"<b>42".as_slice(), b"text/plain".as_slice()));
    assert!(ask(&kind, &get(&query), &["other"]).unwrap().is_err());
    assert!(ask(&kind, &get("x=y"), &["abc"]).is_none());
}

#[test]
fn the_forms_are_those_of_manifests() {
    let check = |json: Json, secret: Option<&str>| {
        let kind: Handshake = serde_json::from_value(json.clone()).unwrap();
        assert_eq!((kind.secret(), serde_json::to_value(&kind).unwrap()), (secret, json));
    };
    check(json!({"kind": "hub-challenge", "secret": "a"}), Some("a"));
    check(json!({"kind": "linkedin", "secret": "a"}), Some("a"));
    check(json!({"kind": "cloud-events"}), None);
    check(json!({"kind": "cloud-events", "origins": ["x"]}), None);
}
