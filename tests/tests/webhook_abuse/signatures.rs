//! Deliveries that claim to be genuine, that come again, or that ask who we are.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use harness::{Answer, Signer, now_s, request};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::wire::{ask, post};
use crate::desk::{CHAIN, Desk, configuration};
use crate::setup::Place;

const REVIEWS_KEY: &[u8] = b"the reviews' shared key, 32 bytes";
const ENV: [(&str, &str); 4] = [
    ("SHOP", "the shop's key"),
    ("OTHER", "another key"),
    ("REVIEWS", "whsec_dGhlIHJldmlld3MnIHNoYXJlZCBrZXksIDMyIGJ5dGVz"),
    ("CHECK", "token?"),
];

const SIGNED: &str = r#"
[secrets]
shop = { env = "SHOP" }
other = { env = "OTHER" }
reviews = { env = "REVIEWS" }
check = { env = "CHECK" }
[[plugin]]
name = "shop"
file = "DIST/json.wasm"
grant = { secrets = { webhook = "shop", handshake = "check" } }
[plugin.settings]
signature = { scheme = "hmac", header = "x-hub-signature-256", prefix = "sha256=", secret = "webhook" }
handshake = { kind = "hub-challenge", secret = "handshake" }
challenge = { pointer = "/challenge", when = { pointer = "/type", equals = "url_verification" } }
event = { pointer = "/event", map = { new = "said", gone = "removed" }, default = "said" }
item = { source_id = "/id", text = "/text", occurred_at = "/at" }
[[plugin]]
name = "other"
file = "DIST/json.wasm"
grant = { secrets = { webhook = "other" } }
[plugin.settings]
signature = { scheme = "hmac", header = "x-hub-signature-256", prefix = "sha256=", secret = "webhook" }
item = { source_id = "/id", text = "/text" }
[[plugin]]
name = "reviews"
file = "DIST/json.wasm"
grant = { secrets = { webhook = "reviews" } }
[plugin.settings]
signature = { scheme = "standard-webhooks", secret = "webhook" }
item = { source_id = "/id", text = "/text" }
[[connector]]
name = "shop"
plugin = "shop"
channel = "shop"
[[connector]]
name = "other"
plugin = "other"
channel = "other"
[[connector]]
name = "reviews"
plugin = "reviews"
channel = "reviews"
"#;

fn desk() -> Desk {
    Desk::with_env(&[SIGNED, CHAIN].concat(), &ENV)
}

fn send(desk: &Desk, connector: &str, headers: &[(String, String)], body: &str) -> Answer {
    request("POST", &format!("{}/hooks/{connector}", desk.host.url()), headers, body.as_bytes()).expect("an answer")
}

