//! Messages, as the gateway, webhook events and the API all write them.
//!
//! Source: Discord's "Message resource". A message in a server is seen by its members, elsewhere by those who talk.

use lenient::{attribute, flag, given, id, list, object, text, time};
use pointsman_plugin::{
    Attachment, Attribute, Content, Direction, Fact, Item, Kind, Note, Reaction, Removal, Timestamp, Value as Attributed, Visibility,
};
use serde_json::Value;

use crate::author::{actor, author, time_of};
use crate::settings::Settings;

/// Whether an object is a message: nothing else has words and a channel.
pub(crate) fn is(body: &Value) -> bool {
    given(body, "id") && given(body, "channel_id") && (body.get("content").is_some() || object(body, "author").is_some())
}

/// Something was said, or the channel says that something happened: joins, pins, boosts are messages of other types.
pub(crate) fn said(message: &Value, own: Option<&str>, settings: &Settings) -> Option<Fact> {
    let spoken = matches!(message.get("type").and_then(Value::as_u64), None | Some(0 | 19 | 20 | 23));
    let fact = if spoken { Fact::said(item(message, own)?) } else { Fact::system(note(message)) };
    Some(about(fact, settings))
}

/// A message as it now reads; none when only its previews were filled in, which no person did.
pub(crate) fn edited(message: &Value, own: Option<&str>, settings: &Settings) -> Option<Fact> {
    let changed_at = time(message, "edited_timestamp");
    if message.get("content").is_none() || (message.get("edited_timestamp").is_some() && changed_at.is_none()) {
        return None;
    }
    let mut item = item(message, own)?;
    item.occurred_at = changed_at.or(item.occurred_at);
    let key =
        format!("edited:{}:{}", item.source_id, text(message, "edited_timestamp").unwrap_or(&lenient::fingerprint(item.text.as_bytes())));
    Some(about(Fact::edited(item).dedup_key(key), settings))
}

/// A message is gone.
pub(crate) fn removed(id: String, at: Option<Timestamp>, settings: &Settings) -> Fact {
    let key = format!("removed:{id}");
    about(Fact::removed(Removal { source_id: id, actor: None, occurred_at: at }).dedup_key(key), settings)
}

/// An emoji was put below a message, or taken away.
pub(crate) fn reacted(data: &Value, added: bool, settings: &Settings) -> Option<Fact> {
    let name = text(data, "/emoji/name").map(str::to_owned).or_else(|| id(data, "/emoji/id")).unwrap_or_default();
    let who = actor(data).or_else(|| Some(pointsman_plugin::Author { id: id(data, "user_id")?, ..Default::default() }));
    let target = id(data, "message_id")?;
    // Not told when: what is put below, taken away and put below again ends as it began.
    let key = format!("reacted:{target}:{}:{name}:{added}", who.as_ref().map(|who| who.id.as_str()).unwrap_or_default());
    let reaction = Reaction { source_id: None, target, name, added, actor: who, occurred_at: None };
    Some(about(Fact::reacted(reaction).dedup_key(key), settings))
}

/// The fact with the application as its account.
pub(crate) fn about(fact: Fact, settings: &Settings) -> Fact {
    Fact { account: settings.application_id.clone(), ..fact }
}

fn item(message: &Value, own: Option<&str>) -> Option<Item> {
    let source_id = id(message, "id")?;
    let spoke = object(message, "author").and_then(|user| author(user, object(message, "member")));
    let is_own =
        own.is_some_and(|own| spoke.as_ref().is_some_and(|author| author.id == own) || text(message, "application_id") == Some(own));
    let named = own.is_some_and(|own| list(message, "mentions").iter().any(|user| text(user, "id") == Some(own)));
    let in_server = given(message, "guild_id");
    let answers = id(message, "/message_reference/message_id").filter(|_| lenient::count(message, "/message_reference/type") == 0);
    let channel = id(message, "channel_id").or_else(|| id(message, "lobby_id"));
    let order_key = match (&channel, &spoke) {
        (Some(channel), Some(author)) if in_server => Some(format!("{channel}/{}", author.id)),
        _ => None,
    };
    let content = text(message, "content").unwrap_or_default();
    let words = words(content, message);
    Some(
        Item {
            kind: match (in_server, named, &answers) {
                (false, ..) => Kind::Message,
                (true, true, _) => Kind::Mention,
                (true, false, Some(_)) => Kind::Comment,
                (true, false, None) => Kind::Post,
            },
            visibility: if in_server { Visibility::Restricted } else { Visibility::Private },
            direction: if is_own { Direction::Echo } else { Direction::Inbound },
            conversation: channel,
            // A crosspost refers to its original, which is no answer.
            in_reply_to: answers.filter(|_| lenient::count(message, "flags") & CROSSPOST == 0),
            order_key,
            author: spoke,
            markup: (words != content).then(|| content.to_owned()),
            attachments: attachments(message),
            occurred_at: time(message, "timestamp").or_else(|| time_of(&source_id)),
            attributes: attributes(message),
            ..Item::new(source_id, words)
        }
        .bounded(),
    )
}

