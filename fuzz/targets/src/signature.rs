//! Signatures and handshakes: any head and body, under each scheme, with keys that the input's maker does not have.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dispatch::arithmetic::Arithmetic;
use dispatch::port::{KeyAlgorithm, Keys as _};
use dispatch::signature::{KeySource, Keyring, Means, Published, handshake, unusable, verify, wanted};
use model::{Delivery, Handshake, Header, Secret, SignatureScheme, Timestamp};
use serde_json::json;

use crate::Target;

/// What is taken for genuine is not with another body, and carries no secret on.
pub const TARGET: Target = Target { name: "signature", run, seeds };

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// A public key whose private half nobody has.
const PUBLIC_KEY: &str = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";

/// Another one, of P-256.
const P256_KEY: &str =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7wNxRASyJ+bsERoqj18JjfDm4sxtEid3Qh8+VRduOwY1F9x/V9XDuj1ML87EwhyLRHcOM5DltSOghZIgwm1rJQ==";
const KEY_SET: &str = r#"{"keys": [{"kty": "EC", "crv": "P-256", "kid": "k", "x": "7wNxRASyJ-bsERoqj18JjfDm4sxtEid3Qh8-VRduOwY",
    "y": "NRfcf1fVw7o9TC_OxMIci0R3DjOQ5bUjoIWSIMJtayU", "endorsements": ["a"]}]}"#;
const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:a";

/// With whether the body is proven too.
static SCHEMES: LazyLock<Vec<(SignatureScheme, bool)>> = LazyLock::new(|| {
    let schemes = [
        (json!({"scheme": "none"}), false),
        (json!({"scheme": "token", "header": "authorization", "prefix": "Bearer ", "secret": "key"}), false),
        (json!({"scheme": "basic", "username": "desk", "secret": "key"}), false),
        (json!({"scheme": "hmac", "header": "x-sig", "prefix": "sha256=", "secret": "key"}), true),
        (
            json!({"scheme": "hmac", "algorithm": "sha1", "encoding": "base64", "header": "x-sig", "signed": "v0:{timestamp}:{body}",
                   "timestamp_header": "x-time", "secret": "key"}),
            true,
        ),
        (json!({"scheme": "ed25519", "header": "x-sig", "timestamp_header": "x-time", "secret": "key"}), true),
        (json!({"scheme": "standard-webhooks", "secret": "key"}), true),
        (json!({"scheme": "twilio", "secret": "key"}), true),
        (json!({"scheme": "http-signature", "secret": "key"}), true),
        (json!({"scheme": "jwt", "issuer": "us", "secret": "key", "payload_claim": "body", "claims": {"a": "/a"}}), true),
        (json!({"scheme": "ecdsa-p256", "header": "x-sig", "timestamp_header": "x-time", "secret": "key"}), true),
        (
            json!({"scheme": "body-hmac", "signature": "/s/code", "signed": "{/s/time}{/s/token}", "timestamp": "/s/time", "secret": "key"}),
            false,
        ),
        (json!({"scheme": "body-token", "pointer": "/s/0/token", "secret": "key"}), false),
        (json!({"scheme": "query-token", "parameter": "key", "secret": "key"}), false),
        (json!({"scheme": "wechat", "secret": "key"}), false),
        // With keys of others.
        (json!({"scheme": "http-signature"}), true),
        (json!({"scheme": "jwt", "issuer": "us", "audience": "you", "keys": "https://login.example/keys", "endorsed": "/a"}), true),
        (json!({"scheme": "sns", "topics": [TOPIC]}), true),
    ];
    schemes.into_iter().filter_map(|(scheme, whole)| Some((serde_json::from_value(scheme).ok()?, whole))).collect()
});

