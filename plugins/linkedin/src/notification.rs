//! Notifications of social actions on a page's posts.

use lenient::{at, attribute, id, text, time};
use pointsman_plugin::{Direction, Event, Fact, Item, Kind, Note, Reaction, Removal, Visibility};
use serde_json::Value;

use crate::settings::Settings;
use crate::urn;

/// The fact that a notification is; none for an action that nobody here knows.
pub(crate) fn fact(notification: &Value, settings: &Settings) -> Option<Fact> {
    let event = match text(notification, "action")? {
        "COMMENT" | "ADMIN_COMMENT" => Event::Said(comment(notification, settings)?),
        "COMMENT_EDIT" => Event::Edited(comment(notification, settings)?),
        "COMMENT_DELETE" => Event::Removed(removal(notification)?),
        "LIKE" => Event::Reacted(like(notification)?),
        "SHARE" | "SHARE_MENTION" | "PHOTO_MENTION" => share(notification, settings)?,
        _ => return None,
    };
    let fact = Fact { account: id(notification, "organizationalEntity"), ..Fact::new(event) };
    Some(match id(notification, "notificationId") {
        Some(id) => fact.dedup_key(format!("notification:{id}")),
        None => fact,
    })
}

fn comment(notification: &Value, settings: &Settings) -> Option<Item> {
    let told = at(notification, "/decoratedGeneratedActivity/comment").unwrap_or(&Value::Null);
    let name = urn::sound(urn::comment(text(told, "entity").or_else(|| text(notification, "generatedActivity"))?))?;
    // The post as comments name it: the activity, also where the post itself is a share.
    let post = urn::object(&name).map(str::to_owned).or_else(|| id(notification, "sourcePost"));
    let author = text(told, "owner").or_else(|| text(told, "actor")).and_then(urn::author);
    let who = author.as_ref().map(|author| author.id.clone()).unwrap_or_default();
    // Pages' own administrators comment for the page.
    let own = text(notification, "action") == Some("ADMIN_COMMENT")
        || settings.is_own(&who)
        || id(notification, "organizationalEntity").is_some_and(|page| page == who);
    let item = Item {
        source_id: name,
        kind: Kind::Comment,
        visibility: Visibility::Public,
        direction: if own { Direction::Echo } else { Direction::Inbound },
        in_reply_to: text(told, "parentComment").and_then(|parent| urn::sound(urn::comment(parent))).or_else(|| post.clone()),
        order_key: post.as_ref().map(|post| format!("{post}/{who}")),
        conversation: post,
        author,
        text: text(told, "text").or_else(|| text(told, "/message/text")).unwrap_or_default().to_owned(),
        occurred_at: time(notification, "lastModifiedAt"),
        attributes: attributes(notification).into_iter().chain(parent(told)).collect(),
        ..Item::default()
    };
    Some(item.bounded())
}

/// The comment that an answer is under: answers to it go there as well.
pub(crate) fn parent(comment: &Value) -> Option<pointsman_plugin::Attribute> {
    text(comment, "parentComment").map(|parent| attribute("parent-comment", urn::comment(parent)))
}

fn removal(notification: &Value) -> Option<Removal> {
    let name = text(notification, "/decoratedGeneratedActivity/comment/entity").or_else(|| text(notification, "generatedActivity"))?;
    Some(Removal { source_id: urn::sound(urn::comment(name))?, actor: None, occurred_at: time(notification, "lastModifiedAt") })
}

fn like(notification: &Value) -> Option<Reaction> {
    // A like's URN names who likes: `urn:li:like:(urn:li:person:…,activity:…)`.
    let named = || text(notification, "generatedActivity")?.strip_prefix("urn:li:like:(")?.split(',').next();
    let actor = text(notification, "/decoratedGeneratedActivity/like/owner").or_else(named);
    Some(Reaction {
        source_id: id(notification, "generatedActivity"),
        target: urn::sound(urn::comment(&id(notification, "sourcePost")?))?,
        name: "like".to_owned(),
        added: true,
        actor: actor.and_then(urn::author),
        occurred_at: time(notification, "lastModifiedAt"),
    })
}

/// A share of our post, or a post that names us.
fn share(notification: &Value, settings: &Settings) -> Option<Event> {
    let told = at(notification, "/decoratedGeneratedActivity/share").unwrap_or(&Value::Null);
    let name = id(told, "entity").or_else(|| id(notification, "generatedActivity"))?;
    let author = text(told, "owner").and_then(urn::author);
    let mention = text(notification, "action") != Some("SHARE");
    let words = text(told, "text").unwrap_or_default();
    // A share without words is a reaction to our post.
    if !mention && words.is_empty() {
        let target = id(notification, "sourcePost")?;
        let at = time(notification, "lastModifiedAt");
        return Some(Event::Reacted(Reaction {
            source_id: Some(name),
            target,
            name: "share".to_owned(),
            added: true,
            actor: author,
            occurred_at: at,
        }));
    }
    let own = author.as_ref().is_some_and(|author| {
        settings.is_own(&author.id) || id(notification, "organizationalEntity").is_some_and(|page| page == author.id)
    });
    let item = Item {
        source_id: name,
        kind: if mention { Kind::Mention } else { Kind::Post },
        visibility: Visibility::Public,
        direction: if own { Direction::Echo } else { Direction::Inbound },
        author,
        text: words.to_owned(),
        occurred_at: time(notification, "lastModifiedAt"),
        attributes: attributes(notification),
        ..Item::default()
    };
    Some(Event::Said(item.bounded()))
}

fn attributes(notification: &Value) -> Vec<pointsman_plugin::Attribute> {
    let places = [("post", "/decoratedSourcePost/entity"), ("post-text", "/decoratedSourcePost/text"), ("activity", "sourcePost")];
    places
        .iter()
        .filter_map(|(name, place)| text(notification, place).map(|value| attribute(name, value.chars().take(500).collect::<String>())))
        .collect()
}

/// Something that happened and that is neither words nor a reaction.
pub(crate) fn note(name: &str, source_id: Option<String>, item: &Value) -> Fact {
    let note = Note { source_id, visibility: Some(Visibility::Public), occurred_at: time(item, "capturedAt"), ..Note::new(name) };
    Fact::system(note)
}
