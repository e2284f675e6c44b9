//! What plugins see, and what they do not.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Attachment, Attributes, Author, Content, Customer, Engagement, Interaction, InteractionId, Reason, Secret, Signal, Span, Value,
};
use proptest::prelude::*;
use serde_json::Value as Json;

use super::set;
use crate::grant::{Pseudonyms, project, projected};

const FIELDS: [&str; 6] = ["text", "author", "customer", "attachments", "engagement", "attributes"];

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
    let all = canaries();
    let whole = projected(&all, "plugin", &set(&FIELDS), &pseudonyms());
    assert!(matches!(whole, std::borrow::Cow::Borrowed(_)), "nothing is copied");
    assert_eq!(*whole, canaries());
}

#[test]
fn what_is_absent_is_not_withheld() {
    let seen = project(&Interaction::default(), "plugin", &set(&[]), &pseudonyms());
    assert_eq!(seen, Interaction::default());
}

/// An interaction that names its people wherever a connector or an earlier plugin could have put them.
fn named() -> Interaction {
    let text = |text: &str| Value::Text(text.to_owned());
    let signal = |name: &str, value: Value| Signal {
        name: name.into(),
        value,
        confidence: None,
        evidence: vec![],
        reasons: vec![Reason::new("who", "Because jane.doe wrote it."), Reason::new("why", "Because it was written.")],
        source: "crm".into(),
    };
    Interaction {
        id: InteractionId("i1".into()),
        channel: "mastodon".into(),
        conversation: "thread-9001".into(),
        in_reply_to: Some("item-9002".into()),
        author: Some(Author {
            id: "a-9003".into(),
            handle: Some("jane.doe".into()),
            display_name: Some("Jane Doe".into()),
            profile_url: Some("https://social.example/@jane.doe".into()),
            attributes: Attributes::from([("note".to_owned(), text("nurse-9004"))]),
            ..Author::default()
        }),
        customer: Some(Customer {
            id: "c-9005".into(),
            attributes: Attributes::from([("crm".to_owned(), text("crm-9006"))]),
            ..Customer::default()
        }),
        text: "Hello".into(),
        attachments: vec![Attachment {
            media_type: "image/png".into(),
            content: Content::Url("https://files.example/jane.doe/1.png".into()),
            name: Some("Jane Doe.png".into()),
            size_bytes: Some(1),
            description: Some("Photo by JANE DOE".into()),
        }],
        signals: vec![signal("account-of", text("c-9005")), signal("sentiment", text("negative")), signal("crm-rank", Value::Number(7.0))],
        attributes: BTreeMap::from([
            ("url".to_owned(), text("https://social.example/@jane.doe/9002")),
            ("reply-to".to_owned(), Value::Texts(vec!["jane.doe@example.com".into()])),
            ("message-id".to_owned(), text("<9007@mail.example>")),
            ("user-id".to_owned(), Value::Number(9_008.0)),
            ("note".to_owned(), text("the thread-9001 again")),
            ("importance".to_owned(), text("high")),
        ]),
        ..Interaction::default()
    }
}

/// Every text and number of a JSON.
fn leaves(json: &Json, into: &mut Vec<String>) {
    match json {
        Json::Array(all) => all.iter().for_each(|one| leaves(one, into)),
        Json::Object(all) => all.values().for_each(|one| leaves(one, into)),
        Json::Null => {}
        Json::String(text) => into.push(text.to_lowercase()),
        other => into.push(other.to_string()),
    }
}

#[test]
fn nothing_tells_who_it_is_unless_granted() {
    let of_author = ["9001", "9002", "9003", "9004", "jane", "doe", "9007", "9008", "social.example", "mail.example"];
    let of_customer = ["9005", "9006"];
    let others = ["text", "attachments", "engagement", "attributes"];
    for (author, customer) in [(false, false), (false, true), (true, false), (true, true)] {
        let granted = author.then_some("author").into_iter().chain(customer.then_some("customer")).chain(others).collect::<Vec<_>>();
        let seen = project(&named(), "plugin", &set(&granted), &pseudonyms());
        let mut found = Vec::new();
        leaves(&serde_json::to_value(&seen).unwrap(), &mut found);
        for (telling, allowed) in of_author.iter().map(|one| (one, author)).chain(of_customer.iter().map(|one| (one, customer))) {
            let told = found.iter().any(|leaf| leaf.contains(telling));
            assert_eq!(told, allowed, "`{telling}` with {granted:?} in {found:?}");
        }
        let high = Value::from("high");
        assert_eq!(seen.attributes.get("importance"), Some(&high));
        assert_eq!(seen.signals.iter().filter(|signal| signal.value == Value::from("negative")).count(), 1);
    }
}

#[test]
fn one_id_has_one_pseudonym_for_a_plugin_and_another_for_the_next() {
    let fields = set(&["attributes"]);
    let thread = |plugin: &str| {
        let mut whole = named();
        whole.attributes.insert("root-id".to_owned(), whole.conversation.as_str().into());
        let seen = project(&whole, plugin, &fields, &pseudonyms());
        (Value::from(seen.conversation), seen.attributes["root-id"].clone())
    };
    let (one, other) = (thread("one"), thread("other"));
    assert_eq!(one.0, one.1);
    assert_eq!(other.0, other.1);
    assert_ne!(one.0, other.0);
}

#[test]
fn a_name_that_is_one_of_the_hosts_words_changes_no_signal() {
    let author = Author { id: "negative".into(), handle: Some("negative".into()), ..Author::default() };
    let whole = Interaction { author: Some(author), ..named() };
    let seen = project(&whole, "plugin", &set(&["text"]), &pseudonyms());
    assert!(seen.signals.iter().any(|signal| signal.value == Value::from("negative")));
}

#[test]
fn redacted_text_keeps_its_length_and_says_that_it_is() {
    let whole = Interaction {
        subject: Some("Order 12345".into()),
        text: "Mail me at jane@example.com — merci".into(),
        signals: canaries().signals,
        ..Interaction::default()
    };
    let seen = project(&whole, "plugin", &set(&["redacted-text"]), &pseudonyms());
    assert_eq!(seen.subject.as_deref(), Some("Order *****"));
    assert_eq!(seen.text, "Mail me at **************** — merci");
    assert_eq!(seen.withheld, ["redacted-text"]);
    assert_eq!(seen.signals.len(), 1, "entities quote the text");
    assert!(seen.signals.iter().all(|signal| signal.evidence.is_empty() && signal.reasons.is_empty()));
    let plain = Interaction { text: "Nothing to hide".into(), ..Interaction::default() };
    let seen = project(&plain, "plugin", &set(&["redacted-text"]), &pseudonyms());
    assert_eq!((seen.text.as_str(), seen.withheld.len()), ("Nothing to hide", 0));
}
