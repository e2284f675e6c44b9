//! Modmail: conversations between people and the moderators of a subreddit.

use std::collections::BTreeMap;

use lenient::{at, attribute, flag, id, list, text, time};
use pointsman_plugin::{Author, Direction, Fact, Item, Kind, Note, Visibility};
use serde_json::Value;

use crate::settings::Settings;

/// The messages of one conversation or of many, oldest first. Conversations name their messages, not the other way round.
pub(crate) fn facts(document: &Value, settings: &Settings) -> Vec<Fact> {
    let mut of: BTreeMap<String, &Value> = BTreeMap::new();
    let conversations = conversations(document);
    for conversation in &conversations {
        let named = list(conversation, "objIds").iter().filter(|object| text(object, "key") == Some("messages"));
        of.extend(named.filter_map(|object| Some((id(object, "id")?, *conversation))));
    }
    let only = conversations.first().copied().filter(|_| conversations.len() == 1);
    let messages = at(document, "messages").and_then(Value::as_object).into_iter().flatten();
    let mut messages: Vec<(&String, &Value)> = messages.take(MESSAGES_MAX).collect();
    messages.sort_by_key(|(_, message)| time(message, "date"));
    let fact = |(name, message): (&String, &Value)| {
        let name = id(message, "id").or_else(|| Some(name.clone()).filter(|name| (1..=64).contains(&name.len())))?;
        let conversation = of.get(&name).copied().or(only)?;
        Some(fact(&name, message, conversation, settings))
    };
    messages.into_iter().filter_map(fact).collect()
}

/// Under `conversation` one, under `conversations` one or, by their ids, many.
fn conversations(document: &Value) -> Vec<&Value> {
    match at(document, "conversation").or_else(|| at(document, "conversations")) {
        Some(one) if at(one, "objIds").is_some() => vec![one],
        Some(Value::Object(many)) => many.values().collect(),
        _ => Vec::new(),
    }
}

fn fact(name: &str, message: &Value, conversation: &Value, settings: &Settings) -> Fact {
    let thread = id(conversation, "id");
    let author = author(message);
    let subject = text(conversation, "subject").map(str::to_owned);
    let words = text(message, "bodyMarkdown").map(str::to_owned).unwrap_or_default();
    let account = text(conversation, "/owner/displayName").filter(|name| name.len() <= 64).map(str::to_owned);
    // A note between moderators is nothing that a customer said or will read.
    let fact = if flag(message, "isInternal") || flag(conversation, "isInternal") {
        Fact::system(Note {
            source_id: Some(name.to_owned()),
            text: Some(words),
            actor: author,
            conversation: thread,
            visibility: Some(Visibility::Private),
            occurred_at: time(message, "date"),
            ..Note::new("internal-note")
        })
    } else {
        let who = author.as_ref().map(|author| author.id.clone()).unwrap_or_default();
        // Moderators speak for the subreddit, which is ours.
        let own = flag(message, "/author/isMod") || settings.is_own(&who);
        let mut attributes = vec![attribute("modmail", true)];
        attributes.extend(account.iter().map(|subreddit| attribute("subreddit", subreddit.as_str())));
        let item = Item {
            source_id: name.to_owned(),
            kind: Kind::Message,
            visibility: Visibility::Private,
            direction: if own { Direction::Echo } else { Direction::Inbound },
            conversation: thread,
            author,
            subject,
            text: words,
            markup: text(message, "body").map(str::to_owned),
            occurred_at: time(message, "date"),
            attributes,
            ..Item::default()
        };
        Fact::said(item.bounded())
    };
    Fact { account, ..fact }.dedup_key(format!("modmail:{name}"))
}

fn author(message: &Value) -> Option<Author> {
    let name = text(message, "/author/name").filter(|name| name.len() <= 64)?;
    Some(Author {
        id: name.to_owned(),
        handle: Some(name.to_owned()),
        attributes: id(message, "/author/id").map(|number| attribute("number", number)).into_iter().collect(),
        ..Author::default()
    })
}

const MESSAGES_MAX: usize = 1_000;
