//! What channels send wrongly: each has a clear answer, nothing is lost, and the server goes on.

use harness::{Host, HostOptions, LmtpClient, Signer};
use serde_json::json;

use crate::desk::{CHAIN, Desk, HOOK, PATIENCE};
use crate::program::call;

const SIGNED: &str = r#"
[secrets]
shop = { env = "SHOP_SECRET" }
[[plugin]]
name = "signed"
file = "DIST/json.wasm"
grant = { secrets = { webhook = "shop" } }
[plugin.settings]
signature = { scheme = "hmac", header = "x-hub-signature-256", prefix = "sha256=", secret = "webhook" }
[plugin.settings.item]
source_id = "/id"
text = "/text"
[[connector]]
name = "shop"
plugin = "signed"
channel = "shop"
"#;

const MAIL: &str = r#"
[[plugin]]
name = "email"
file = "DIST/email.wasm"
[[connector]]
name = "mail"
plugin = "email"
lmtp_listen = "127.0.0.1:0"
"#;

const STUBBORN: &str = r#"
[[plugin]]
name = "stubborn"
file = "DIST/fault.wasm"
grant = { fields = ["text"] }
[plugin.settings]
role = "refuse"
[[connector]]
name = "hook"
plugin = "stubborn"
"#;

fn with(parts: &[&str]) -> String {
    parts.concat()
}

/// A problem without the id of its request.
fn problem(answer: &harness::Answer) -> String {
    let mut body = answer.json().expect("a problem");
    assert!(body["instance"].as_str().expect("an instance").starts_with("urn:pointsman:request:"));
    body.as_object_mut().expect("an object").remove("instance");
    format!("{} {}", answer.status, serde_json::to_string_pretty(&body).expect("JSON"))
}

