use std::collections::{BTreeMap, BTreeSet};

use model::{
    Attachment, Attributes, Author, Content, CredentialForm, Customer, Digest, Engagement, FieldRequest, Grants, HostRequest, Interaction,
    InteractionId, Limits, PluginManifest, PluginSpec, Reason, Requests, Secret, SecretRequest, Signal, Span, StateRequest, Value,
};
use proptest::prelude::*;
use serde_json::json;

use super::*;

const FIELDS: [&str; 6] = ["text", "author", "customer", "attachments", "engagement", "attributes"];

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn spec(grants: Grants) -> PluginSpec {
    let settings = json!({"instance": "https://Social.example:8443/path", "hosts": ["https://a.example", "b.example"], "n": 7});
    PluginSpec { name: "p".into(), digest: Digest::of(b""), settings, grants, limits: Limits::PURE }
}

fn manifest(hosts: &[&str]) -> PluginManifest {
    let host = |host: &&str| HostRequest { host: (*host).to_owned(), reason: String::new() };
    let field = |name: &&str| FieldRequest { name: (*name).to_owned(), reason: String::new() };
    let secret = |name: &str, credential| SecretRequest { name: name.into(), reason: String::new(), credential };
    let bearer = CredentialForm::Header { name: "authorization".into(), prefix: "Bearer ".into() };
    PluginManifest {
        requests: Requests {
            fields: ["text", "author"].iter().map(field).collect(),
            hosts: hosts.iter().map(host).collect(),
            secrets: vec![secret("token", Some(bearer)), secret("signing", None)],
            state: Some(StateRequest { bytes_max: 1_000, reason: String::new() }),
        },
        ..PluginManifest::default()
    }
}

#[test]
fn a_grant_is_what_is_asked_and_given() {
    let given = Grants {
        fields: set(&["text", "customer"]),
        hosts: set(&["social.example:8443"]),
        secrets: BTreeMap::from([("token".into(), "mastodon-token".into()), ("other".into(), "unasked".into())]),
        state_bytes_max: 64,
        private_network: false,
    };
    let effective = effective(&spec(given), &manifest(&["{/instance}"]));
    assert_eq!(effective.fields, set(&["text"]));
    assert_eq!(effective.hosts, set(&["social.example:8443"]));
    assert_eq!(effective.secrets, BTreeMap::from([("token".to_owned(), "mastodon-token".to_owned())]));
    assert_eq!(effective.state_bytes_max, 64);
    let egress = egress_grant(&effective, &manifest(&[]), &Limits::PURE);
    assert_eq!(egress.credentials.keys().collect::<Vec<_>>(), ["token"]);
    assert_eq!(egress.credentials["token"].secret, "mastodon-token");
}

#[test]
fn hosts_meet_at_the_narrower_pattern() {
    let check = |asked: &str, given: &str, expected: &[&str]| {
        let grants = Grants { hosts: set(&[given]), ..Grants::default() };
        assert_eq!(effective(&spec(grants), &manifest(&[asked])).hosts, set(expected), "{asked} and {given}");
    };
    check("api.example.com", "api.example.com", &["api.example.com"]);
    check("API.example.com", "api.EXAMPLE.com", &["api.example.com"]);
    check("api.example.com", "*.example.com", &["api.example.com"]);
    check("*.example.com", "api.example.com", &["api.example.com"]);
    check("*.eu.example.com", "*.example.com", &["*.eu.example.com"]);
    check("*.example.com", "example.com", &[]);
    check("example.com", "*.example.com", &[]);
    check("api.example.com", "api.example.com:8443", &[]);
    check("api.example.com", "evil-api.example.com", &[]);
    check("badexample.com", "*.example.com", &[]);
    check("{/instance}", "social.example:8443", &["social.example:8443"]);
    check("{/instance}", "social.example", &[]);
    check("{/hosts}", "*.example", &["a.example", "b.example"]);
    check("{/missing}", "*.example", &[]);
    check("{/missing}", "{/missing}", &[]);
}

#[test]
fn patterns_cover_hosts_and_ports() {
    let check = |pattern: &str, host: &str, port: u16, expected: bool| {
        assert_eq!(host_matches(pattern, host, port, 443), expected, "{pattern} {host}:{port}");
    };
    check("api.example.com", "API.example.com", 443, true);
    check("api.example.com", "api.example.com.", 443, true);
    check("api.example.com", "api.example.com", 8443, false);
    check("api.example.com:8443", "api.example.com", 8443, true);
    check("*.example.com", "a.b.example.com", 443, true);
    check("*.example.com", "example.com", 443, false);
    check("*.example.com", ".example.com", 443, false);
    check("*.example.com", "evilexample.com", 443, false);
    check("*.example.com", "example.com.evil.net", 443, false);
}