/// The words with names for what Discord writes as ids: `<@1>`, `<#2>`, `<:smile:3>`.
fn words(content: &str, message: &Value) -> String {
    let mut out = String::with_capacity(content.len());
    let mut rest = content;
    while let Some((before, from)) = rest.split_once('<') {
        out.push_str(before);
        match from.split_once('>').and_then(|(inner, after)| Some((named(inner, message)?, after))) {
            Some((name, after)) => {
                out.push_str(&name);
                rest = after;
            }
            None => {
                out.push('<');
                rest = from;
            }
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

fn named(inner: &str, message: &Value) -> Option<String> {
    let known = |place: &str, id: &str| list(message, place).iter().find(|one| text(one, "id") == Some(id)).cloned();
    if let Some(id) = inner.strip_prefix("@&").or_else(|| inner.strip_prefix("@!")).or_else(|| inner.strip_prefix('@')) {
        let user = known("mentions", id)?;
        let name = text(&user, "/member/nick").or_else(|| text(&user, "global_name")).or_else(|| text(&user, "username"))?;
        return Some(format!("@{name}"));
    }
    if let Some(id) = inner.strip_prefix('#') {
        return Some(format!("#{}", text(&known("mention_channels", id)?, "name")?));
    }
    let mut emoji = inner.strip_prefix("a:").or_else(|| inner.strip_prefix(':'))?.split(':');
    match (emoji.next(), emoji.next(), emoji.next()) {
        (Some(name), Some(id), None) if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => Some(format!(":{name}:")),
        _ => None,
    }
}

fn attachments(message: &Value) -> Vec<Attachment> {
    let one = |file: &Value| {
        let url = text(file, "url").or_else(|| text(file, "proxy_url"))?;
        let name = text(file, "filename");
        let by_name = name.and_then(lenient::media_type).unwrap_or("application/octet-stream");
        Some(Attachment {
            media_type: text(file, "content_type").unwrap_or(by_name).to_owned(),
            content: Content::Url(url.to_owned()),
            name: name.map(str::to_owned),
            size_bytes: file.get("size").and_then(Value::as_u64),
            description: text(file, "description").map(str::to_owned),
        })
    };
    list(message, "attachments").iter().take(ATTACHMENTS_MAX).filter_map(one).collect()
}

fn attributes(message: &Value) -> Vec<Attribute> {
    let fields = [("guild-id", "guild_id"), ("lobby-id", "lobby_id"), ("webhook-id", "webhook_id"), ("thread-id", "/thread/id")];
    let mut found: Vec<Attribute> = fields.iter().filter_map(|(name, place)| Some(attribute(name, id(message, place)?))).collect();
    let stickers: Vec<String> =
        list(message, "sticker_items").iter().filter_map(|one| text(one, "name")).map(str::to_owned).take(8).collect();
    if !stickers.is_empty() {
        found.push(attribute("stickers", Attributed::Texts(stickers)));
    }
    if flag(message, "mention_everyone") {
        found.push(attribute("mention-everyone", true));
    }
    found
}

/// A message that nobody wrote.
fn note(message: &Value) -> Note {
    Note {
        source_id: id(message, "id"),
        text: text(message, "content").map(str::to_owned),
        actor: object(message, "author").and_then(|user| author(user, object(message, "member"))),
        conversation: id(message, "channel_id"),
        occurred_at: time(message, "timestamp"),
        ..Note::new(format!("message-type-{}", lenient::count(message, "type")))
    }
}

const CROSSPOST: u64 = 1 << 1;
/// Discord's own limit.
const ATTACHMENTS_MAX: usize = 10;