#[test]
fn malformed_json_waits_in_quarantine_until_a_mend_releases_it_once() {
    let desk = Desk::open(&with(&[HOOK, CHAIN]));
    let cut = r#"{"id":"17","text":"Where is my parcel?"#;
    let answer = desk.post("hook", &[("content-type", "application/json")], cut.as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.body);
    let id = answer.json().expect("JSON")["quarantined"].as_str().expect("an id").to_owned();

    let rows = desk.list("/quarantine");
    assert_eq!((rows.len(), &rows[0]["id"]), (1, &json!(id)));
    insta::assert_snapshot!(format!("{}: {}", rows[0]["cause"], rows[0]["detail"]), @r#""malformed": "the body is cut off: EOF while parsing a string at line 1 column 38""#);
    let raw = harness::get(&format!("{}/api/v1/quarantine/{id}/raw", desk.host.url())).expect("an answer");
    assert_eq!(raw.body, cut);
    let listed = desk.call(&["quarantine", "list"]).good();
    assert!(listed.out.contains(&id) && listed.out.contains("malformed: the body is cut off"), "{}", listed.out);
    let told = desk.call(&["--json", "quarantine", "list"]).good().json();
    assert_eq!((&told["kind"], &told["id"], &told["detail"]), (&json!("delivery"), &json!(id), &rows[0]["detail"]));
    // Without a mend another try changes nothing, and says so.
    insta::assert_snapshot!(problem(&desk.tell(&format!("/quarantine/{id}/redrive"))), @r#"
    409 {
      "detail": "It stays in quarantine (malformed): the body is cut off: EOF while parsing a string at line 1 column 38",
      "status": 409,
      "title": "The delivery could not be read this time either",
      "type": "urn:pointsman:problem:still-refused"
    }
    "#);
    assert_eq!(desk.list("/quarantine")[0]["tries"], 2);
    desk.still_serves();

    // The mend: another plugin, which takes any body for a text.
    let desk = desk.reopen(&with(&[&HOOK.replace("plugin = \"json\"", "plugin = \"calm\""), CHAIN]));
    let released = desk.tell(&format!("/quarantine/{id}/redrive"));
    assert_eq!(released.status, 200, "{}", released.body);
    assert_eq!(released.json().expect("JSON")["facts"], 1);
    assert_eq!(desk.decisions(2)[1]["excerpt"], cut);
    // Once: there is nothing to release any more.
    insta::assert_snapshot!(problem(&desk.tell(&format!("/quarantine/{id}/redrive"))), @r#"
    404 {
      "detail": "There is no delivery in quarantine of this id.",
      "status": 404,
      "title": "There is no such thing",
      "type": "urn:pointsman:problem:not-found"
    }
    "#);
    assert_eq!((desk.list("/quarantine").len(), desk.ask("/totals")["interactions"].clone()), (0, json!(2)));
}

#[test]
fn the_command_releases_what_a_mend_of_the_settings_can_read() {
    let desk = Desk::open(&with(&[STUBBORN, CHAIN]));
    assert_eq!(desk.post("hook", &[], b"Is it there?").status, 202);
    let beside = desk.call(&["quarantine", "redrive"]);
    let refusal = beside.refusal(&desk.place).replace(&desk.host.pid().to_string(), "[pid]");
    insta::assert_snapshot!(refusal, @r#"
    exit code 5
    error: `[place]/pointsman.db` is in use by another server (process [pid]): stop that one, or give this one a database of its own
    "#);
    let Desk { place, host } = desk;
    host.stop().expect("a graceful end");
    let config = place.configure(&crate::desk::configuration(&place, &with(&[&STUBBORN.replace("role = \"refuse\"", ""), CHAIN])));
    let config = config.display().to_string();
    let redriven = call(&["--json", "quarantine", "redrive", "--config", &config]).good().lines();
    assert_eq!((redriven.len(), &redriven[0]["released"], &redriven[0]["facts"]), (1, &json!(true), &json!(1)));
    let nothing = call(&["quarantine", "list", "--config", &config]).good();
    assert_eq!((nothing.out.as_str(), nothing.err.trim()), ("", "nothing is in quarantine"));
    let unknown = call(&["quarantine", "redrive", "--config", &config, "d-unknown"]);
    insta::assert_snapshot!(unknown.refusal(&place), @r#"
    exit code 4
    error: `d-unknown` is neither a delivery in quarantine nor an interaction about which a plugin failed
    "#);
    let host = Host::start(std::path::Path::new(&config), &HostOptions::default()).expect("the host starts");
    host.wait_for_totals(PATIENCE, |totals| totals["decisions"] == 1 && totals["pending"] == 0).expect("decided once");
}

#[test]
fn a_truncated_mail_is_read_as_far_as_it_goes() {
    let desk = Desk::open(&with(&[HOOK, MAIL, CHAIN]));
    let whole = "From: Ada <ada@example.org>\r\nTo: help@example.com\r\nSubject: Lamp\r\nMessage-ID: <cut@example.org>\r\n\
                 MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
                 The lamp flickers.\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAA";
    let mut client = LmtpClient::connect(&desk.host.lmtp("mail")).expect("connecting");
    for length in [whole.len(), 250, 120] {
        let mail = whole.get(..length).expect("ASCII").replace("<cut@", &format!("<cut-{length}@"));
        let answer = client.mail("ada@example.org", "help@example.com", mail.as_bytes()).expect("an answer");
        assert!(answer.starts_with("250"), "{length}: {answer}");
    }
    let decided = desk.decisions(3);
    assert!(decided[0]["excerpt"].as_str().expect("an excerpt").contains("The lamp flickers."), "{}", decided[0]);
    assert_eq!(desk.ask("/totals")["quarantined"], 0);
    desk.still_serves();
}

#[test]
fn an_empty_mail_is_refused_in_the_open_or_kept() {
    let desk = Desk::open(&with(&[HOOK, MAIL, CHAIN]));
    let mut client = LmtpClient::connect(&desk.host.lmtp("mail")).expect("connecting");
    let answer = client.mail("ada@example.org", "help@example.com", b"").expect("an answer");
    assert!(answer.starts_with("250"), "{answer}");
    let totals = desk.ask("/totals");
    assert_eq!(totals["deliveries"].as_u64().unwrap_or_default() + totals["quarantined"].as_u64().unwrap_or_default(), 1, "{totals}");
    desk.still_serves();
}

#[test]
fn a_wrong_signature_leaves_nothing_behind() {
    let desk = Desk::with_env(&with(&[SIGNED, HOOK, CHAIN]), &[("SHOP_SECRET", "right")]);
    let body = br#"{"id":"1","text":"hello"}"#;
    let signed = |secret: &str| Signer::Hub { secret: secret.to_owned() }.headers("1", body);
    let post = |headers: &[(String, String)], body: &[u8]| {
        harness::request("POST", &format!("{}/hooks/shop", desk.host.url()), headers, body).expect("an answer")
    };
    let mut answers: Vec<String> = [signed("wrong"), Vec::new(), vec![("x-hub-signature-256".to_owned(), "sha256=zz".to_owned())]]
        .iter()
        .map(|headers| problem(&post(headers, body)))
        .collect();
    answers.push(problem(&post(&signed("right"), br#"{"id":"1","text":"hello!"}"#)));
    answers.dedup();
    // All alike: how a forgery failed is a help to the forger.
    insta::assert_snapshot!(answers.join("\n"), @r#"
    401 {
      "detail": "The connector's signature scheme does not confirm this delivery; nothing was kept.",
      "status": 401,
      "title": "The delivery is not proven to be genuine",
      "type": "urn:pointsman:problem:not-genuine"
    }
    "#);
    let totals = desk.ask("/totals");
    assert_eq!([&totals["deliveries"], &totals["quarantined"], &totals["interactions"]], [0, 0, 0], "{totals}");
    assert_eq!(desk.metric("pointsman_connector_forged_total{connector=\"shop\"}"), 4.0);
    assert_eq!(post(&signed("right"), body).status, 200);
    desk.decisions(1);
    desk.still_serves();
}

#[test]
fn what_the_server_does_not_take_is_told_why() {
    let desk = Desk::open(&with(&[HOOK, MAIL, CHAIN]));
    insta::assert_snapshot!(problem(&desk.post("nobody", &[], b"{}")), @r#"
    404 {
      "detail": "The path ends with a connector's configured name, and that connector takes webhooks.",
      "status": 404,
      "title": "There is no connector of this name for webhooks",
      "type": "urn:pointsman:problem:unknown-connector"
    }
    "#);
    // A connector without webhooks is none to callers.
    assert_eq!(desk.post("mail", &[], b"{}").status, 404);
    insta::assert_snapshot!(problem(&desk.post("hook", &[], &vec![b' '; 10 << 20])), @r#"
    413 {
      "detail": "A delivery may have 1048576 bytes.",
      "status": 413,
      "title": "The body is too large",
      "type": "urn:pointsman:problem:body-too-large"
    }
    "#);
    insta::assert_snapshot!(problem(&desk.post("hook", &[("content-encoding", "gzip")], b"x")), @r#"
    415 {
      "detail": "Send the body without a `Content-Encoding`.",
      "status": 415,
      "title": "The body's encoding is not supported",
      "type": "urn:pointsman:problem:unsupported-encoding"
    }
    "#);
    let other = harness::request("DELETE", &format!("{}/hooks/hook", desk.host.url()), &[], b"").expect("an answer");
    insta::assert_snapshot!(problem(&other), @r#"
    405 {
      "detail": "Deliveries are sent by `POST`; `GET` asks for a handshake.",
      "status": 405,
      "title": "The path does not know this method",
      "type": "urn:pointsman:problem:method-not-allowed"
    }
    "#);
    assert_eq!(desk.ask("/totals")["deliveries"], 0);
    desk.still_serves();
}

#[test]
fn a_mail_beyond_the_limit_is_turned_away_and_the_connection_goes_on() {
    let desk = Desk::open(&with(&[HOOK, MAIL, CHAIN]));
    let mut client = LmtpClient::connect(&desk.host.lmtp("mail")).expect("connecting");
    let mut large = b"From: a@example.org\r\nMessage-ID: <large@example.org>\r\n\r\n".to_vec();
    large.resize(64 << 20, b'x');
    let answer = client.mail("a@example.org", "help@example.com", &large).expect("an answer");
    insta::assert_snapshot!(answer, @"552 5.3.4 Too large");
    let small = b"From: a@example.org\r\nMessage-ID: <small@example.org>\r\n\r\nStill here.\r\n";
    assert!(client.mail("a@example.org", "help@example.com", small).expect("an answer").starts_with("250"));
    desk.decisions(1);
    desk.still_serves();
}
