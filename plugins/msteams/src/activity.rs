//! What an activity tells. Sources: "Bot Framework Activity" (the schema) and "Conversation events in your Teams bot".

use lenient::{attribute, fingerprint, flag, id, list, object, text, time};
use pointsman_plugin::{Attachment, Attribute, Author, Content, Direction, Fact, Item, Kind, Note, Reaction, Removal, Visibility};
use serde_json::Value;

/// What an activity tells. `app_id` is ours.
pub(crate) fn facts(body: &Value, app_id: Option<&str>) -> Vec<Fact> {
    let name = text(body, "type").unwrap_or_default();
    let told = match name {
        "message" => vec![said(body, app_id)],
        "messageUpdate" => item(body, app_id).map(edited).into_iter().collect(),
        "messageDelete" => removed(body).into_iter().collect(),
        "messageReaction" => reactions(body),
        // That somebody types says nothing that lasts.
        "typing" => return Vec::new(),
        "conversationUpdate"
        | "installationUpdate"
        | "contactRelationUpdate"
        | "event"
        | "invoke"
        | "endOfConversation"
        | "handoff"
        | "trace"
        | "command"
        | "commandResult"
        | "suggestion"
        | "deleteUserData" => vec![happened(Fact::system, body, name)],
        _ => Vec::new(),
    };
    let told =
        if told.is_empty() { vec![happened(Fact::unsupported, body, if name.is_empty() { "activity" } else { name })] } else { told };
    let account = id(body, "/recipient/id");
    told.into_iter().map(|fact| Fact { account: account.clone(), ..fact }).collect()
}

/// A message; the press of a button on a card has no words, only a value.
fn said(body: &Value, app_id: Option<&str>) -> Fact {
    let pressed = text(body, "text").is_none() && body.get("value").is_some_and(|value| !value.is_null());
    match item(body, app_id) {
        Some(item) if !pressed => Fact::said(item),
        _ if pressed => {
            let value = body.get("value").map(Value::to_string).unwrap_or_default();
            let words = if value.len() <= VALUE_BYTES_MAX { value } else { String::new() };
            let fact = happened(Fact::system, body, "submit");
            match fact.event {
                pointsman_plugin::Event::System(note) => {
                    Fact { event: pointsman_plugin::Event::System(Note { text: Some(words), ..note }), ..fact }
                }
                _ => fact,
            }
        }
        _ => happened(Fact::unsupported, body, "message"),
    }
}

fn edited(item: Item) -> Fact {
    let key = format!("edited:{}:{}:{}", item.source_id, item.occurred_at.unwrap_or_default(), fingerprint(item.text.as_bytes()));
    Fact::edited(item).dedup_key(key)
}

fn item(body: &Value, app_id: Option<&str>) -> Option<Item> {
    let author = author(body);
    let is_own = app_id.is_some_and(|app| author.as_ref().is_some_and(|author| author.id == format!("28:{app}") || author.id == app));
    let place = Place::of(body);
    let conversation = id(body, "/conversation/id");
    let source_id = id(body, "id").or_else(|| text(body, "timestamp").map(|_| fingerprint(body.to_string().as_bytes())))?;
    let root = conversation.as_deref().and_then(|id| id.split_once(";messageid=")).map(|(_, root)| root);
    let is_reply = id(body, "replyToId").is_some() || root.is_some_and(|root| root != source_id);
    let names_us = list(body, "entities").iter().any(|entity| {
        let mentioned = text(entity, "/mentioned/id");
        text(entity, "type") == Some("mention") && mentioned.is_some() && mentioned == text(body, "/recipient/id")
    });
    let order_key = match (&conversation, &author) {
        (Some(conversation), Some(author)) if place == Place::Channel => Some(format!("{conversation}/{}", author.id)),
        _ => None,
    };
    let written = text(body, "text").unwrap_or_default();
    let words = words(written, text(body, "textFormat"));
    let item = Item {
        kind: match place {
            Place::Channel if names_us => Kind::Mention,
            Place::Channel if is_reply => Kind::Comment,
            Place::Channel => Kind::Post,
            _ => Kind::Message,
        },
        visibility: if place == Place::Personal { Visibility::Private } else { Visibility::Restricted },
        direction: if is_own { Direction::Echo } else { Direction::Inbound },
        conversation,
        in_reply_to: id(body, "replyToId"),
        order_key,
        author,
        subject: text(body, "summary").or_else(|| text(body, "subject")).map(str::to_owned),
        markup: (words != written).then(|| written.to_owned()),
        language: text(body, "locale").map(str::to_owned),
        attachments: list(body, "attachments").iter().take(ATTACHMENTS_MAX).filter_map(attachment).collect(),
        occurred_at: time(body, "timestamp"),
        attributes: attributes(body),
        ..Item::new(source_id, words)
    };
    Some(item.bounded())
}

/// Where it was said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Personal,
    Group,
    Channel,
}

