//! Of every scheme that proves the body: a valid delivery of which one byte was changed is refused, wherever it is signed.

use model::{Algorithm, Delivery, Secret, SignatureScheme};
use proptest::prelude::*;
use serde_json::json;

use super::signing::By;
use super::{NOW, STANDARD, arithmetic, delivery, http, jwt, scheme, tokens};
use crate::signature::{Keyring, Means, verify};
use base64::Engine as _;

struct Case {
    name: &'static str,
    scheme: SignatureScheme,
    secrets: Vec<Secret>,
    published: Option<Keyring>,
    delivery: Delivery,
    /// Headers that are signed, or carry the signature.
    headers: &'static [&'static str],
    url: bool,
}

impl Case {
    fn is_genuine(&self, delivery: Delivery) -> bool {
        let means = Means { secrets: &self.secrets, published: self.published.as_ref() };
        verify(&self.scheme, means, delivery, NOW).is_ok()
    }
}

fn cases(body: &str) -> Vec<Case> {
    let signed =
        |prefix: &str, key: &[u8], parts: &[&[u8]], algorithm| format!("{prefix}{}", hex::encode(arithmetic::hmac(algorithm, key, parts)));
    let hub = signed("sha256=", b"key", &[body.as_bytes()], Algorithm::Sha256);
    let slack = signed("v0=", b"key", &[b"v0:1700000000:", body.as_bytes()], Algorithm::Sha256);
    let standard = STANDARD.encode(arithmetic::hmac(Algorithm::Sha256, b"0123456789abcdef01234567", &[b"m1.1700000000.", body.as_bytes()]));
    let standard = format!("v1,{standard}");
    let twilio_form = format!("Body={}", url::form_urlencoded::byte_serialize(body.as_bytes()).collect::<String>());
    let twilio = STANDARD.encode(arithmetic::hmac(Algorithm::Sha1, b"key", &[b"https://desk.example/hooks/shopBody", body.as_bytes()]));
    let discord = hex::encode(By::Ed25519.sign(format!("1700000000{body}").as_bytes()));
    let ed25519 = STANDARD.decode(By::Ed25519.spki()).unwrap();
    let ed25519 = hex::encode(&ed25519[ed25519.len() - 32..]);
    let actor = format!(r#"{{"actor":"https://social.example/users/ada","content":{}}}"#, json!(body));
    let whole = ["@method", "@target-uri", "content-digest"];
    let parameters = r#";created=1700000000;keyid="https://social.example/users/ada#main-key""#;
    let configured = |value: String| vec![Secret::new("old"), Secret::new(value)];
    let case = |name, scheme: serde_json::Value, secret: String, delivery, headers, url| Case {
        name,
        scheme: super::scheme(scheme),
        secrets: configured(secret),
        published: None,
        delivery,
        headers,
        url,
    };
    vec![
        case(
            "hmac",
            json!({"scheme": "hmac", "header": "x-sig", "prefix": "sha256=", "secret": "key"}),
            "key".into(),
            delivery(&[("x-sig", &hub)], body),
            &["x-sig"],
            false,
        ),
        case(
            "hmac with time",
            json!({"scheme": "hmac", "header": "x-sig", "prefix": "v0=", "signed": "v0:{timestamp}:{body}", "timestamp_header": "x-time", "secret": "key"}),
            "key".into(),
            delivery(&[("x-sig", &slack), ("x-time", "1700000000")], body),
            &["x-sig", "x-time"],
            false,
        ),
        case(
            "standard webhooks",
            json!({"scheme": "standard-webhooks", "secret": "key"}),
            format!("whsec_{}", STANDARD.encode(b"0123456789abcdef01234567")),
            delivery(&[("webhook-id", "m1"), ("webhook-timestamp", "1700000000"), ("webhook-signature", &standard)], body),
            &["webhook-id", "webhook-timestamp", "webhook-signature"],
            false,
        ),
        case(
            "twilio",
            json!({"scheme": "twilio", "secret": "key"}),
            "key".into(),
            delivery(&[("x-twilio-signature", &twilio)], &twilio_form),
            &["x-twilio-signature"],
            true,
        ),
        case(
            "ed25519",
            json!({"scheme": "ed25519", "header": "x-sig", "timestamp_header": "x-time", "secret": "key"}),
            ed25519,
            delivery(&[("x-sig", &discord), ("x-time", "1700000000")], body),
            &["x-sig", "x-time"],
            false,
        ),
        Case {
            name: "ecdsa-p256",
            scheme: tokens::sendgrid(),
            secrets: configured(By::P256.spki()),
            published: None,
            delivery: tokens::mails(body),
            headers: &["x-signature", "x-time"],
            url: false,
        },
        Case {
            name: "RFC 9421",
            scheme: http::published(),
            secrets: Vec::new(),
            published: Some(http::adas(By::RsaV15Sha256)),
            delivery: http::message(|data| By::RsaV15Sha256.base64(data), &whole, parameters, &actor),
            headers: &["signature", "signature-input", "content-digest"],
            url: true,
        },
        Case {
            name: "draft-cavage",
            scheme: http::published(),
            secrets: Vec::new(),
            published: Some(http::adas(By::RsaV15Sha256)),
            delivery: http::cavage(By::RsaV15Sha256, "rsa-sha256", &actor),
            headers: &["signature", "digest", "date"],
            url: true,
        },
        Case {
            name: "jwt",
            scheme: jwt::by_secret(),
            secrets: configured("key".into()),
            published: None,
            delivery: jwt::shared("key", body),
            headers: &["x-jwt"],
            url: true,
        },
    ]
}

fn altered(bytes: &[u8], at: usize, mask: u8) -> Vec<u8> {
    let mut altered = bytes.to_vec();
    let place = at % altered.len();
    altered[place] ^= mask;
    altered
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn one_changed_byte_is_refused(body in "[ -~é☺]{1,60}", at in 0_usize..10_000, mask in 1_u8..=255) {
        for case in cases(&body) {
            prop_assert!(case.is_genuine(case.delivery.clone()), "{}", case.name);
            let mut other = case.delivery.clone();
            other.body = altered(&other.body, at, mask);
            let before: Vec<_> = url::form_urlencoded::parse(&case.delivery.body).collect();
            let after: Vec<_> = url::form_urlencoded::parse(&other.body).collect();
            if case.name != "twilio" || before != after {
                prop_assert!(!case.is_genuine(other), "{}: body", case.name);
            }
            for name in case.headers {
                let mut other = case.delivery.clone();
                let header = other.headers.iter_mut().find(|header| header.name == *name).unwrap();
                let value = altered(&header.value, at, mask);
                header.value = value;
                prop_assert!(!case.is_genuine(other.clone()), "{}: {name} {:?}", case.name, other.headers);
            }
            if let (true, Ok(url)) = (case.url, String::from_utf8(altered(case.delivery.url.as_bytes(), at, mask))) {
                // The draft signs the host and the target, and knows no scheme.
                let scheme_only = url.split_once("://").map(|found| found.1) == case.delivery.url.split_once("://").map(|found| found.1);
                if case.name == "draft-cavage" && scheme_only {
                    continue;
                }
                let other = Delivery { url, ..case.delivery.clone() };
                prop_assert!(!case.is_genuine(other.clone()), "{}: {}", case.name, other.url);
            }
        }
    }
}

#[test]
fn schemes_have_one_written_form() {
    for json in [
        json!({"scheme": "http-signature", "actor": "/actor", "tolerance_s": 300}),
        json!({"scheme": "sns", "topics": ["a"], "tolerance_s": 7200}),
        json!({"scheme": "query-token", "parameter": "a", "secret": "b"}),
        json!({"scheme": "body-token", "pointer": "/a", "secret": "b"}),
    ] {
        assert_eq!(serde_json::to_value(scheme(json.clone())).unwrap(), json);
    }
    assert!(serde_json::from_value::<SignatureScheme>(json!({"scheme": "jwt", "issuer": "x", "algorithm": "none"})).is_err());
}
