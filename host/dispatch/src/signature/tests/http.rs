use model::{Delivery, Secret, SignatureScheme};
use serde_json::{Value as Json, json};

use super::signing::{By, post, sha256_base64};
use super::{NOW, scheme};
use crate::signature::{Forged, KeySource, Keyring, Means, Published, verify, wanted};

const URL: &str = "https://desk.example/hooks/fedi?brand=shop";
const BODY: &str = r#"{"actor":"https://social.example/users/ada","type":"Create"}"#;
const KEY_ID: &str = "https://social.example/users/ada#main-key";
const DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";

pub(super) fn published() -> SignatureScheme {
    scheme(json!({"scheme": "http-signature"}))
}

fn shared() -> SignatureScheme {
    scheme(json!({"scheme": "http-signature", "secret": "key"}))
}

/// The actor's document, as its server has it.
pub(super) fn actor(by: By) -> Json {
    json!({
        "id": "https://social.example/users/ada", "type": "Person",
        "publicKey": {"id": KEY_ID, "owner": "https://social.example/users/ada", "publicKeyPem": by.pem()}
    })
}

fn keyring(url: &str, document: &Json) -> Keyring {
    match Keyring::read(&KeySource::Actor(url.to_owned()), document.to_string().as_bytes()) {
        Ok(Published::Keys(keys)) => keys,
        other => panic!("{other:?}"),
    }
}

pub(super) fn adas(by: By) -> Keyring {
    keyring("https://social.example/users/ada", &actor(by))
}

/// As the Fediverse signs.
pub(super) fn cavage(by: By, algorithm: &str, body: &str) -> Delivery {
    let digest = format!("SHA-256={}", sha256_base64(body));
    let base = format!("(request-target): post /hooks/fedi?brand=shop\nhost: desk.example\ndate: {DATE}\ndigest: {digest}");
    let signature = format!(
        r#"keyId="{KEY_ID}",algorithm="{algorithm}",headers="(request-target) host date digest",signature="{}""#,
        by.base64(base.as_bytes())
    );
    let headers = [("host", "desk.example"), ("date", DATE), ("digest", &digest), ("signature", &signature)];
    post(URL, &headers, body)
}

/// As RFC 9421 has it.
pub(super) fn message(sign: impl Fn(&[u8]) -> String, components: &[&str], parameters: &str, body: &str) -> Delivery {
    let digest = format!("sha-256=:{}:", sha256_base64(body));
    let value = |name: &str| match name {
        "@method" => "POST",
        "@target-uri" => URL,
        "@authority" => "desk.example",
        "@path" => "/hooks/fedi",
        "@query" => "?brand=shop",
        "@request-target" => "/hooks/fedi?brand=shop",
        "@scheme" => "https",
        "content-digest" => &digest,
        "date" => DATE,
        "\"@query-param\";name=\"brand\"" => "shop",
        other => panic!("{other}"),
    };
    let quoted = |name: &str| if name.starts_with('"') { name.to_owned() } else { format!("\"{name}\"") };
    let list = components.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(" ");
    let input = format!("({list}){parameters}");
    let lines: String = components.iter().map(|name| format!("{}: {}\n", quoted(name), value(name))).collect();
    let base = format!("{lines}\"@signature-params\": {input}");
    let (input, signature) = (format!("sig={input}"), format!("sig=:{}:", sign(base.as_bytes())));
    let headers = [("date", DATE), ("content-digest", digest.as_str()), ("signature-input", &input), ("signature", &signature)];
    post(URL, &headers, body)
}

const WHOLE: [&str; 3] = ["@method", "@target-uri", "content-digest"];

