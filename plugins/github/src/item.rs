//! What was said in a repository, and who said it.

use lenient::{attribute, count, flag, id, list, object, text, time};
use pointsman_plugin::{Attribute, Author, Direction, Engagement, Item, Kind, Visibility};
use serde_json::Value;

use crate::Settings;

/// A discussion, an issue, a pull request, or a comment below `root`.
pub(crate) fn item(body: &Value, subject: &Value, root: Option<&Value>, settings: &Settings) -> Option<Item> {
    let source_id = id(subject, "node_id").or_else(|| id(subject, "id"))?;
    let thread = root.and_then(|root| id(root, "node_id").or_else(|| id(root, "id")));
    let spoke = object(subject, "user").and_then(author);
    let is_own = spoke
        .as_ref()
        .and_then(|author| author.handle.as_deref())
        .is_some_and(|login| settings.logins.iter().any(|own| own.eq_ignore_ascii_case(login)));
    let order_key = spoke.as_ref().map(|author| format!("{}/{}", thread.as_ref().unwrap_or(&source_id), author.id));
    let item = Item {
        kind: if root.is_some() || text(subject, "commit_id").is_some() { Kind::Comment } else { Kind::Post },
        visibility: if flag(body, "/repository/private") { Visibility::Restricted } else { Visibility::Public },
        direction: if is_own { Direction::Echo } else { Direction::Inbound },
        in_reply_to: thread.clone(),
        conversation: thread,
        order_key,
        author: spoke,
        subject: text(subject, "title").or_else(|| text(root?, "title")).map(str::to_owned),
        engagement: object(subject, "reactions").map(|reactions| Engagement {
            likes: count(reactions, "+1").saturating_add(count(reactions, "heart")).saturating_add(count(reactions, "hooray")),
            replies: count(subject, "comments").max(count(subject, "child_comment_count")),
            ..Engagement::default()
        }),
        occurred_at: time(subject, "created_at").or_else(|| time(subject, "submitted_at")),
        attributes: attributes(body, subject, root),
        // Markdown is what people write and read here.
        ..Item::new(source_id, text(subject, "body").unwrap_or_default().trim())
    };
    Some(item.bounded())
}

/// The author that a user object describes.
pub(crate) fn author(user: &Value) -> Option<Author> {
    let login = text(user, "login");
    Some(Author {
        id: id(user, "id").or_else(|| login.map(str::to_owned))?,
        handle: login.map(str::to_owned),
        display_name: text(user, "name").or(login).map(str::to_owned),
        profile_url: text(user, "html_url").map(str::to_owned),
        bot: text(user, "type") == Some("Bot"),
        ..Author::default()
    })
}

fn attributes(body: &Value, subject: &Value, root: Option<&Value>) -> Vec<Attribute> {
    let place = root.unwrap_or(subject);
    let texts = [
        ("url", text(subject, "html_url")),
        ("repository", text(body, "/repository/full_name")),
        ("association", text(subject, "author_association")),
        ("category", text(place, "/category/name")),
        ("state", text(place, "state")),
        ("review-state", text(body, "/review/state")),
    ];
    let mut found: Vec<Attribute> = texts.iter().filter_map(|(name, value)| Some(attribute(name, (*value)?))).collect();
    let ids = [("number", id(place, "number")), ("numeric-id", id(subject, "id")), ("parent-numeric-id", id(subject, "parent_id"))];
    found.extend(ids.into_iter().filter_map(|(name, value)| Some(attribute(name, value?))));
    let labels: Vec<String> = list(place, "labels").iter().filter_map(|label| text(label, "name")).take(32).map(str::to_owned).collect();
    if !labels.is_empty() {
        found.push(attribute("labels", labels));
    }
    found
}