/// The headers of a delivery to `reviews`, its signature in whatever form.
fn standard(id: &str, at: &str, body: &str, form: impl Fn(&[u8]) -> String) -> Vec<(String, String)> {
    let code = hmac(REVIEWS_KEY, format!("{id}.{at}.{body}").as_bytes());
    let headers = [("webhook-id", id.to_owned()), ("webhook-timestamp", at.to_owned()), ("webhook-signature", form(&code))];
    headers.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

#[test]
fn what_proves_nothing_is_told_the_same_and_nothing_is_kept() {
    let desk = desk();
    let body = json!({"id": "1", "text": "hello"}).to_string();
    let signed = |secret: &str, body: &str| Signer::Hub { secret: secret.to_owned() }.headers("1", body.as_bytes());
    let empty = vec![("x-hub-signature-256".to_owned(), String::new())];
    let mut told = Vec::new();
    for headers in [Vec::new(), empty, signed("wrong", &body), signed("the shop's key", "another body"), signed("another key", &body)] {
        let answer = send(&desk, "shop", &headers, &body);
        assert_eq!(answer.status, 401, "{}", answer.body);
        let mut problem = answer.json().expect("a problem");
        problem.as_object_mut().expect("an object").remove("instance");
        told.push(problem);
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(desk.ask("/totals")["deliveries"], 0);
    assert_eq!(send(&desk, "other", &signed("another key", &body), &body).status, 200);
}

#[test]
fn only_the_one_form_of_a_signature_is_taken() {
    let desk = desk();
    let now = now_s().to_string();
    let body = json!({"id": "1", "text": "hello"}).to_string();
    // A code with letters that the two alphabets write differently, and padding.
    let id = (0..).map(|number| format!("m{number}")).find(|id| {
        let code = STANDARD.encode(hmac(REVIEWS_KEY, format!("{id}.{now}.{body}").as_bytes()));
        code.contains(['+', '/']) && code.contains('=')
    });
    let id = id.expect("a code in a few");
    let check = |what: &str, status: u16, form: &dyn Fn(&[u8]) -> String| {
        let answer = send(&desk, "reviews", &standard(&id, &now, &body, form), &body);
        assert_eq!(answer.status, status, "{what}");
    };
    let good = |code: &[u8]| format!("v1,{}", STANDARD.encode(code));
    check("no padding", 401, &|code| format!("v1,{}", STANDARD_NO_PAD.encode(code)));
    check("the URL's alphabet", 401, &|code| format!("v1,{}", URL_SAFE.encode(code)));
    check("lower case", 401, &|code| good(code).to_lowercase());
    check("a space inside", 401, &|code| good(code).replacen(',', ", ", 1));
    check("two spaces between", 401, &|code| format!("v1,AAAA  {}", good(code)));
    check("a comma between", 401, &|code| format!("v1,AAAA,{}", good(code)));
    check("hexadecimal", 401, &|code| format!("v1,{}", code.iter().map(|byte| format!("{byte:02x}")).collect::<String>()));
    check("the other version's slot", 401, &|code| format!("v1a,{}", STANDARD.encode(code)));
    check("a version of its own", 401, &|code| format!("V1,{}", STANDARD.encode(code)));
    check("no version", 401, &|code| STANDARD.encode(code));
    check("an ed25519 signature in the slot", 401, &|_| format!("v1,{}", STANDARD.encode([7; 64])));
    check("one byte less", 401, &|code| format!("v1,{}", STANDARD.encode(&code[1..])));
    check("33 of them, the last one good", 401, &|code| ["v1,AAAA "].repeat(32).concat() + &good(code));
    check("9 of them, the last one good", 401, &|code| ["v1,AAAA "].repeat(8).concat() + &good(code));
    assert_eq!(desk.ask("/totals")["deliveries"], 0);
    check("8 of them, the last one good", 200, &|code| ["v1,AAAA "].repeat(7).concat() + &good(code));
    check("8 of them, the first one good", 200, &|code| good(code) + &[" v1,AAAA"].repeat(7).concat());
    check("the good one", 200, &good);
}

#[test]
fn with_a_key_that_is_none_it_does_not_start() {
    for none in ["whsec_", "whsec_====", "not base64!"] {
        let place = Place::new();
        let config = place.configure(&configuration(&place, &[SIGNED, CHAIN].concat()));
        let env = ENV.map(|(name, value)| (name.to_owned(), if name == "REVIEWS" { none } else { value }.to_owned())).to_vec();
        let refused = harness::Host::start(&config, &harness::HostOptions { env, loud: false }).err().expect("a refusal").to_string();
        assert!(refused.contains("the secret `webhook` of the connector `reviews` has no value"), "{refused}");
        assert!(!refused.contains(none.trim_start_matches("whsec_")) || none == "whsec_", "{refused}");
    }
}

#[test]
fn a_time_of_signing_that_is_none_or_far_is_refused() {
    let desk = desk();
    let (now, body) = (now_s(), json!({"id": "1", "text": "hello"}).to_string());
    let check = |at: String, status: u16| {
        let headers = standard("m1", &at, &body, |code| format!("v1,{}", STANDARD.encode(code)));
        assert_eq!(send(&desk, "reviews", &headers, &body).status, status, "{at}");
    };
    for off in [310, 3_600, 86_400 * 365] {
        check((now - off).to_string(), 401);
        check((now + off).to_string(), 401);
    }
    for odd in ["-1", "9223372036854775808", "18446744073709551616", "hello", "", "0", "1e9"] {
        check(odd.to_owned(), 401);
    }
    check(format!("{now}.0"), 401);
    check(format!("0{now}"), 401);
    check(format!("+{now}"), 401);
    assert_eq!(desk.ask("/totals")["deliveries"], 0);
    check((now - 290).to_string(), 200);
    check((now + 290).to_string(), 200);
}

#[test]
fn a_replay_has_no_effect_however_often_and_after_a_restart() {
    let desk = desk();
    let body = json!({"id": "r1", "text": "once"}).to_string();
    let headers = standard("m1", &now_s().to_string(), &body, |code| format!("v1,{}", STANDARD.encode(code)));
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| (0..100).for_each(|_| assert_eq!(send(&desk, "reviews", &headers, &body).status, 200)));
        }
    });
    desk.decisions(1);
    assert_eq!(desk.ask("/totals")["interactions"], 1);
    // The same item with other words is kept as it came, and changes nothing: it is no edit.
    let other = json!({"id": "r1", "text": "twice"}).to_string();
    let conflicting = standard("m1", &now_s().to_string(), &other, |code| format!("v1,{}", STANDARD.encode(code)));
    assert_eq!(send(&desk, "reviews", &conflicting, &other).status, 200);
    // The same words under another id of the delivery too.
    let renamed = standard("m2", &now_s().to_string(), &body, |code| format!("v1,{}", STANDARD.encode(code)));
    assert_eq!(send(&desk, "reviews", &renamed, &body).status, 200);
    assert_eq!(desk.decisions(1)[0]["excerpt"], "once");
    let Desk { place, host } = desk;
    host.stop().expect("a graceful end");
    let env = ENV.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let config = place.path("pointsman.toml");
    let host = harness::Host::start(&config, &harness::HostOptions { env, loud: false }).expect("the host starts");
    let desk = Desk { place, host };
    assert_eq!(send(&desk, "reviews", &headers, &body).status, 200);
    assert_eq!(desk.ask("/totals")["interactions"], 1);
    let late = standard("m1", &(now_s() - 301).to_string(), &body, |code| format!("v1,{}", STANDARD.encode(code)));
    assert_eq!(send(&desk, "reviews", &late, &body).status, 401);
    desk.decisions(1);
}