impl Place {
    fn of(body: &Value) -> Self {
        match text(body, "/conversation/conversationType") {
            Some("channel") => Self::Channel,
            Some("groupChat") => Self::Group,
            Some(_) => Self::Personal,
            None if flag(body, "/conversation/isGroup") || text(body, "/conversation/id").is_some_and(|id| id.starts_with("19:")) => {
                Self::Group
            }
            None => Self::Personal,
        }
    }
}

/// The words without the tags of mentions, and without those of HTML when it is that.
fn words(written: &str, format: Option<&str>) -> String {
    if format == Some("xml") {
        return markup::text(written);
    }
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((before, from)) = rest.split_once('<') {
        out.push_str(before);
        let tag = from.split_once('>').filter(|(tag, _)| *tag == "/at" || *tag == "at" || tag.starts_with("at "));
        match tag {
            Some((_, after)) => rest = after,
            None => {
                out.push('<');
                rest = from;
            }
        }
    }
    out.push_str(rest);
    // Markdown comes with what would be a tag escaped.
    if format == Some("plain") { out.trim().to_owned() } else { markup::unescape(out.trim()) }
}

/// A file or a picture; cards and the HTML of the text itself are none.
fn attachment(one: &Value) -> Option<Attachment> {
    let kind = text(one, "contentType")?;
    let file = kind == "application/vnd.microsoft.teams.file.download.info";
    if !file && (kind.starts_with("application/vnd.microsoft") || kind == "text/html") {
        return None;
    }
    let url = if file { text(one, "/content/downloadUrl") } else { None }.or_else(|| text(one, "contentUrl"))?;
    let name = text(one, "name");
    let by_name = name.and_then(lenient::media_type).unwrap_or("application/octet-stream");
    Some(Attachment {
        media_type: if file || !kind.contains('/') { by_name } else { kind }.to_owned(),
        content: Content::Url(url.to_owned()),
        name: name.map(str::to_owned),
        size_bytes: None,
        description: None,
    })
}

fn author(body: &Value) -> Option<Author> {
    let from = object(body, "from")?;
    let more = [("aad-object-id", "aadObjectId"), ("user-principal-name", "userPrincipalName")];
    Some(Author {
        id: id(from, "id")?,
        display_name: text(from, "name").map(str::to_owned),
        bot: text(from, "role") == Some("bot"),
        attributes: more.iter().filter_map(|(name, field)| Some(attribute(name, text(from, field)?))).collect(),
        ..Author::default()
    })
}

/// What an answer needs, and where it was said.
fn attributes(body: &Value) -> Vec<Attribute> {
    const FIELDS: [(&str, &str); 8] = [
        ("service-url", "serviceUrl"),
        ("channel-id", "channelId"),
        ("conversation-type", "/conversation/conversationType"),
        ("tenant-id", "/conversation/tenantId"),
        ("tenant-id", "/channelData/tenant/id"),
        ("team-id", "/channelData/team/id"),
        ("team-channel-id", "/channelData/channel/id"),
        ("importance", "importance"),
    ];
    FIELDS.iter().filter_map(|(name, place)| Some(attribute(name, text(body, place)?))).collect()
}

fn removed(body: &Value) -> Option<Fact> {
    let source_id = id(body, "id")?;
    let key = format!("removed:{source_id}");
    Some(Fact::removed(Removal { source_id, actor: author(body), occurred_at: time(body, "timestamp") }).dedup_key(key))
}

fn reactions(body: &Value) -> Vec<Fact> {
    let Some(target) = id(body, "replyToId") else { return Vec::new() };
    let at = time(body, "timestamp");
    let actor = author(body);
    let who = actor.as_ref().map(|actor| actor.id.clone()).unwrap_or_default();
    let changed = [("reactionsAdded", true), ("reactionsRemoved", false)];
    let facts = changed.iter().flat_map(|(place, added)| list(body, place).iter().take(REACTIONS_MAX).map(|one| (one, *added)));
    let facts = facts.map(|(one, added)| {
        let name = text(one, "type").unwrap_or_default().to_owned();
        let key = format!("reacted:{target}:{who}:{name}:{added}:{}", at.unwrap_or_default());
        let reaction = Reaction { source_id: None, target: target.clone(), name, added, actor: actor.clone(), occurred_at: at };
        Fact::reacted(reaction).dedup_key(key)
    });
    facts.collect()
}

fn happened(fact: fn(Note) -> Fact, body: &Value, name: &str) -> Fact {
    // What sort of update it is, such as `teamRenamed`.
    let detail = ["/channelData/eventType", "action", "name", "code"].iter().find_map(|place| text(body, place));
    let note = Note {
        source_id: id(body, "id"),
        text: detail.map(str::to_owned),
        actor: author(body),
        conversation: id(body, "/conversation/id"),
        occurred_at: time(body, "timestamp"),
        attributes: attributes(body),
        ..Note::new(name.chars().take(64).collect::<String>())
    };
    fact(note).dedup_key(format!("{name}:{}", fingerprint(body.to_string().as_bytes())))
}

const ATTACHMENTS_MAX: usize = 32;
const REACTIONS_MAX: usize = 32;
/// A note's words are no document.
const VALUE_BYTES_MAX: usize = 16 << 10;