fn run(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else { return };
    let schemes = &*SCHEMES;
    let Some((scheme, whole)) = schemes.get(usize::from(*which) % schemes.len()) else { return };
    let key = match scheme {
        SignatureScheme::Ed25519 { .. } => PUBLIC_KEY,
        SignatureScheme::EcdsaP256 { .. } => P256_KEY,
        _ => KEY,
    };
    let (secrets, delivery) = ([Secret::new("old"), Secret::new(key)], delivery(rest));
    shake_hands(&secrets, &delivery);
    let _ = unusable(scheme, &Secret::new(rest));
    assert!(verify(scheme, &[], delivery.clone(), NOW).is_err() || *scheme == SignatureScheme::None, "genuine without a key");
    if let Ok(Some(source)) = wanted(scheme, &delivery, NOW) {
        assert!(!published_by_others(scheme, &source, &delivery), "genuine by a key that nobody has");
    }
    let Ok(genuine) = verify(scheme, &secrets, delivery.clone(), NOW) else { return };
    let secret = |header: &&Header| matches!(header.name.as_str(), "authorization" | "proxy-authorization" | "cookie");
    assert_eq!(genuine.delivery().headers.iter().find(secret), None);
    if matches!(scheme, SignatureScheme::QueryToken { .. }) {
        assert!(!genuine.delivery().url.contains(KEY), "the secret is still in the URL");
    }
    if *whole {
        let mut other = delivery;
        other.body.extend_from_slice(b"&pointsman-odd-field=1");
        assert!(verify(scheme, &secrets, other, NOW).is_err(), "another body is genuine too");
    }
}

fn shake_hands(secrets: &[Secret], delivery: &Delivery) {
    let secret = || "key".to_owned();
    let kinds = [
        Handshake::HubChallenge { secret: secret() },
        Handshake::Crc { secret: secret() },
        Handshake::Linkedin { secret: secret() },
        Handshake::Wechat { secret: secret() },
    ];
    let asked = Delivery { method: "GET".into(), ..delivery.clone() };
    for kind in kinds {
        let _ = handshake(&kind, secrets, &asked, NOW);
        assert!(handshake(&kind, &[], &asked, NOW).is_none_or(|answer| answer.is_err()), "answered without a key");
    }
    let asked = Delivery { method: "OPTIONS".into(), ..delivery.clone() };
    let origins = Some(vec!["events.example.com".to_owned()]);
    if let Some(Ok(answer)) = handshake(&Handshake::CloudEvents { origins }, &[], &asked, NOW) {
        assert_eq!(asked.header("webhook-request-origin").map(str::to_ascii_lowercase).as_deref(), Some("events.example.com"));
        assert!(answer.body.is_empty());
    }
}

/// Whether it is genuine by a published key of which nobody has the private half.
fn published_by_others(scheme: &SignatureScheme, source: &KeySource, delivery: &Delivery) -> bool {
    // A stranger's document may be anything.
    let _ = Keyring::read(source, &delivery.body);
    let Ok(Published::Keys(keys)) = Keyring::read(&KeySource::Issuer(String::new()), KEY_SET.as_bytes()) else { return false };
    verify(scheme, Means { secrets: &[], published: Some(&keys) }, delivery.clone(), NOW).is_ok()
}

/// The URL, then headers, an empty line and the body.
fn delivery(bytes: &[u8]) -> Delivery {
    let (mut rest, mut lines) = (bytes, Vec::new());
    while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(at);
        rest = after.get(1..).unwrap_or_default();
        if line.is_empty() || lines.len() >= 64 {
            break;
        }
        lines.push(line);
    }
    let mut lines = lines.into_iter();
    let url = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let header = |line: &[u8]| {
        let at = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(at);
        // The server hands names over in lower case, and values without the space around them.
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        Some(Header { name, value: value.get(1..)?.trim_ascii().to_vec() })
    };
    let headers = lines.filter_map(header).collect();
    Delivery { method: "POST".into(), url, headers, body: rest.to_vec(), ..Delivery::default() }
}

