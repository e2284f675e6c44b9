//! The schemes one by one, published vectors, and, for every scheme, that a valid delivery of which one byte was changed is refused.

mod altered;
mod beside;
mod handshakes;
mod http;
pub(crate) mod jwt;
mod keyring;
pub(crate) mod signing;
pub(crate) mod sns;
mod tokens;
mod vectors;

use model::{Algorithm, Delivery, Encoding, Handshake, Header, Secret, SignatureScheme, Timestamp};
use serde_json::Value as Json;

use super::*;

fn delivery(headers: &[(&str, &str)], body: &str) -> Delivery {
    let headers = headers.iter().map(|(name, value)| Header::new(name, value)).collect();
    Delivery { method: "POST".into(), url: "https://desk.example/hooks/shop".into(), headers, body: body.into(), ..Delivery::default() }
}

fn get(query: &str) -> Delivery {
    Delivery { method: "GET".into(), url: format!("https://desk.example/hooks/shop?{query}"), ..Delivery::default() }
}

fn secrets(values: &[&str]) -> Vec<Secret> {
    values.iter().map(|value| Secret::new(*value)).collect()
}

fn scheme(json: Json) -> SignatureScheme {
    serde_json::from_value(json).unwrap()
}

fn hmac_hex(header: &str, prefix: &str) -> SignatureScheme {
    scheme(serde_json::json!({"scheme": "hmac", "header": header, "prefix": prefix, "secret": "key"}))
}

const NOW: Timestamp = Timestamp(1_700_000_000_000);

#[test]
fn one_valid_secret_of_several_is_enough() {
    let body = "order 42 is late";
    let signed = format!("sha256={}", hex::encode(arithmetic::hmac(Algorithm::Sha256, b"new", &[body.as_bytes()])));
    let check = |values: &[&str], expected: bool| {
        let genuine = verify(&hmac_hex("x-sig", "sha256="), &secrets(values), delivery(&[("X-Sig", &signed)], body), NOW);
        assert_eq!(genuine.is_ok(), expected, "{values:?}");
    };
    check(&["new"], true);
    check(&["new", "old"], true);
    check(&["old", "new"], true);
    check(&["old"], false);
    check(&[""], false);
    check(&[], false);
}

#[test]
fn missing_empty_and_repeated_signatures_are_forged() {
    let check = |headers: &[(&str, &str)], expected: &str| {
        let forged = verify(&hmac_hex("x-sig", "sha256="), &secrets(&["key"]), delivery(headers, "x"), NOW).unwrap_err();
        assert_eq!(forged.to_string(), expected);
    };
    check(&[], "the header `x-sig` is missing");
    check(&[("x-sig", "")], "`x-sig` does not start with `sha256=`");
    check(&[("x-sig", "sha256=")], "the signature is wrong");
    check(&[("x-sig", "sha256=zz")], "`x-sig` is not well encoded");
    check(&[("x-sig", "sha256=00"), ("x-sig", "sha256=00")], "the header `x-sig` is there more than once");
}

#[test]
fn times_are_read_strictly_and_the_boundary_is_included() {
    let scheme = scheme(serde_json::json!({
        "scheme": "hmac", "header": "s", "signed": "{timestamp}:{body}", "timestamp_header": "t", "secret": "key"
    }));
    let check = |time: &str, expected: bool| {
        let code = hex::encode(arithmetic::hmac(Algorithm::Sha256, b"key", &[time.as_bytes(), b":x"]));
        assert_eq!(verify(&scheme, &secrets(&["key"]), delivery(&[("s", &code), ("t", time)], "x"), NOW).is_ok(), expected, "{time}");
    };
    check("1700000000", true);
    check("1700000300", true);
    check("1699999700", true);
    check("1700000301", false);
    check("1699999699", false);
    check("-1700000000", false);
    check("+1700000000", false);
    check("01700000000", false);
    check("1700000000.0", false);
    check("9223372036854775808", false);
    check("hello", false);
    check("", false);
    check("2023-11-14T22:13:20Z", true);
    check("2023-11-14T22:18:21Z", false);
    check("2023-11-14T22:13:20+00:00", false);
}

#[test]
fn a_body_that_looks_like_a_place_is_only_a_body() {
    let scheme = scheme(serde_json::json!({
        "scheme": "hmac", "header": "s", "signed": "v0:{timestamp}:{body}", "timestamp_header": "t", "secret": "key"
    }));
    let body = "{timestamp}{body}";
    let code = hex::encode(arithmetic::hmac(Algorithm::Sha256, b"key", &[b"v0:1700000000:", body.as_bytes()]));
    assert!(verify(&scheme, &secrets(&["key"]), delivery(&[("s", &code), ("t", "1700000000")], body), NOW).is_ok());
}

fn standard(signatures: &str, secret: &str) -> Result<Verified, Forged> {
    let scheme = scheme(serde_json::json!({"scheme": "standard-webhooks", "secret": "key"}));
    let headers = [("webhook-id", "msg_1"), ("webhook-timestamp", "1700000000"), ("webhook-signature", signatures)];
    verify(&scheme, &secrets(&[secret]), delivery(&headers, "body"), NOW)
}

