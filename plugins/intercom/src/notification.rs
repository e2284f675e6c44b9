//! What a notification tells. Source: Intercom's "Webhook topics" and "Conversation model" (1.x and 2.x name the first words otherwise).

use lenient::{attribute, fingerprint, id, list, object, text, time};
use pointsman_plugin::{Attachment, Attribute, Author, Content, Direction, Fact, Item, Kind, Note, Removal, Visibility};
use serde_json::Value;

/// What a notification tells; nothing for the look at our address.
pub(crate) fn facts(body: &Value) -> Vec<Fact> {
    let topic = text(body, "topic").unwrap_or_default();
    let item = body.pointer("/data/item").cloned().unwrap_or_default();
    let account = id(body, "app_id");
    let told = match topic {
        "ping" => return Vec::new(),
        "conversation.user.created" | "conversation.admin.single.created" | "conversation.contact.attached" if first(&item).is_some() => {
            first(&item).into_iter().filter_map(|message| said(&item, message, Part::First)).collect()
        }
        "conversation.user.replied" | "conversation.admin.replied" | "conversation.operator.replied" | "conversation.admin.noted" => {
            parts(&item)
        }
        "conversation_part.redacted" => redacted(&item).into_iter().collect(),
        _ => Vec::new(),
    };
    let told = if told.is_empty() { vec![happened(body, &item, topic)] } else { told };
    told.into_iter().map(|fact| Fact { account: account.clone(), ..fact }).collect()
}

/// The words that began the conversation.
fn first(conversation: &Value) -> Option<&Value> {
    object(conversation, "conversation_message").or_else(|| object(conversation, "source"))
}

fn parts(conversation: &Value) -> Vec<Fact> {
    let parts = list(conversation, "/conversation_parts/conversation_parts").iter().take(PARTS_MAX);
    parts.filter_map(|part| said(conversation, part, Part::Later)).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    First,
    Later,
}

fn said(conversation: &Value, part: &Value, which: Part) -> Option<Fact> {
    let files = attachments(part);
    let html = text(part, "body").unwrap_or_default();
    // Assignments, closings and the like are parts without words.
    if html.is_empty() && files.is_empty() {
        return None;
    }
    let conversation_id = id(conversation, "id")?;
    let source_id = id(part, "id").unwrap_or_else(|| conversation_id.clone());
    let author = object(part, "author");
    let ours = author.is_some_and(|author| matches!(text(author, "type"), Some("admin" | "bot" | "team" | "operator")));
    let note = text(part, "part_type") == Some("note") || text(part, "part_type") == Some("note_and_reopen");
    let words = markup::text(html);
    let own_time = time(part, "created_at");
    let item = Item {
        kind: Kind::Message,
        visibility: if note { Visibility::Internal } else { Visibility::Private },
        direction: if ours || note { Direction::Echo } else { Direction::Inbound },
        conversation: Some(conversation_id),
        author: author.and_then(|author| person(author, conversation)),
        subject: text(part, "subject").or_else(|| text(conversation, "title")).map(markup::text).filter(|words| !words.is_empty()),
        markup: (words != html).then(|| html.to_owned()),
        attachments: files,
        occurred_at: if which == Part::First { own_time.or_else(|| time(conversation, "created_at")) } else { own_time },
        attributes: attributes(conversation, part),
        ..Item::new(source_id, words)
    };
    Some(Fact::said(item.bounded()))
}

/// Who spoke. Parts of old notifications name only the id; the person stands beside the conversation.
fn person(author: &Value, conversation: &Value) -> Option<Author> {
    let id = id(author, "id")?;
    let contacts = list(conversation, "/contacts/contacts").iter();
    let people = contacts.chain(["user", "/assignee"].iter().filter_map(|place| object(conversation, place)));
    let known = people.into_iter().find(|person| lenient::id(person, "id").as_deref() == Some(id.as_str()));
    let field = |name: &str| text(author, name).or_else(|| text(known?, name));
    let more = [("email", "email"), ("user-id", "user_id"), ("external-id", "external_id"), ("phone", "phone"), ("type", "type")];
    Some(Author {
        id,
        display_name: field("name").or_else(|| field("email")).map(str::to_owned),
        bot: matches!(text(author, "type"), Some("bot" | "operator")),
        attributes: more.iter().filter_map(|(name, place)| Some(attribute(name, field(place)?))).collect(),
        ..Author::default()
    })
}