#[test]
fn a_removal_counts_only_when_it_is_genuine() {
    let desk = desk();
    let sign = |secret: &str, body: &Value| Signer::Hub { secret: secret.to_owned() }.headers("1", body.to_string().as_bytes());
    let said = json!({"id": "u1", "text": "never mind"});
    let gone = json!({"id": "u1", "event": "gone"});
    assert_eq!(send(&desk, "shop", &sign("the shop's key", &said), &said.to_string()).status, 200);
    desk.decisions(1);
    assert_eq!(send(&desk, "shop", &sign("wrong", &gone), &gone.to_string()).status, 401);
    assert_eq!(desk.list("/interactions?limit=5")[0]["state"], "decided");
    assert_eq!(send(&desk, "shop", &sign("the shop's key", &gone), &gone.to_string()).status, 200);
    assert_eq!(desk.list("/interactions?limit=5")[0]["state"], "removed");
}

#[test]
fn a_handshake_is_answered_as_plain_text_and_only_with_the_token() {
    let desk = desk();
    let get = |query: &str| {
        let sent = format!("GET /hooks/shop?{query} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        ask(&desk.host, sent).pop().expect("an answer")
    };
    let good = get("hub.mode=subscribe&hub.verify_token=token%3F&hub.challenge=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    assert_eq!((good.status, good.text().as_str()), (200, "<script>alert(1)</script>"));
    assert_eq!(good.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(good.header("x-content-type-options"), Some("nosniff"));
    assert!(good.header("content-security-policy").is_some_and(|policy| policy.contains("sandbox")));
    for query in [
        "hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=%3Cb%3E",
        "hub.mode=subscribe&hub.verify_token=&hub.challenge=%3Cb%3E",
        "hub.mode=subscribe&hub.challenge=%3Cb%3E",
        "hub.mode=subscribe&hub.verify_token=token%3F&hub.verify_token=token%3F&hub.challenge=%3Cb%3E",
        "hub.mode=unsubscribe&hub.verify_token=token%3F&hub.challenge=%3Cb%3E",
        "",
    ] {
        let refused = get(query);
        assert_eq!(refused.status, 401, "{query}");
        assert!(!refused.text().contains("<b>"), "{query}: {}", refused.text());
    }
    // Slack asks in a signed delivery.
    let asked = json!({"type": "url_verification", "challenge": "<b>17</b>"}).to_string();
    let signature = Signer::Hub { secret: "the shop's key".to_owned() }.headers("1", asked.as_bytes()).remove(0);
    let head = format!("{}: {}\r\n", signature.0, signature.1);
    let answer = ask(&desk.host, post("shop", &head, &asked)).pop().expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, "<b>17</b>"));
    assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")), "{answer:?}");
    assert_eq!(ask(&desk.host, post("shop", "", &asked)).pop().map(|reply| reply.status), Some(401));
}