#[test]
fn standard_webhooks_takes_no_odd_form() {
    let secret = format!("whsec_{}", STANDARD.encode(b"a key of twenty-four byte"));
    let right = STANDARD.encode(arithmetic::hmac(Algorithm::Sha256, b"a key of twenty-four byte", &[b"msg_1.1700000000.body"]));
    let check = |signatures: String, expected: bool| assert_eq!(standard(&signatures, &secret).is_ok(), expected, "{signatures}");
    let wrong = format!("v1,{}", STANDARD.encode([7_u8; 32]));
    check(format!("v1,{right}"), true);
    check(format!("{wrong} v2,abc v1,{right} {wrong}"), true);
    check(format!("{} v1,{right}", [wrong.as_str(); 7].join(" ")), true);
    check(format!("{} v1,{right}", [wrong.as_str(); 8].join(" ")), false);
    check(format!("v1,{}", right.trim_end_matches('=')), false);
    check(format!("v1,{}", right.to_lowercase()), false);
    check(format!("v1,{right} "), false);
    check(format!("v1a,{right}"), false);
    check(format!("v1,{}", STANDARD.encode([0_u8; 64])), false);
    check(right.clone(), false);
    check(String::new(), false);
    assert_eq!(standard(&format!("v1,{right}"), "whsec_"), Err(Forged::NoSecret));
    assert_eq!(standard(&format!("v1,{right}"), ""), Err(Forged::NoSecret));
    assert_eq!(standard(&format!("v1,{right}"), "whsec_not base64"), Err(Forged::NoSecret));
}

#[test]
fn tokens_and_passwords_do_not_reach_the_guest() {
    let token = scheme(serde_json::json!({"scheme": "token", "header": "X-Secret-Token", "secret": "key"}));
    let headers = [("x-secret-token", "s3cr3t"), ("cookie", "s3cr3t"), ("authorization", "s3cr3t"), ("x-other", "kept")];
    let verified = verify(&token, &secrets(&["s3cr3t"]), delivery(&headers, ""), NOW).unwrap();
    assert_eq!(verified.delivery().headers, vec![Header::new("x-other", "kept")]);
    assert!(verify(&token, &secrets(&["other"]), delivery(&headers, ""), NOW).is_err());

    let bearer = scheme(serde_json::json!({"scheme": "token", "header": "authorization", "prefix": "Bearer ", "secret": "key"}));
    assert!(verify(&bearer, &secrets(&["abc"]), delivery(&[("authorization", "Bearer abc")], ""), NOW).is_ok());
    assert!(verify(&bearer, &secrets(&["abc"]), delivery(&[("authorization", "abc")], ""), NOW).is_err());

    let basic = scheme(serde_json::json!({"scheme": "basic", "username": "desk", "secret": "key"}));
    let check = |value: String, expected: bool| {
        let found = verify(&basic, &secrets(&["pass:word"]), delivery(&[("authorization", &value)], ""), NOW);
        assert_eq!(found.is_ok(), expected, "{value}");
    };
    check(format!("Basic {}", STANDARD.encode("desk:pass:word")), true);
    check(format!("basic {}", STANDARD.encode("desk:pass:word")), true);
    check(format!("Basic {}", STANDARD.encode("desk:pass")), false);
    check(format!("Basic {}", STANDARD.encode("other:pass:word")), false);
    check("Bearer pass:word".to_owned(), false);
    check("Basic".to_owned(), false);
}

#[test]
fn nothing_is_proven_only_when_it_says_so() {
    assert!(verify(&SignatureScheme::None, &[], delivery(&[], ""), NOW).is_ok());
}

#[test]
fn the_challenge_is_echoed_exactly_and_only_for_the_right_token() {
    let hub = Handshake::HubChallenge { secret: "verify".into() };
    let check = |query: &str, expected: Option<Result<&str, ()>>| {
        let answered = handshake(&hub, &secrets(&["t0ken"]), &get(query), NOW);
        let answered = answered.map(|answer| answer.map(|response| String::from_utf8(response.body).unwrap()).map_err(drop));
        assert_eq!(answered, expected.map(|answer| answer.map(str::to_owned)), "{query}");
    };
    check("hub.mode=subscribe&hub.verify_token=t0ken&hub.challenge=1158201444", Some(Ok("1158201444")));
    check("hub.mode=subscribe&hub.verify_token=t0ken&hub.challenge=%3Cscript%3E", Some(Ok("<script>")));
    check("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1", Some(Err(())));
    check("hub.mode=subscribe&hub.challenge=1", Some(Err(())));
    check("hub.mode=subscribe&hub.verify_token=t0ken&hub.verify_token=x&hub.challenge=1", Some(Err(())));
    check("hub.mode=unsubscribe&hub.verify_token=t0ken&hub.challenge=1", None);
    check("", None);
    let mut post = get("hub.mode=subscribe&hub.verify_token=t0ken&hub.challenge=1");
    post.method = "POST".into();
    assert!(handshake(&hub, &secrets(&["t0ken"]), &post, NOW).is_none());
    let answer =
        handshake(&hub, &secrets(&["t0ken"]), &get("hub.mode=subscribe&hub.verify_token=t0ken&hub.challenge=1"), NOW).unwrap().unwrap();
    assert_eq!(answer.headers.first(), Some(&Header::new("content-type", "text/plain; charset=utf-8")));
    assert_eq!(handshake(&hub, &[], &get("hub.mode=subscribe&hub.verify_token=&hub.challenge=1"), NOW), Some(Err(Forged::NoSecret)));
}

#[test]
fn encodings_are_what_they_say() {
    assert_eq!(decoded(Encoding::Hex, "0aff"), Some(vec![10, 255]));
    assert_eq!(decoded(Encoding::Hex, "0AFF"), Some(vec![10, 255]));
    assert_eq!(decoded(Encoding::Hex, "0aFF"), None);
    assert_eq!(decoded(Encoding::Base64, "CgA="), Some(vec![10, 0]));
    assert_eq!(decoded(Encoding::Base64, "CgA"), None);
    assert_eq!(decoded(Encoding::Base64, "_-A="), None);
}
