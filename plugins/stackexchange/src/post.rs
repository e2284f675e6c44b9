//! Questions, answers and comments.

use pointsman_plugin::{Author, Direction, Engagement, Event, Fact, Item, Kind, Value as Attributed, Visibility};
use serde_json::Value;

use crate::settings::Settings;
use lenient::{attribute, count, flag, id, list, number, object, text, time};

/// What one entry tells: something said and, when it was changed since, the same as it now reads. Sites, users and tags tell nothing.
pub(crate) fn facts(entry: &Value, settings: &Settings) -> Vec<Fact> {
    let Some(item) = item(entry, settings) else { return Vec::new() };
    let key = item.source_id.clone();
    let mut facts = vec![fact(format!("said:{key}"), Event::Said(item.clone()), settings)];
    if let Some(edited_at) = time(entry, "last_edit_date") {
        let changed = Item { occurred_at: Some(edited_at), ..item };
        facts.push(fact(format!("edited:{key}:{edited_at}"), Event::Edited(changed), settings));
    }
    facts
}

fn fact(key: String, event: Event, settings: &Settings) -> Fact {
    Fact::new(event).dedup_key(key).account(settings.site())
}

fn item(entry: &Value, settings: &Settings) -> Option<Item> {
    let question = id(entry, "question_id");
    let comment = id(entry, "comment_id");
    let answer = id(entry, "answer_id");
    // Posts share their numbers, comments have their own.
    let source_id = comment.as_ref().map(|id| format!("comment:{id}")).or_else(|| answer.clone()).or_else(|| question.clone())?;
    let post = id(entry, "post_id").filter(|_| comment.is_some());
    let in_reply_to = post.clone().or_else(|| question.clone().filter(|_| answer.is_some()));
    let author = object(entry, "owner").and_then(author);
    let title = text(entry, "title").map(markup::unescape);
    let html = text(entry, "body").unwrap_or_default();
    let plain = markup::text(html);
    let conversation = question.filter(|id| *id != source_id).or(post);
    let order = |author: &Author| format!("{}/{}", conversation.as_ref().unwrap_or(&source_id), author.id);
    let item = Item {
        kind: if comment.is_some() || answer.is_some() { Kind::Comment } else { Kind::Post },
        visibility: Visibility::Public,
        direction: if author.as_ref().is_some_and(|author| settings.is_own(&author.id)) { Direction::Echo } else { Direction::Inbound },
        order_key: author.as_ref().map(order),
        conversation,
        in_reply_to,
        author,
        subject: title.clone().filter(|_| !plain.is_empty()),
        markup: Some(html).filter(|html| *html != plain).map(str::to_owned),
        text: if plain.is_empty() { title.unwrap_or_default() } else { plain },
        engagement: Some(Engagement {
            likes: count(entry, "score"),
            replies: count(entry, "answer_count"),
            shares: 0,
            views: number(entry, "view_count").map(|_| count(entry, "view_count")),
        }),
        occurred_at: time(entry, "creation_date"),
        attributes: attributes(entry),
        source_id,
        ..Item::default()
    };
    Some(item.bounded())
}

fn attributes(entry: &Value) -> Vec<pointsman_plugin::Attribute> {
    let mut found: Vec<_> = text(entry, "link").map(|link| attribute("url", link)).into_iter().collect();
    let tags: Vec<String> = list(entry, "tags").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if !tags.is_empty() {
        found.push(attribute("tags", Attributed::Texts(tags)));
    }
    if flag(entry, "is_accepted") || id(entry, "accepted_answer_id").is_some() {
        found.push(attribute("accepted", true));
    }
    found
}

fn author(user: &Value) -> Option<Author> {
    // Who has left is only a name.
    let name = text(user, "display_name").map(markup::unescape);
    let id = id(user, "user_id").or_else(|| name.as_ref().map(|name| format!("gone:{name}")))?;
    Some(Author { id, display_name: name, profile_url: text(user, "link").map(str::to_owned), ..Author::default() })
}
