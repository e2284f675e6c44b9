use model::{Algorithm, Delivery, Secret, SignatureScheme, Timestamp};
use serde_json::json;

use super::signing::post;
use super::{NOW, arithmetic, scheme, secrets};
use crate::signature::{Forged, Means, Once, judge, verify};

pub(super) fn mailgun() -> SignatureScheme {
    scheme(json!({
        "scheme": "body-hmac", "signature": "/signature/signature", "signed": "{/signature/timestamp}{/signature/token}",
        "timestamp": "/signature/timestamp", "secret": "key"
    }))
}

fn code(at: &str, token: &str) -> String {
    hex::encode(arithmetic::hmac(Algorithm::Sha256, b"key", &[at.as_bytes(), token.as_bytes()]))
}

pub(super) fn event(at: &str, token: &str, what: &str) -> Delivery {
    let body = json!({"signature": {"timestamp": at, "token": token, "signature": code(at, token)}, "event-data": {"event": what}});
    post("https://desk.example/hooks/mails", &[("content-type", "application/json")], &body.to_string())
}

fn part(name: &str, value: &str) -> String {
    format!("--b0und\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

#[test]
fn a_code_in_the_body_is_found_in_each_form() {
    let verdict = |delivery: Delivery| verify(&mailgun(), &secrets(&["new", "key"]), delivery, NOW).map(drop);
    assert_eq!(verdict(event("1700000000", "t0", "opened")), Ok(()));
    let form = format!("subject=a%26b&timestamp=1700000000&token=t0&signature={}", code("1700000000", "t0"));
    assert_eq!(verdict(post("https://desk.example", &[("content-type", "application/x-www-form-urlencoded")], &form)), Ok(()));
    let fields = [part("subject", "Hi\r\n\r\nthere"), part("timestamp", "1700000000"), part("token", "t0")];
    let parts = format!("{}{}--b0und--\r\n", fields.concat(), part("signature", &code("1700000000", "t0")));
    let media_type = [("content-type", "multipart/form-data; boundary=\"b0und\"")];
    assert_eq!(verdict(post("https://desk.example", &media_type, &parts)), Ok(()));
    let twice = parts.replace("--b0und--", &format!("{}--b0und--", part("token", "t1")));
    assert!(verdict(post("https://desk.example", &media_type, &twice)).is_err());
    assert!(verdict(post("https://desk.example", &[("content-type", "multipart/form-data")], &parts)).is_err());
    assert!(matches!(verdict(event("1699999699", "t0", "opened")), Err(Forged::Stale { .. })));
    let mut other = event("1700000000", "t0", "opened");
    other.body = String::from_utf8(other.body).unwrap().replace("t0", "t1").into_bytes();
    assert_eq!(verdict(other), Err(Forged::Mismatch));
    assert!(verdict(post("https://desk.example", &[], "{}")).is_err());
    assert!(verdict(post("https://desk.example", &[], "")).is_err());
}

#[test]
fn a_code_counts_for_one_body() {
    let once = Once::default();
    let take = |delivery: Delivery, connector: &str, now: Timestamp| {
        let secrets = [Secret::new("key")];
        let (verified, proof) = judge(&mailgun(), Means::from(&secrets), delivery, now).map_err(|refused| refused.0)?;
        once.take(connector, &proof.unwrap(), &verified.delivery().body, now)
    };
    assert_eq!(take(event("1700000000", "t0", "opened"), "mails", NOW), Ok(()));
    // The channel repeats what it got no answer for.
    assert_eq!(take(event("1700000000", "t0", "opened"), "mails", NOW), Ok(()));
    assert_eq!(take(event("1700000000", "t0", "complained"), "mails", NOW), Err(Forged::Replayed));
    assert_eq!(take(event("1700000000", "t0", "complained"), "other", NOW), Ok(()));
    assert_eq!(take(event("1700000000", "t1", "complained"), "mails", NOW), Ok(()));
    // At the end of its time it is still remembered, and then too old.
    let end = Timestamp(NOW.0 + 300_000);
    assert_eq!(take(event("1700000000", "t0", "complained"), "mails", end), Err(Forged::Replayed));
    let after = Timestamp(NOW.0 + 301_000);
    assert!(matches!(take(event("1700000000", "t0", "complained"), "mails", after), Err(Forged::Stale { .. })));
}

#[test]
fn a_code_in_the_query_is_that_of_the_sorted_parts() {
    let scheme = scheme(json!({"scheme": "wechat", "secret": "key"}));
    // SHA-1 of `1700000000` `abc` `n0nce`, in this order.
    use sha1::Digest as _;
    let right = hex::encode(sha1::Sha1::digest("1700000000abcn0nce"));
    let check = |query: String, expected: bool| {
        let delivery = post(&format!("https://desk.example/hooks/w?{query}"), &[], "<xml/>");
        assert_eq!(verify(&scheme, &secrets(&["abc"]), delivery, NOW).is_ok(), expected, "{query}");
    };
    check(format!("signature={right}&timestamp=1700000000&nonce=n0nce"), true);
    check(format!("signature={right}&timestamp=1700000000&nonce=n0nc3"), false);
    check(format!("signature={right}&timestamp=1700000001&nonce=n0nce"), false);
    check(format!("timestamp=1700000000&nonce=n0nce&signature={right}&nonce=n0nce"), false);
    check("signature=&timestamp=1700000000&nonce=n0nce".to_owned(), false);
}