fn parameters(by: &str) -> String {
    format!(r#";created=1700000000;keyid="{KEY_ID}";alg="{by}""#)
}

fn hmac(data: &[u8]) -> String {
    use base64::Engine as _;
    super::STANDARD.encode(super::arithmetic::hmac(model::Algorithm::Sha256, b"a shared secret", &[data]))
}

#[test]
fn every_algorithm_verifies_with_a_fetched_key() {
    let check = |by: By, said: &str, expected: bool| {
        let genuine = message(|data| by.base64(data), &WHOLE, &parameters(said), BODY);
        assert_eq!(wanted(&published(), &genuine, NOW), Ok(Some(KeySource::Actor("https://social.example/users/ada".into()))));
        let keys = adas(by);
        let found = verify(&published(), Means { secrets: &[], published: Some(&keys) }, genuine, NOW);
        assert_eq!(found.is_ok(), expected, "{by:?} {said}: {found:?}");
    };
    check(By::RsaV15Sha256, "rsa-v1_5-sha256", true);
    check(By::RsaPss, "rsa-pss-sha512", true);
    check(By::P256, "ecdsa-p256-sha256", true);
    check(By::Ed25519, "ed25519", true);
    // What it says has to be what it is.
    check(By::RsaPss, "rsa-v1_5-sha256", false);
    check(By::RsaV15Sha256, "hmac-sha256", false);
    check(By::Ed25519, "rsa-v1_5-sha256", false);
    check(By::P256, "none", false);
}

#[test]
fn the_draft_verifies_with_a_fetched_key() {
    let check = |by: By, said: &str, expected: bool| {
        let found = verify(&published(), Means { secrets: &[], published: Some(&adas(by)) }, cavage(by, said, BODY), NOW);
        assert_eq!(found.is_ok(), expected, "{by:?} {said}: {found:?}");
    };
    check(By::RsaV15Sha256, "rsa-sha256", true);
    check(By::RsaV15Sha256, "hs2019", true);
    check(By::RsaPss, "hs2019", true);
    check(By::RsaV15Sha512, "rsa-sha512", true);
    check(By::Ed25519, "hs2019", true);
    check(By::RsaV15Sha256, "rsa-sha512", false);
    check(By::RsaV15Sha256, "hmac-sha256", false);
    check(By::RsaV15Sha256, "rsa-sha1", false);
}

#[test]
fn another_key_another_actor_and_another_server_are_refused() {
    let genuine = || cavage(By::RsaV15Sha256, "rsa-sha256", BODY);
    let check = |keys: &Keyring, delivery: Delivery, expected: &str| {
        let found = verify(&published(), Means { secrets: &[], published: Some(keys) }, delivery, NOW).unwrap_err();
        assert_eq!(found.to_string(), expected);
    };
    check(&adas(By::OtherRsa), genuine(), "the signature is wrong");
    check(&Keyring::default(), genuine(), "the key is not among those that are published");
    // Eve signs with her own key what is said to be Ada's.
    let eves = BODY.replace("ada", "eve");
    check(&adas(By::RsaV15Sha256), cavage(By::RsaV15Sha256, "rsa-sha256", &eves), "the key is not the actor's");
    let strangers = BODY.replace("social.example", "other.example");
    let refused = wanted(&published(), &cavage(By::RsaV15Sha256, "rsa-sha256", &strangers), NOW).unwrap_err();
    assert_eq!(refused.to_string(), "the key is not of the actor's server");
    assert!(wanted(&published(), &cavage(By::RsaV15Sha256, "rsa-sha256", "no JSON"), NOW).is_err());
    // The actor as an object, as some servers write it.
    let object = r#"{"actor":{"id":"https://social.example/users/ada"},"type":"Create"}"#;
    let found = verify(
        &published(),
        Means { secrets: &[], published: Some(&adas(By::RsaV15Sha256)) },
        cavage(By::RsaV15Sha256, "rsa-sha256", object),
        NOW,
    );
    assert!(found.is_ok(), "{found:?}");
}

#[test]
fn what_is_not_signed_is_demanded() {
    let check = |components: &[&str], parameters: &str, expected: Result<(), &str>| {
        let signed = message(hmac, components, parameters, BODY);
        let found = verify(&shared(), &[Secret::new("a shared secret")], signed, NOW).map(drop).map_err(|why| why.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{components:?}");
    };
    let created = ";created=1700000000";
    check(&WHOLE, created, Ok(()));
    check(&["@method", "@authority", "@path", "@query", "content-digest"], created, Ok(()));
    check(&["@method", "@authority", "@request-target", "content-digest", "date"], "", Ok(()));
    check(&["@method", "@target-uri", "content-digest", "\"@query-param\";name=\"brand\"", "@scheme"], created, Ok(()));
    check(&["@target-uri", "content-digest"], created, Err("the signature does not cover the method"));
    check(&["@method", "@authority", "@path", "content-digest"], created, Err("the signature does not cover the target"));
    check(&["@method", "@request-target", "content-digest"], created, Err("the signature does not cover the authority"));
    check(&["@method", "@target-uri"], created, Err("the signature does not cover the body's digest"));
    check(&WHOLE, "", Err("the signature does not cover the time of signing"));
    check(&WHOLE, ";created=1699999699", Err("it was signed 301 s from now, at most 300 s are allowed"));
    check(&WHOLE, ";created=1700000300", Ok(()));
    check(&WHOLE, ";created=1700000000;expires=1699999999", Err("it is not valid any more, or its key is not"));
    check(&WHOLE, ";created=1700000000;expires=1700000060", Ok(()));
    check(&WHOLE, ";created=-1", Err("a time of the signature is before 1970"));
    check(&WHOLE, ";created=1700000000;alg=\"hmac-sha512\"", Err("the signature is wrong"));
    check(&["@method", "@method"], created, Err("a component is covered twice"));
    check(&["@method", "\"@query-param\";name=\"brand\"", "@target-uri"], created, Err("the signature does not cover the body's digest"));
}

#[test]
fn a_connector_may_demand_something_else() {
    let covers = scheme(json!({"scheme": "http-signature", "secret": "key", "covers": ["@authority", "date"]}));
    let secret = [Secret::new("a shared secret")];
    assert!(verify(&covers, &secret, message(hmac, &["@target-uri", "date"], "", BODY), NOW).is_ok());
    let refused = verify(&covers, &secret, message(hmac, &["@method", "date"], "", BODY), NOW).unwrap_err();
    assert_eq!(refused, Forged::Uncovered("@authority".into()));
    // A digest that is there is the body's, whether it is signed or not.
    let mut other = message(hmac, &["@target-uri", "date"], "", BODY);
    other.body.push(b' ');
    assert_eq!(verify(&covers, &secret, other, NOW), Err(Forged::Mismatch));
}

#[test]
fn a_public_key_is_never_a_shared_secret() {
    let pem = By::RsaV15Sha256.pem();
    let forge = |data: &[u8]| {
        use base64::Engine as _;
        super::STANDARD.encode(super::arithmetic::hmac(model::Algorithm::Sha256, pem.as_bytes(), &[data]))
    };
    for said in ["", ";alg=\"hmac-sha256\""] {
        let forged = message(forge, &WHOLE, &format!(";created=1700000000{said}"), BODY);
        assert!(verify(&shared(), &[Secret::new(pem.clone())], forged, NOW).is_err());
    }
    let genuine = message(|data| By::RsaV15Sha256.base64(data), &WHOLE, ";created=1700000000", BODY);
    assert!(verify(&shared(), &[Secret::new(pem)], genuine, NOW).is_ok());
    let named = |algorithm: &str| scheme(json!({"scheme": "http-signature", "secret": "key", "algorithm": algorithm}));
    let ed25519 = message(|data| By::Ed25519.base64(data), &WHOLE, ";created=1700000000", BODY);
    assert!(verify(&named("ed25519"), &[Secret::new(By::Ed25519.spki())], ed25519.clone(), NOW).is_ok());
    assert_eq!(verify(&named("rsa-pss-sha512"), &[Secret::new(By::Ed25519.spki())], ed25519, NOW), Err(Forged::NoSecret));
}

#[test]
fn several_signatures_are_one_each() {
    let one = message(hmac, &WHOLE, ";created=1700000000", BODY);
    let mut two = one.clone();
    for header in &mut two.headers {
        let text = String::from_utf8(header.value.clone()).unwrap();
        match header.name.as_str() {
            "signature-input" => header.value = format!("other=(\"@method\");created=1700000000, {text}").into_bytes(),
            "signature" => header.value = format!("other=:AAAA:, {text}").into_bytes(),
            _ => {}
        }
    }
    let secret = [Secret::new("a shared secret")];
    assert!(verify(&shared(), &secret, two, NOW).is_ok());
    let mut many = one;
    for header in &mut many.headers {
        let text = String::from_utf8(header.value.clone()).unwrap();
        let others = |value: &str| (0..4).map(|number| format!("s{number}={value}, ")).collect::<String>();
        match header.name.as_str() {
            "signature-input" => header.value = format!("{}{text}", others("(\"@method\");created=1700000000")).into_bytes(),
            "signature" => header.value = format!("{}{text}", others(":AAAA:")).into_bytes(),
            _ => {}
        }
    }
    assert!(verify(&shared(), &secret, many, NOW).is_err());
}
