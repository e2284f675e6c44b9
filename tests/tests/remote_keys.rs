//! Deliveries that others' keys prove: fetched by the host over real HTTP, verified before the plugin sees anything; and what channels ask of an
//! address before they use it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use harness::{Answer, StandIn, now_s, request};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::desk::{CHAIN, Desk, PATIENCE};

/// A connector at `/hooks/hook` that reads every JSON body, and may ask for keys on this machine.
fn hook(settings: &str) -> String {
    format!(
        "[secrets]\nkey = {{ env = \"HOOK_KEY\" }}\n[[plugin]]\nname = \"json\"\nfile = \"DIST/json.wasm\"\n\
         grant = {{ private_network = true, secrets = {{ webhook = \"key\" }} }}\n[plugin.settings]\n{settings}\n\
         [plugin.settings.item]\nsource_id = \"/id\"\ntext = \"/text\"\n[[connector]]\nname = \"hook\"\nplugin = \"json\"\nchannel = \"hook\"\n{CHAIN}"
    )
}

fn open(settings: &str) -> Desk {
    Desk::with_env(&hook(settings), &[("HOOK_KEY", "s3cr3t")])
}

fn ed25519() -> Ed25519KeyPair {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
    Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("a key")
}

/// The actor's document: a `SubjectPublicKeyInfo` of RFC 8410 is these twelve bytes and the key.
fn actor(id: &str, key: &Ed25519KeyPair) -> Value {
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let text = STANDARD.encode([&prefix, key.public_key().as_ref()].concat());
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
    json!({"id": id, "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": pem}})
}

/// Posts as RFC 9421 has it.
fn post_signed(desk: &Desk, by: &Ed25519KeyPair, key_id: &str, body: &str, sent: &str) -> Answer {
    let url = format!("{}/hooks/hook", desk.host.url());
    let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)));
    let input = format!(r#"("@method" "@target-uri" "content-digest");created={};keyid="{key_id}""#, now_s());
    let base = format!("\"@method\": POST\n\"@target-uri\": {url}\n\"content-digest\": {digest}\n\"@signature-params\": {input}");
    let signature = format!("sig=:{}:", STANDARD.encode(by.sign(base.as_bytes())));
    let headers = [("content-digest", digest), ("signature-input", format!("sig={input}")), ("signature", signature)];
    let headers: Vec<_> = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    request("POST", &url, &headers, sent.as_bytes()).expect("an answer")
}

fn total(desk: &Desk, name: &str) -> u64 {
    desk.ask("/totals")[name].as_u64().expect("a count")
}

