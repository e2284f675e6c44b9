use model::{Delivery, Secret, SignatureScheme};
use serde_json::{Value as Json, json};

use super::signing::{By, post, token};
use super::{NOW, arithmetic, scheme};
use crate::signature::{Forged, KeySource, Keyring, Means, Published, verify, wanted};

const BODY: &str = r#"{"channelId":"msteams","serviceUrl":"https://smba.example/emea/","type":"message"}"#;

pub(crate) fn teams() -> SignatureScheme {
    scheme(json!({
        "scheme": "jwt", "issuer": "https://api.example", "audience": "our-app", "keys": "https://login.example/openid",
        "claims": {"serviceurl": "/serviceUrl"}, "endorsed": "/channelId"
    }))
}

pub(crate) fn claims() -> Json {
    json!({"iss": "https://api.example", "aud": "our-app", "exp": 1_700_000_600, "nbf": 1_699_999_900,
        "serviceurl": "https://smba.example/emea/"})
}

fn header(algorithm: &str) -> Json {
    json!({"typ": "JWT", "alg": algorithm, "kid": "key-1"})
}

pub(crate) fn keys(by: By) -> Keyring {
    let mut jwk = by.jwk("key-1");
    jwk["endorsements"] = json!(["msteams", "webchat"]);
    let source = KeySource::Issuer("https://login.example/keys".into());
    match Keyring::read(&source, json!({"keys": [jwk, By::P256.jwk("key-2")]}).to_string().as_bytes()) {
        Ok(Published::Keys(keys)) => keys,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn bearing(token: &str, body: &str) -> Delivery {
    post("https://desk.example/hooks/teams", &[("authorization", &format!("Bearer {token}"))], body)
}

fn verdict(token: &str, keys: &Keyring, body: &str) -> Result<(), String> {
    let found = verify(&teams(), Means { secrets: &[], published: Some(keys) }, bearing(token, body), NOW);
    found.map(drop).map_err(|why| why.to_string())
}

#[test]
fn the_issuers_token_is_taken_and_no_other() {
    assert_eq!(wanted(&teams(), &Delivery::default(), NOW), Ok(Some(KeySource::Issuer("https://login.example/openid".into()))));
    let genuine = |header: &Json, by: By| token(header, &claims(), |data| by.sign(data));
    let rsa = keys(By::RsaV15Sha256);
    assert_eq!(verdict(&genuine(&header("RS256"), By::RsaV15Sha256), &rsa, BODY), Ok(()));
    assert_eq!(verdict(&genuine(&header("ES256"), By::P256), &keys(By::P256), BODY), Ok(()));
    let wrong = Err("the signature is wrong".to_owned());
    assert_eq!(verdict(&genuine(&header("RS256"), By::OtherRsa), &rsa, BODY), wrong);
    // The key is RSA, whatever the token says.
    assert_eq!(verdict(&genuine(&header("ES256"), By::P256), &rsa, BODY), wrong);
    let no_algorithm = Err("the token's algorithm is none that is taken".to_owned());
    for algorithm in ["none", "None", "HS256", "RS384", ""] {
        assert_eq!(verdict(&genuine(&header(algorithm), By::RsaV15Sha256), &rsa, BODY), no_algorithm, "{algorithm}");
    }
    let unsigned = token(&header("none"), &claims(), |_| Vec::new());
    assert_eq!(verdict(&unsigned, &rsa, BODY), no_algorithm);
    let unknown = token(&json!({"alg": "RS256", "kid": "key-9"}), &claims(), |data| By::RsaV15Sha256.sign(data));
    assert_eq!(verdict(&unknown, &rsa, BODY), Err(Forged::UnknownKey.to_string()));
    let critical = token(&json!({"alg": "RS256", "kid": "key-1", "crit": ["x"]}), &claims(), |data| By::RsaV15Sha256.sign(data));
    assert_eq!(verdict(&critical, &rsa, BODY), Err("the token demands what is not known".to_owned()));
    // Signed with the issuer's public key as if it were a secret.
    let public = By::RsaV15Sha256.pem();
    let confused = token(&header("HS256"), &claims(), |data| arithmetic::hmac(model::Algorithm::Sha256, public.as_bytes(), &[data]));
    assert!(verdict(&confused, &rsa, BODY).is_err());
    for odd in ["", "a", "a.b", "a.b.c", "....", "e30.e30.", &"a".repeat(20_000)] {
        assert!(verdict(odd, &rsa, BODY).is_err(), "{odd}");
    }
}

#[test]
fn every_claim_counts() {
    let keys = keys(By::RsaV15Sha256);
    let check = |name: &str, value: Json, expected: Result<(), &str>| {
        let mut claims = claims();
        claims[name] = value.clone();
        let token = token(&header("RS256"), &claims, |data| By::RsaV15Sha256.sign(data));
        assert_eq!(verdict(&token, &keys, BODY), expected.map_err(str::to_owned), "{name} {value}");
    };
    let wrong = |name: &str| format!("the claim `{name}` is missing or wrong");
    let expired = Err("it is not valid any more, or its key is not");
    check("iss", json!("https://other.example"), Err(&wrong("iss")));
    check("aud", json!("another-app"), Err(&wrong("aud")));
    check("aud", json!(["another-app", "our-app"]), Ok(()));
    check("aud", Json::Null, Err(&wrong("aud")));
    check("exp", json!(1_699_999_700), expired);
    check("exp", json!(1_699_999_701), Ok(()));
    check("exp", json!("1800000000"), Err(&wrong("exp")));
    check("exp", Json::Null, Err(&wrong("exp")));
    check("nbf", json!(1_700_000_300), Ok(()));
    check("nbf", json!(1_700_000_301), Err(&wrong("nbf")));
    check("nbf", json!("soon"), Err(&wrong("nbf")));
    check("serviceurl", json!("https://evil.example/"), Err(&wrong("serviceurl")));
    check("serviceurl", Json::Null, Err(&wrong("serviceurl")));
    let genuine = token(&header("RS256"), &claims(), |data| By::RsaV15Sha256.sign(data));
    assert_eq!(verdict(&genuine, &keys, &BODY.replace("smba", "evil")), Err(wrong("serviceurl")));
    assert_eq!(verdict(&genuine, &keys, &BODY.replace("msteams", "sms")), Err(wrong("endorsements")));
    assert!(verdict(&genuine, &keys, "{}").is_err());
    let twice = BODY.replace("\"type\"", "\"serviceUrl\":\"https://evil.example/\",\"type\"");
    assert!(verdict(&genuine, &keys, &twice).is_err());
}

pub(crate) fn by_secret() -> SignatureScheme {
    scheme(json!({
        "scheme": "jwt", "header": "x-jwt", "prefix": "", "issuer": "Carrier", "secret": "key", "payload_claim": "payload_hash",
        "url_claim": "url_hash"
    }))
}

pub(crate) fn shared(secret: &str, body: &str) -> Delivery {
    let url = "https://desk.example/hooks/carrier?a=b";
    let hash = |text: &str| model::Digest::of(text.as_bytes()).as_str().to_owned();
    let claims = json!({"iss": "Carrier", "nbf": 1_700_000_000, "exp": 1_700_000_060, "payload_hash": hash(body), "url_hash": hash(url)});
    let token = token(&json!({"alg": "HS256", "typ": "JWT"}), &claims, |data| {
        arithmetic::hmac(model::Algorithm::Sha256, secret.as_bytes(), &[data])
    });
    post(url, &[("x-jwt", &token)], body)
}

#[test]
fn a_shared_secret_binds_body_and_url() {
    let secrets = [Secret::new("new"), Secret::new("old")];
    for secret in ["new", "old"] {
        let verified = verify(&by_secret(), &secrets, shared(secret, "text=hello"), NOW).unwrap();
        assert!(verified.delivery().header("x-jwt").is_none(), "the token is a credential");
    }
    assert_eq!(verify(&by_secret(), &secrets, shared("other", "text=hello"), NOW), Err(Forged::Mismatch));
    let mut other = shared("new", "text=hello");
    other.body = b"text=hellO".to_vec();
    assert_eq!(verify(&by_secret(), &secrets, other, NOW), Err(Forged::Claim("payload_hash".into())));
    let mut other = shared("new", "text=hello");
    other.url.push('c');
    assert_eq!(verify(&by_secret(), &secrets, other, NOW), Err(Forged::Claim("url_hash".into())));
}