#[test]
fn places_are_filled_or_named() {
    let settings = json!({"instance": "https://social.example", "n": 7});
    assert_eq!(filled("{/instance}/api/v{/n}/streaming", &settings), Ok("https://social.example/api/v7/streaming".to_owned()));
    assert_eq!(filled("plain", &settings), Ok("plain".to_owned()));
    assert_eq!(filled("{/nothing}", &settings), Err("/nothing".to_owned()));
}

fn pseudonyms() -> Pseudonyms {
    Pseudonyms::new(Secret::new("the host's key"))
}

/// An interaction that has the canary of each grant in all its fields.
fn canaries() -> Interaction {
    let words = |name: &str| format!("CANARY-{name}");
    let attributes = |name: &str| Attributes::from([("note".to_owned(), Value::from(words(name)))]);
    let signal = |name: &str, value: Value| Signal {
        name: name.into(),
        value,
        confidence: None,
        evidence: vec![Span { start: 0, end: 3 }],
        reasons: vec![Reason::new("found", words("text"))],
        source: "classifier".into(),
    };
    Interaction {
        id: InteractionId("i1".into()),
        channel: "mastodon".into(),
        conversation: words("author"),
        in_reply_to: Some(words("author")),
        author: Some(Author {
            id: words("author"),
            handle: Some(words("author")),
            display_name: Some(words("author")),
            profile_url: Some(words("author")),
            followers: Some(424_242),
            verified: true,
            bot: true,
            attributes: attributes("author"),
        }),
        customer: Some(Customer {
            id: words("customer"),
            lifecycle: Some(words("customer")),
            worth: Some(0.5),
            attributes: attributes("customer"),
        }),
        subject: Some(words("text")),
        text: words("text"),
        attachments: vec![Attachment {
            media_type: "image/png".into(),
            content: Content::Url(words("attachments")),
            name: Some(words("attachments")),
            size_bytes: None,
            description: Some(words("attachments")),
        }],
        engagement: Some(Engagement { likes: 777, ..Engagement::default() }),
        rating: Some(0.25),
        signals: vec![signal("sentiment", "negative".into()), signal("entity-order", words("text").into())],
        attributes: attributes("attributes"),
        ..Interaction::default()
    }
}

proptest! {
    #[test]
    fn a_projection_holds_nothing_that_was_not_granted(mask in 0_u8..64) {
        let bits = FIELDS.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1);
        let granted: BTreeSet<String> = bits.map(|(_, name)| (*name).to_owned()).collect();
        let seen = project(&canaries(), "plugin", &granted, &pseudonyms());
        let json = serde_json::to_string(&seen).unwrap();
        for name in FIELDS {
            let has = granted.contains(name);
            prop_assert_eq!(json.contains(&format!("CANARY-{name}")), has && name != "engagement", "{} in {}", name, json);
            prop_assert_eq!(seen.withheld.iter().any(|withheld| withheld == name), !has);
        }
        prop_assert_eq!(json.contains("777"), granted.contains("engagement"));
        prop_assert_eq!(json.contains("0.25"), granted.contains("engagement"));
        prop_assert_eq!(json.contains("424242"), granted.contains("author"));
        prop_assert_eq!(&seen.id.0, "i1");
        prop_assert!(seen.signals.iter().any(|signal| signal.name == "sentiment"));
    }

    #[test]
    fn pseudonyms_are_stable_and_differ_by_plugin(id in ".{1,40}", other in ".{1,40}") {
        let names = pseudonyms();
        prop_assert_eq!(names.author("a", "c", &id), names.author("a", "c", &id));
        prop_assert_ne!(names.author("a", "c", &id), names.author("b", "c", &id));
        prop_assert_ne!(names.author("a", "c", &id), names.item("a", "c", &id));
        prop_assert_ne!(names.author("a", "c", &id), Pseudonyms::new(Secret::new("another key")).author("a", "c", &id));
        prop_assert_eq!(names.item("a", "c", &id) == names.item("a", "c", &other), id == other);
    }
}

#[test]
fn what_is_granted_in_full_is_seen_in_full() {
    let whole = project(&canaries(), "plugin", &set(&FIELDS), &pseudonyms());
    assert_eq!(whole, canaries());
}

#[test]
fn what_is_absent_is_not_withheld() {
    let seen = project(&Interaction::default(), "plugin", &set(&[]), &pseudonyms());
    assert_eq!(seen, Interaction::default());
}
