use pointsman_plugin::testing::{Host, configured, problems};
use pointsman_plugin::{Attribute, Delivery, Event, Failure, Feed as _, Header, Pointer, Reception, Response, Webhook as _};
use serde_json::{Value, json};

use super::*;

const NOW: u64 = 1_790_000_000_000;
const NOTE: &str = "https://there.example/notes/1";

#[test]
fn case_folders() {
    cases::check_webhook::<ActivityPub>(env!("CARGO_MANIFEST_DIR"));
}

fn plugin() -> ActivityPub {
    configured(json!({"actor": "https://social.example/users/shop"}))
}

fn received(body: &Value, key: &str) -> Reception {
    let signature = format!("keyId=\"{key}\",algorithm=\"rsa-sha256\",headers=\"(request-target) host date digest\",signature=\"x\"");
    let headers = vec![Header { name: "signature".to_owned(), value: signature.into_bytes() }];
    let delivery = Delivery { method: "POST".to_owned(), headers, body: body.to_string().into_bytes(), ..Delivery::default() };
    plugin().receive(&delivery, NOW).expect("read")
}

#[test]
fn the_newer_form_of_signatures_names_its_key_in_another_header() {
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.as_bytes().to_vec() };
    let input = "sig1=(\"@method\" \"content-digest\");created=1790000000;keyid=\"https://relay.example/actor#main-key\"";
    let headers = vec![header("signature", "sig1=:eA==:"), header("signature-input", input)];
    let body = create("https://there.example/users/ada").to_string().into_bytes();
    let reception = plugin().receive(&Delivery { method: "POST".to_owned(), headers, body, ..Delivery::default() }, NOW).unwrap();
    assert_eq!((reception.facts.len(), reception.pointers.len()), (0, 1));
}

fn note() -> Value {
    let author = "https://there.example/users/ada";
    json!({"id": NOTE, "type": "Note", "attributedTo": author, "content": "<p>Late again</p>", "to": ["as:Public"]})
}

fn create(actor: &str) -> Value {
    json!({"id": "https://there.example/a/1", "type": "Create", "actor": actor, "object": note()})
}

#[test]
fn a_server_is_believed_about_its_own_people_only() {
    let own = received(&create("https://there.example/users/ada"), "https://there.example/users/ada#main-key");
    assert!(matches!(&own.facts[0].event, Event::Said(item) if item.text == "Late again"));
    assert_eq!(own.answer.status, 202);

    let forwarded = received(&create("https://there.example/users/ada"), "https://relay.example/actor#main-key");
    assert!(forwarded.facts.is_empty());
    assert_eq!(forwarded.pointers[0].id, format!("object:{NOTE}"));

    let claimed = received(&create("https://evil.example/users/eve"), "https://evil.example/users/eve#main-key");
    assert!(claimed.facts.is_empty(), "its own activity about another server's object");
    assert_eq!(claimed.pointers[0].id, format!("object:{NOTE}"));

    let delete = json!({"type": "Delete", "actor": "https://evil.example/users/eve", "object": NOTE});
    let deleted = received(&delete, "https://evil.example/users/eve#main-key");
    assert!(deleted.facts.is_empty(), "nobody deletes what is not theirs");
    assert_eq!(deleted.pointers[0].id, format!("object:{NOTE}"));

    let like = json!({"type": "Like", "actor": "https://there.example/users/ada", "object": NOTE});
    let liked = received(&like, "https://evil.example/users/eve#main-key");
    assert!(matches!(liked.facts[0].event, Event::Unsupported(_)));
}

#[test]
fn what_a_group_announces_is_believed_of_its_own_server_only() {
    let announce = |actor: &str| json!({"type": "Announce", "actor": actor, "object": create("https://there.example/users/ada")});
    let own = received(&announce("https://there.example/c/parcels"), "https://there.example/c/parcels#main-key");
    assert!(matches!(own.facts[0].event, Event::Said(_)));
    let other = received(&announce("https://groups.example/c/parcels"), "https://groups.example/c/parcels#main-key");
    assert!(other.facts.is_empty());
    assert_eq!(other.pointers.len(), 1);
}

fn hydrated(pointer: &Pointer, answer: Response) -> Result<Vec<Fact>, Failure> {
    let host = Host::new().answer(&format!("GET {NOTE}"), Ok(answer));
    let facts = plugin().hydrate(pointer, NOW);
    assert!(host.requests().iter().all(|request| request.credential.is_none()));
    facts
}

#[test]
fn objects_are_fetched_where_they_live() {
    let pointer = crate::pointer(NOTE, false);
    let answer = |body: &Value| Response::new(200).body("application/activity+json", body.to_string());
    let facts = hydrated(&pointer, answer(&note())).unwrap();
    assert_eq!(facts[0].dedup_key.as_deref(), Some("said:https://there.example/notes/1"), "as if it had come in the activity");
    let edited = hydrated(&crate::pointer(NOTE, true), answer(&note())).unwrap();
    assert!(matches!(edited[0].event, Event::Edited(_)));
    let gone = hydrated(&pointer, Response::new(410)).unwrap();
    assert!(matches!(&gone[0].event, Event::Removed(removal) if removal.source_id == NOTE));
    let stolen = json!({"id": "https://elsewhere.example/notes/7", "type": "Note", "content": "x"});
    assert!(matches!(hydrated(&pointer, answer(&stolen)), Err(Failure::Never(_))));
    assert!(matches!(hydrated(&pointer, Response::new(503)), Err(Failure::Later(_))));
    assert!(matches!(hydrated(&pointer, Response::new(200).body("text/html", "<html>")), Err(Failure::Never(_))));
    let strange = Pointer { id: "object:file:///etc/passwd".to_owned(), attributes: vec![Attribute::new("edited", true)] };
    assert!(matches!(plugin().hydrate(&strange, NOW), Err(Failure::Never(_))));
}

#[test]
fn an_actor_is_an_address() {
    assert_eq!(problems::<ActivityPub>(json!({"actor": "shop@social.example"}))[0].path, "/actor");
}
