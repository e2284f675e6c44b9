//! Signatures and handshakes: any head and body, under each scheme, with keys that the input's maker does not have.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dispatch::arithmetic::Arithmetic;
use dispatch::port::{KeyAlgorithm, Keys as _};
use dispatch::signature::{handshake, verify};
use model::{Delivery, Handshake, Header, Secret, SignatureScheme, Timestamp};
use serde_json::json;

use crate::Target;

/// What is taken for genuine is not with another body, and carries no secret on.
pub const TARGET: Target = Target { name: "signature", run, seeds };

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// A public key whose private half nobody has.
const PUBLIC_KEY: &str = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";

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
    ];
    schemes.into_iter().filter_map(|(scheme, whole)| Some((serde_json::from_value(scheme).ok()?, whole))).collect()
});

fn run(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else { return };
    let schemes = &*SCHEMES;
    let Some((scheme, whole)) = schemes.get(usize::from(*which) % schemes.len()) else { return };
    let key = if matches!(scheme, SignatureScheme::Ed25519 { .. }) { PUBLIC_KEY } else { KEY };
    let (secrets, delivery) = ([Secret::new("old"), Secret::new(key)], delivery(rest));
    for kind in [Handshake::HubChallenge { secret: "key".into() }, Handshake::Crc { secret: "key".into() }] {
        let asked = Delivery { method: "GET".into(), ..delivery.clone() };
        let _ = handshake(&kind, &secrets, &asked);
        assert!(handshake(&kind, &[], &asked).is_none_or(|answer| answer.is_err()), "answered without a key");
    }
    assert!(verify(scheme, &[], delivery.clone(), NOW).is_err() || *scheme == SignatureScheme::None, "genuine without a key");
    let Ok(genuine) = verify(scheme, &secrets, delivery.clone(), NOW) else { return };
    let secret = |header: &&Header| matches!(header.name.as_str(), "authorization" | "proxy-authorization" | "cookie");
    assert_eq!(genuine.delivery().headers.iter().find(secret), None);
    if *whole {
        let mut other = delivery;
        other.body.extend_from_slice(b"&pointsman-odd-field=1");
        assert!(verify(scheme, &secrets, other, NOW).is_err(), "another body is genuine too");
    }
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
    ];
    texts.map(String::into_bytes).to_vec()
}