/// One genuine delivery for each scheme but that with a private key, and handshakes.
fn seeds() -> Vec<Vec<u8>> {
    let code = |key: &[u8], algorithm, data: &str| Arithmetic.mac(&Secret::new(key), algorithm, data.as_bytes()).unwrap_or_default();
    let shared = STANDARD.decode(KEY.trim_start_matches("whsec_")).unwrap_or_default();
    let sha256 = hex::encode(code(KEY.as_bytes(), KeyAlgorithm::HmacSha256, "hello"));
    let sha1 = STANDARD.encode(code(KEY.as_bytes(), KeyAlgorithm::HmacSha1, "v0:1700000000:hello"));
    let standard = STANDARD.encode(code(&shared, KeyAlgorithm::HmacSha256, "m1.1700000000.hello"));
    let twilio = STANDARD.encode(code(KEY.as_bytes(), KeyAlgorithm::HmacSha1, "https://desk.example/hooks/xhello"));
    let url = "https://desk.example/hooks/x";
    let basic = STANDARD.encode(format!("desk:{KEY}"));
    let digest = "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:";
    let input = r#"("@method" "@target-uri" "content-digest");created=1700000000"#;
    let base = format!("\"@method\": POST\n\"@target-uri\": {url}\n\"content-digest\": {digest}\n\"@signature-params\": {input}");
    let message = STANDARD.encode(code(KEY.as_bytes(), KeyAlgorithm::HmacSha256, &base));
    let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let claims =
        json!({"iss": "us", "exp": 1_700_000_100, "a": "b", "body": "db4a7ecb114bc66c623a06c4ff6fe8daa2f49cc270ebbf7a1f81e22ab061c837"});
    let token = format!("{}.{}", part(json!({"alg": "HS256"})), part(claims));
    let token = format!("{token}.{}", URL_SAFE_NO_PAD.encode(code(KEY.as_bytes(), KeyAlgorithm::HmacSha256, &token)));
    let es256 = format!("{}.{}.{}", part(json!({"alg": "ES256", "kid": "k"})), part(json!({"iss": "us", "aud": "you"})), "A".repeat(86));
    let mailgun = hex::encode(code(KEY.as_bytes(), KeyAlgorithm::HmacSha256, "1700000000t"));
    let form = "content-type: application/x-www-form-urlencoded";
    let actor = r#"keyId="https://a.example/b#c",headers="(request-target) host (created) digest",created=1700000000,signature="AAAA""#;
    let sns = json!({"Type": "Notification", "MessageId": "m", "TopicArn": TOPIC, "Message": "x", "Timestamp": "2023-11-14T22:13:20.000Z",
        "SignatureVersion": "2", "Signature": "AAAA", "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/a.pem"});
    let texts = [
        format!("\u{0}{url}\ncookie: a=b\n\nhello"),
        format!("\u{1}{url}\nAuthorization: Bearer {KEY}\n\nhello"),
        format!("\u{2}{url}\nAuthorization: Basic {basic}\n\nhello"),
        format!("\u{3}{url}\nX-Sig: sha256={sha256}\n\nhello"),
        format!("\u{4}{url}\nX-Sig: {sha1}\nX-Time: 1700000000\n\nhello"),
        format!("\u{4}{url}\nX-Sig: {sha1}\nX-Time: 2023-11-14T22:13:20Z\n\nhello"),
        format!("\u{5}{url}\nX-Sig: {}\nX-Time: 1700000000\n\nhello", "00".repeat(64)),
        format!("\u{6}{url}\nwebhook-id: m1\nwebhook-timestamp: 1700000000\nwebhook-signature: v1a,AAAA v1,{standard}\n\nhello"),
        format!("\u{7}{url}\nx-twilio-signature: {twilio}\n\nhello"),
        format!("\u{7}{url}?bodySHA256={}\nx-twilio-signature: AAAA\n\n{{}}", "ab".repeat(32)),
        format!("\u{0}{url}?hub.mode=subscribe&hub.verify_token=old&hub.challenge=%3Cb%3E17\n\n"),
        format!("\u{0}{url}?crc_token=17\n\n"),
        format!("\u{0}{url}?challengeCode=17\n\n"),
        format!("\u{0}{url}\nwebhook-request-origin: events.example.com\nwebhook-request-rate: 17\n\n"),
        format!("\u{8}{url}\ncontent-digest: {digest}\nsignature-input: s={input}\nsignature: s=:{message}:\n\nhello"),
        format!("\u{9}{url}\nauthorization: Bearer {token}\n\n{{\"a\":\"b\"}}"),
        format!("\u{a}{url}\nx-sig: AAAA\nx-time: 1700000000\n\nhello"),
        format!("\u{b}{url}\n\n{{\"s\":{{\"time\":\"1700000000\",\"token\":\"t\",\"code\":\"{mailgun}\"}}}}"),
        format!("\u{b}{url}\n{form}\n\ntime=1700000000&token=t&code={mailgun}"),
        format!("\u{c}{url}\n\n{{\"s\":[{{\"token\":\"{KEY}\"}}]}}"),
        format!("\u{d}{url}?a=b&key={KEY}\n\nhello"),
        format!("\u{e}{url}?signature={}&timestamp=1700000000&nonce=n&echostr=17\n\nhello", "00".repeat(20)),
        format!("\u{f}{url}\ndigest: SHA-256=AAAA\nsignature: {actor}\n\n{{\"actor\":\"https://a.example/b\"}}"),
        format!("\u{10}{url}\nauthorization: Bearer {es256}\n\n{{\"a\":\"a\"}}"),
        format!("\u{11}{url}\n\n{sns}"),
    ];
    texts.map(String::into_bytes).to_vec()
}
