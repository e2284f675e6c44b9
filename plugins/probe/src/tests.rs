use pointsman_plugin::keys::Error as KeyError;
use pointsman_plugin::testing::{Host, KeyCall, configured, problems};
use pointsman_plugin::{
    Author, Decided, Delivered, Delivery, Edit, Enricher, Event, Failure, Header, Interaction, Outbound, Refusal, Reply, Responder,
    Response, Routing, Sender, Sink, Situation, Template, Undelivered, Value, Webhook, http,
};
use serde_json::json;

use super::*;

fn probe() -> Probe {
    configured(json!({"url": "https://probe.example/", "credential": "service"}))
}

fn spoken() -> Interaction {
    Interaction { id: "i1".to_owned(), author: Some(Author { id: "a/1".to_owned(), ..Author::default() }), ..Interaction::default() }
}

fn reply(text: &str) -> Outbound {
    Outbound::Reply(Reply { conversation: "c".to_owned(), text: text.to_owned(), last_inbound_at: Some(1_000), ..Reply::default() })
}

fn ok(body: &str) -> Result<Response, http::Error> {
    Ok(Response::new(200).body("text/plain", body))
}

#[test]
fn settings_are_checked() {
    let found: Vec<String> =
        problems::<Probe>(json!({"url": "probe.example", "credential": "servce"})).into_iter().map(|p| p.path).collect();
    assert_eq!(found, ["/url", "/credential"]);
}

#[test]
fn keys_compute_and_refuse() {
    let send = |headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| Header { name: (*name).to_owned(), value: (*value).into() }).collect();
        probe().receive(&Delivery { headers, body: b"x".to_vec(), ..Delivery::default() }, 5)
    };
    let attributes = |outcome: Result<pointsman_plugin::Reception, Refusal>| match outcome.unwrap().facts.remove(0).event {
        Event::System(note) => note.attributes.into_iter().map(|one| (one.name, one.value)).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(attributes(send(&[])), [("mac-error".to_owned(), Value::from("not-granted"))]);
    let _host = Host::new().keys(|call| match call {
        KeyCall::Mac(key, _) if key == "signing" => Ok(vec![0xab, 1]),
        KeyCall::Verify(_, _, signature) => Ok(signature),
        KeyCall::Decrypt(_, iv, _) => Ok(iv),
        KeyCall::Mac(..) => Err(KeyError::Invalid("no".to_owned())),
    });
    let found = attributes(send(&[("x-probe-signature", "01"), ("x-probe-iv", "6869"), ("x-probe-algorithm", "aes256-gcm")]));
    let expected = [("mac", Value::from("ab01")), ("verified", Value::from(true)), ("decrypted", Value::from("hi"))];
    assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
    assert!(matches!(send(&[("x-probe-iv", "é")]), Err(Refusal::Malformed(_))));
    assert!(matches!(send(&[("x-probe-algorithm", "rot13")]), Err(Refusal::Unsupported(_))));
}

#[test]
fn state_counts_and_the_service_is_asked() {
    let host = Host::new()
        .remaining_ms(300)
        .state()
        .answer("GET https://probe.example/people/a%2F1", ok("gold\n"))
        .answer("GET", Ok(Response::new(503)));
    let first = probe().enrich(&spoken(), 0).unwrap();
    assert_eq!(first.iter().map(|signal| signal.value.clone()).collect::<Vec<_>>(), [Value::from(1), Value::from("gold")]);
    assert!(matches!(probe().enrich(&spoken(), 0), Err(Failure::Later((None, _)))));
    assert_eq!((host.requests()[0].credential.as_deref(), host.requests()[0].timeout_ms), (Some("service"), Some(150)));
    drop(host);
    assert!(matches!(probe().enrich(&spoken(), 0), Err(Failure::Never(_))));
}

#[test]
fn replies_are_suggested() {
    let situation = Situation::default();
    let canned = configured::<Probe>(json!({})).suggest(&spoken(), &situation, &Routing::file()).unwrap();
    assert_eq!(canned.len(), 1);
    let _host = Host::new().answer("GET https://probe.example/replies/care", ok("One.\nTwo.\n"));
    let found = probe().suggest(&spoken(), &situation, &Routing::hold("care")).unwrap();
    assert_eq!(found.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["One.", "Two."]);
}

#[test]
fn sending_knows_every_outcome() {
    let late = Ok(Response::new(429).with_header("retry-after", "3"));
    let host = Host::new()
        .answer("POST https://probe.example/replies", ok("m1\nm2"))
        .answer("POST", Err(http::Error::Timeout))
        .answer("GET https://probe.example/sent/k", Ok(Response::new(404)))
        .answer("GET https://probe.example/sent/k", ok("m3"))
        .answer("PUT", late)
        .answer("DELETE", Ok(Response::new(403)));
    let send = |outbound: &Outbound| Sender::deliver(&probe(), "k", outbound, 2_000);
    assert_eq!(send(&reply("hello")), Ok(Delivered::Sent(vec!["m1".to_owned(), "m2".to_owned()])));
    assert_eq!(host.requests()[0].headers[0].value, b"application/json");
    assert!(matches!(send(&reply("hello")), Err(Undelivered::Unknown(_))));
    assert_eq!(probe().find("k", &reply("hello"), 0), Ok(None));
    assert_eq!(probe().find("k", &reply("hello"), 0), Ok(Some(Delivered::Sent(vec!["m3".to_owned()]))));
    let edit = Outbound::Edit(Edit { source_id: "m1".to_owned(), text: "x".to_owned() });
    assert!(matches!(send(&edit), Err(Undelivered::Later((Some(5_000), _)))));
    assert!(matches!(send(&Outbound::Hide("m1".to_owned())), Err(Undelivered::Unauthorised(_))));
    assert_eq!(send(&reply(&"x".repeat(501))), Err(Undelivered::TooLong(500)));
    assert!(matches!(Sender::deliver(&probe(), "k", &reply("x"), 100_000_000), Err(Undelivered::WindowClosed(_))));
    assert!(matches!(send(&Outbound::Template(Template::default())), Ok(Delivered::HandOver(_))));
    assert!(matches!(send(&reply("not granted")), Err(Undelivered::Never(_))));
}

#[test]
fn a_batch_is_exported_once_and_a_person_forgotten() {
    let decided = Decided { interaction: spoken(), priority: None, routing: Routing::file(), generation: "g".to_owned() };
    let host = Host::new().state().answer("POST", ok("")).answer("DELETE https://probe.example/people/a%2F1", ok(""));
    for _ in 0..2 {
        assert_eq!(Sink::deliver(&probe(), std::slice::from_ref(&decided)), Ok(()));
    }
    assert_eq!(host.requests().len(), 1);
    assert_eq!(host.requests()[0].body, b"{\"disposition\":\"file\",\"generation\":\"g\",\"id\":\"i1\",\"score\":null}\n");
    assert_eq!(probe().erase("a/1"), Ok(()));
}

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let _host = Host::new().keys(|_| Ok(vec![1, 2]));
        cases::received(&configured::<Probe>(settings.clone()).receive(&cases::delivery(&input["delivery"]), 0))
    });
}