#[test]
fn an_actors_key_is_fetched_and_its_word_is_taken() {
    let instance = StandIn::start(0).expect("a port");
    let origin = format!("http://127.0.0.1:{}", instance.port());
    let (ada, eve) = (ed25519(), ed25519());
    let (ada_id, eve_id) = (format!("{origin}/users/ada"), format!("{origin}/users/eve"));
    instance.serve("/users/ada", actor(&ada_id, &ada));
    instance.serve("/users/eve", actor(&eve_id, &eve));
    let desk = open(r#"signature = { scheme = "http-signature" }"#);
    let says = |actor: &str, id: &str| json!({"actor": actor, "id": id, "text": "My parcel is late"}).to_string();
    let key_of = |actor: &str| format!("{actor}#main-key");

    let body = says(&ada_id, "1");
    let answer = post_signed(&desk, &ada, &key_of(&ada_id), &body, &body);
    assert_eq!(answer.status, 200, "{}\n{}", answer.body, desk.host.log());
    desk.host.wait_for_totals(PATIENCE, |totals| totals["decisions"] == 1).expect("a decision");

    let refused = |answer: Answer| assert_eq!(answer.status, 401, "{}", answer.body);
    refused(post_signed(&desk, &ada, &key_of(&ada_id), &body, &body.replace("late", "lost")));
    // Eve's own key proves Eve, and nobody else.
    refused(post_signed(&desk, &eve, &key_of(&eve_id), &body, &body));
    refused(post_signed(&desk, &eve, &key_of(&ada_id), &body, &body));
    // There is no such actor, and nobody at this address.
    let bob = says(&format!("{origin}/users/bob"), "2");
    refused(post_signed(&desk, &eve, &format!("{origin}/users/bob#main-key"), &bob, &bob));
    let nobody = says("http://127.0.0.1:1/users/ada", "3");
    let answer = post_signed(&desk, &eve, "http://127.0.0.1:1/users/ada#main-key", &nobody, &nobody);
    assert_eq!(answer.status, 503, "{}", answer.body);
    let own = says(&eve_id, "4");
    assert_eq!(post_signed(&desk, &eve, &key_of(&eve_id), &own, &own).status, 200);
    desk.host.wait_for_totals(PATIENCE, |totals| totals["decisions"] == 2).expect("a decision");
    assert_eq!(total(&desk, "deliveries"), 2);
}

fn token(key: &EcdsaKeyPair, id: &str, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(&json!({"alg": "ES256", "kid": id})), part(claims));
    let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn an_issuers_keys_are_found_by_its_openid_configuration() {
    let issuer = StandIn::start(0).expect("a port");
    let origin = format!("http://127.0.0.1:{}", issuer.port());
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).expect("a key");
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &SystemRandom::new()).expect("a key");
    let (x, y) = key.public_key().as_ref()[1..].split_at(32);
    let jwk = json!({"kty": "EC", "crv": "P-256", "kid": "k1", "endorsements": ["teams"],
        "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)});
    issuer.serve("/openid", json!({"issuer": "https://api.example", "jwks_uri": format!("{origin}/keys")}));
    issuer.serve("/keys", json!({"keys": [jwk]}));
    let desk = open(&format!(
        "signature = {{ scheme = \"jwt\", issuer = \"https://api.example\", audience = \"our-app\", \
         keys = \"{origin}/openid\", claims = {{ serviceurl = \"/serviceUrl\" }}, endorsed = \"/channelId\" }}"
    ));
    let body = json!({"id": "1", "text": "Hello?", "channelId": "teams", "serviceUrl": "https://smba.example/"}).to_string();
    let claims = |audience: &str| json!({"iss": "https://api.example", "aud": audience, "exp": now_s() + 600, "serviceurl": "https://smba.example/"});
    let post = |token: &str, body: &str| desk.post("hook", &[("authorization", &format!("Bearer {token}"))], body.as_bytes());
    let answer = post(&token(&key, "k1", &claims("our-app")), &body);
    assert_eq!(answer.status, 200, "{}\n{}", answer.body, desk.host.log());
    assert_eq!(post(&token(&key, "k1", &claims("another")), &body).status, 401);
    assert_eq!(post(&token(&key, "k2", &claims("our-app")), &body).status, 401);
    assert_eq!(post(&token(&key, "k1", &claims("our-app")), &body.replace("smba", "evil")).status, 401);
    assert_eq!(post(&token(&key, "k1", &claims("our-app")), &body.replace("\"teams\"", "\"sms\"")).status, 401);
    assert_eq!(total(&desk, "deliveries"), 1);
}

#[test]
fn an_address_answers_for_itself_and_keeps_its_secret() {
    let desk = open(
        "signature = { scheme = \"query-token\", parameter = \"key\", secret = \"webhook\" }\n\
         handshake = { kind = \"cloud-events\", origins = [\"events.example.com\"] }",
    );
    let url = format!("{}/hooks/hook", desk.host.url());
    let ask = |origin: &str| {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(30))).build();
        let builder = ureq::http::Request::builder().method("OPTIONS").uri(&url).header("webhook-request-origin", origin);
        let answer = ureq::Agent::new_with_config(config).run(builder.body(()).expect("a request")).expect("an answer");
        let allowed = answer.headers().get("webhook-allowed-origin").map(|value| value.to_str().expect("text").to_owned());
        (answer.status().as_u16(), allowed)
    };
    assert_eq!(ask("events.example.com"), (200, Some("events.example.com".to_owned())));
    assert_eq!(ask("evil.example"), (401, None));
    assert_eq!(request("OPTIONS", &url, &[], b"").expect("an answer").status, 401);

    // Signed with nothing that can be repaired: kept, and its raw form asked for.
    let answer = request("POST", &format!("{url}?key=s3cr3t&a=b"), &[], b"{\"id\":").expect("an answer");
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!(request("POST", &format!("{url}?key=wrong&a=b"), &[], b"{\"id\":").expect("an answer").status, 401);
    let rows = desk.list("/quarantine");
    assert!(!json!(rows).to_string().contains("s3cr3t"), "{rows:?}");
    assert!(!desk.host.log().contains("s3cr3t"), "{}", desk.host.log());
    let database = std::fs::read(desk.place.path("pointsman.db")).expect("the database");
    let log = std::fs::read(desk.place.path("pointsman.db-wal")).unwrap_or_default();
    assert!(![database, log].concat().windows(6).any(|window| window == b"s3cr3t"), "the secret is in the store");
}
