//! Compliance events, and comments as the API gives them.

use lenient::{at, attribute, id, text, time};
use pointsman_plugin::{Direction, Fact, Item, Kind, Reaction, Removal, Visibility};
use serde_json::Value;

use crate::notification::{note, parent};
use crate::settings::Settings;
use crate::urn;

/// The fact that an event is: `method` happened to `resourceName`.
pub(crate) fn fact(event: &Value, settings: &Settings) -> Option<Fact> {
    let method = text(event, "method").unwrap_or("CREATE");
    let activity = at(event, "activity").or_else(|| at(event, "processedActivity")).unwrap_or(&Value::Null);
    let resource = text(event, "resourceName")?;
    let fact = match (resource.rsplit('/').next().unwrap_or(resource), method) {
        ("comments", "DELETE") => Fact::removed(removal(event)?),
        ("comments", "CREATE") => Fact::said(item(activity, event, settings)?),
        ("comments", _) => Fact::edited(item(activity, event, settings)?),
        ("likes" | "reactions", _) => Fact::reacted(like(activity, event, method != "DELETE")?),
        ("shares" | "ugcPosts" | "posts", "DELETE") => {
            Fact::removed(Removal { source_id: id(event, "resourceId")?, actor: actor(event), occurred_at: at_time(event) })
        }
        ("shares" | "ugcPosts" | "posts", method) => {
            let post = post(activity, event, settings)?;
            if method == "CREATE" { Fact::said(post) } else { Fact::edited(post) }
        }
        (other, method) => note(&format!("{other} {}", method.to_lowercase()), id(event, "resourceId"), event),
    };
    Some(match id(event, "activityId") {
        Some(id) => fact.dedup_key(format!("event:{id}")),
        None => fact,
    })
}

/// A comment of the API.
pub(crate) fn comment(comment: &Value, settings: &Settings) -> Option<Fact> {
    let item = item(comment, comment, settings)?;
    Some(Fact::said(item))
}

fn item(activity: &Value, event: &Value, settings: &Settings) -> Option<Item> {
    let post = id(activity, "object").or_else(|| text(event, "resourceUri").and_then(object_of));
    let name = id(activity, "commentUrn").or_else(|| id(activity, "$URN")).map(|urn| urn::comment(&urn));
    let short = || id(activity, "id").or_else(|| id(event, "resourceId"));
    let name = urn::sound(match (name, &post) {
        (Some(name), _) => name,
        (None, Some(post)) => urn::comment_on(post, &short()?),
        (None, None) => short()?,
    })?;
    let author = text(activity, "actor").and_then(urn::author).or_else(|| actor(event));
    let who = author.as_ref().map(|author| author.id.clone()).unwrap_or_default();
    let created = time(activity, "/created/time");
    let changed = time(activity, "/lastModified/time");
    let item = Item {
        source_id: name,
        kind: Kind::Comment,
        visibility: Visibility::Public,
        direction: if settings.is_own(&who) { Direction::Echo } else { Direction::Inbound },
        in_reply_to: text(activity, "parentComment").and_then(|parent| urn::sound(urn::comment(parent))).or_else(|| post.clone()),
        order_key: post.as_ref().map(|post| format!("{post}/{who}")),
        conversation: post,
        author,
        text: text(activity, "/message/text").unwrap_or_default().to_owned(),
        occurred_at: created.or_else(|| at_time(event)),
        attributes: changed
            .filter(|changed| Some(*changed) != created)
            .map(|at| attribute("edited-at", at.to_string()))
            .into_iter()
            .chain(parent(activity))
            .collect(),
        ..Item::default()
    };
    Some(item.bounded())
}

fn post(activity: &Value, event: &Value, settings: &Settings) -> Option<Item> {
    let author = ["author", "owner", "actor"].iter().find_map(|place| text(activity, place)).and_then(urn::author).or_else(|| actor(event));
    let words = ["/specificContent/com.linkedin.ugc.ShareContent/shareCommentary/text", "/text/text", "commentary"];
    let own = author.as_ref().is_some_and(|author| settings.is_own(&author.id));
    let item = Item {
        source_id: id(activity, "id").or_else(|| id(event, "resourceId"))?,
        kind: Kind::Post,
        visibility: Visibility::Public,
        direction: if own { Direction::Echo } else { Direction::Inbound },
        author,
        text: words.iter().find_map(|place| text(activity, place)).unwrap_or_default().to_owned(),
        occurred_at: time(activity, "/created/time").or_else(|| at_time(event)),
        ..Item::default()
    };
    Some(item.bounded())
}

fn removal(event: &Value) -> Option<Removal> {
    let post = id(event, "/activity/object").or_else(|| text(event, "resourceUri").and_then(object_of));
    let short = id(event, "resourceId").or_else(|| id(event, "/activity/id"))?;
    let source_id = post.map_or_else(|| short.clone(), |post| urn::comment_on(&post, &short));
    let source_id = urn::sound(source_id)?;
    Some(Removal { source_id, actor: actor(event), occurred_at: at_time(event) })
}

fn like(activity: &Value, event: &Value, added: bool) -> Option<Reaction> {
    let target = text(activity, "object")
        .or_else(|| text(activity, "root"))
        .map(str::to_owned)
        .or_else(|| text(event, "resourceUri").and_then(object_of))?;
    Some(Reaction {
        source_id: None,
        target: urn::sound(urn::comment(&target))?,
        name: text(activity, "reactionType").unwrap_or("like").to_lowercase(),
        added,
        actor: text(activity, "actor").and_then(urn::author).or_else(|| actor(event)),
        occurred_at: time(activity, "/created/time").or_else(|| at_time(event)),
    })
}

/// `/socialActions/{object}/comments/{id}`
fn object_of(uri: &str) -> Option<String> {
    uri.split('/').find(|part| part.starts_with("urn:li:") && part.len() <= 256).map(str::to_owned)
}

fn actor(event: &Value) -> Option<pointsman_plugin::Author> {
    text(event, "actor").or_else(|| text(event, "owner")).and_then(urn::author)
}

fn at_time(event: &Value) -> Option<pointsman_plugin::Timestamp> {
    time(event, "capturedAt").or_else(|| time(event, "processedAt"))
}