fn attachments(part: &Value) -> Vec<Attachment> {
    let one = |file: &Value| {
        let url = text(file, "url")?;
        let name = text(file, "name");
        let by_name = name.and_then(lenient::media_type).unwrap_or("application/octet-stream");
        Some(Attachment {
            media_type: text(file, "content_type").unwrap_or(by_name).to_owned(),
            content: Content::Url(url.to_owned()),
            name: name.map(str::to_owned),
            size_bytes: file.get("filesize").and_then(Value::as_u64),
            description: None,
        })
    };
    list(part, "attachments").iter().take(ATTACHMENTS_MAX).filter_map(one).collect()
}

fn attributes(conversation: &Value, part: &Value) -> Vec<Attribute> {
    let texts = [
        ("link", text(conversation, "/links/conversation_web")),
        ("delivered-as", text(part, "delivered_as")),
        ("source-type", text(conversation, "/source/type")),
        ("page", text(part, "url").or_else(|| text(conversation, "/source/url"))),
        ("part-type", text(part, "part_type")),
        ("state", text(conversation, "state")),
    ];
    let mut found: Vec<Attribute> = texts.iter().filter_map(|(name, value)| Some(attribute(name, (*value)?))).collect();
    let tags: Vec<String> =
        list(conversation, "/tags/tags").iter().filter_map(|tag| text(tag, "name")).take(32).map(str::to_owned).collect();
    if !tags.is_empty() {
        found.push(attribute("tags", tags));
    }
    found
}

/// A part was blanked, by a teammate or for a person who asked for it.
fn redacted(item: &Value) -> Option<Fact> {
    let part = list(item, "/conversation_parts/conversation_parts").first().unwrap_or(item);
    let source_id = id(part, "id")?;
    let key = format!("removed:{source_id}");
    let actor = object(part, "author").and_then(|author| person(author, item));
    Some(Fact::removed(Removal { source_id, actor, occurred_at: time(part, "updated_at") }).dedup_key(key))
}

/// Everything else that Intercom tells: closed, assigned, rated, a person was changed.
fn happened(body: &Value, item: &Value, topic: &str) -> Fact {
    let conversation = text(item, "type").filter(|kind| *kind == "conversation").and_then(|_| id(item, "id"));
    let rating = lenient::number(item, "/conversation_rating/rating").map(|rating| attribute("rating", rating));
    let note = Note {
        source_id: id(body, "id"),
        text: text(item, "/conversation_rating/remark").map(str::to_owned),
        actor: object(item, "user").and_then(|user| person(user, item)),
        conversation,
        visibility: Some(Visibility::Private),
        occurred_at: time(body, "created_at"),
        attributes: rating.into_iter().collect(),
        ..Note::new(if topic.is_empty() { "notification".to_owned() } else { topic.chars().take(64).collect() })
    };
    const KNOWN: [&str; 12] = [
        "conversation",
        "contact",
        "user",
        "visitor",
        "company",
        "event",
        "ticket",
        "admin",
        "subscription",
        "message",
        "call",
        "content_stat",
    ];
    let known = KNOWN.iter().any(|start| topic.strip_prefix(start).is_some_and(|rest| rest.starts_with(['.', '_'])));
    let fact = if known { Fact::system(note) } else { Fact::unsupported(note) };
    let key = id(body, "id").unwrap_or_else(|| fingerprint(body.to_string().as_bytes()));
    fact.dedup_key(format!("notification:{key}"))
}

const PARTS_MAX: usize = 100;
const ATTACHMENTS_MAX: usize = 32;
