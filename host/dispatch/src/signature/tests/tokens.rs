use model::{Header, Secret, SignatureScheme};
use serde_json::json;

use super::signing::{By, post};
use super::{NOW, scheme, secrets};
use crate::signature::{Forged, verify};

pub(super) fn sendgrid() -> SignatureScheme {
    scheme(json!({"scheme": "ecdsa-p256", "header": "x-signature", "timestamp_header": "x-time", "secret": "key"}))
}

pub(super) fn mails(body: &str) -> model::Delivery {
    let signature = By::P256Der.base64(format!("1700000000{body}").as_bytes());
    post("https://desk.example/hooks/mails", &[("x-signature", &signature), ("x-time", "1700000000")], body)
}

#[test]
fn timestamp_and_body_are_signed_on_p256() {
    let key = [Secret::new(By::P256.spki())];
    assert!(verify(&sendgrid(), &key, mails("[1]"), NOW).is_ok());
    assert!(verify(&sendgrid(), &[Secret::new(By::P256.pem())], mails("[1]"), NOW).is_ok());
    let other = [Secret::new(By::Ed25519.spki())];
    assert!(verify(&sendgrid(), &other, mails("[1]"), NOW).is_err());
    assert_eq!(verify(&sendgrid(), &secrets(&["no key"]), mails("[1]"), NOW), Err(Forged::NoSecret));
    let later = model::Timestamp(NOW.0 + 301_000);
    assert!(matches!(verify(&sendgrid(), &key, mails("[1]"), later), Err(Forged::Stale { .. })));
}

#[test]
fn a_secret_in_the_query_is_gone_behind_it() {
    let scheme = scheme(json!({"scheme": "query-token", "parameter": "key", "secret": "key"}));
    let check = |query: &str, expected: Option<&str>| {
        let url = format!("https://desk.example/hooks/x{query}");
        let delivery = post(&url, &[("x-original-url", query), ("x-other", "kept")], "{}");
        let found = verify(&scheme, &secrets(&["s3 cr&t"]), delivery, NOW).ok();
        let left = found.map(|verified| (verified.delivery().url.clone(), verified.delivery().headers.len()));
        assert_eq!(left.as_ref().map(|(url, _)| url.strip_prefix("https://desk.example/hooks/x").unwrap()), expected, "{query}");
    };
    check("?key=s3+cr%26t", Some(""));
    check("?a=b&key=s3+cr%26t&c=%20", Some("?a=b&c=%20"));
    check("?%6bey=s3%20cr%26t&c", Some("?c"));
    check("?key=s3+cr", None);
    check("?key=s3+cr%26t&key=s3+cr%26t", None);
    check("?key=", None);
    check("", None);
    let delivery = post("https://desk.example/hooks/x?key=s3cr3t", &[("x-original-url", "/hooks/x?key=s3cr3t"), ("x-other", "kept")], "{}");
    let verified = verify(&scheme, &secrets(&["s3cr3t"]), delivery, NOW).unwrap();
    assert_eq!(verified.delivery().headers, vec![Header::new("x-other", "kept")]);
}

#[test]
fn a_secret_in_the_body_is_gone_behind_it() {
    let scheme = scheme(json!({"scheme": "body-token", "pointer": "/secret", "secret": "key"}));
    let check = |media_type: &str, body: &str, expected: Option<&str>| {
        let delivery = post("https://desk.example/hooks/x", &[("content-type", media_type)], body);
        let found = verify(&scheme, &secrets(&["s3cr3t"]), delivery, NOW).ok();
        let left = found.map(|verified| String::from_utf8(verified.into_delivery().body).unwrap());
        assert_eq!(left.as_deref(), expected, "{body}");
    };
    let json = "application/json";
    check(
        json,
        r#"{"id": 12345678901234567890, "secret": "s3cr3t", "x":1.0}"#,
        Some(r#"{"id": 12345678901234567890, "secret": "withheld", "x":1.0}"#),
    );
    check(json, r#"{"secret":"s3cr\u0033t"}"#, Some(r#"{"secret":"withheld"}"#));
    check(json, r#"{"secret":"wrong"}"#, None);
    check(json, r#"{"secret":["s3cr3t"]}"#, None);
    check(json, r#"{"secret":"s3cr3t","secret":"s3cr3t"}"#, None);
    check(json, "s3cr3t", None);
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    check(form, "a=%20b&secret=s3cr3t&c=d", Some("a=%20b&c=d"));
    check(form, "secret=s3cr3t&secret=s3cr3t", None);
    check(form, "a=b", None);
}
