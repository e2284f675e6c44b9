//! What the API answers: media with their comments, comments with their replies, mentions, conversations with their messages. Told apart by
//! their shape.

use graph::{Settings, about, author, file, key, listed, person};
use lenient::{at, attribute, count, flag, given, id, list, object, text, time};
use pointsman_plugin::{Author, Direction, Engagement, Event, Fact, Item, Kind, Visibility};
use serde_json::Value;

/// What a document tells, in its own order.
pub(crate) fn facts(document: &Value, list_name: &str, settings: &Settings) -> Vec<Fact> {
    let read = Reader { settings, own: list_name == "media", tagged: list_name == "tags" };
    if let Some(media) = object(document, "mentioned_media") {
        return Reader { tagged: true, own: false, settings }.media(media);
    }
    if let Some(comment) = object(document, "mentioned_comment") {
        return read.comments(comment, Thread { kind: Some(Kind::Mention), ..Thread::default() });
    }
    let nodes = list(document, "data");
    let nodes = if nodes.is_empty() { std::slice::from_ref(document) } else { nodes };
    nodes.iter().take(NODES_MAX).flat_map(|node| read.node(node)).collect()
}

struct Reader<'a> {
    settings: &'a Settings,
    /// The list holds our own media.
    own: bool,
    /// The list holds media of others that name us.
    tagged: bool,
}

/// Where a comment stands.
#[derive(Clone, Copy, Default)]
struct Thread<'a> {
    media: Option<&'a str>,
    parent: Option<&'a str>,
    /// Our own name, as the media tells it.
    us: Option<&'a str>,
    kind: Option<Kind>,
    depth: usize,
}

impl Reader<'_> {
    fn node(&self, node: &Value) -> Vec<Fact> {
        let messages = list(node, "/messages/data");
        if !messages.is_empty() {
            return messages.iter().take(NODES_MAX).filter_map(|message| self.message(message)).collect();
        }
        if at(node, "created_time").is_some() && (at(node, "to").is_some() || at(node, "message").is_some()) {
            return self.message(node).into_iter().collect();
        }
        if MEDIA.iter().any(|name| at(node, name).is_some()) {
            return self.media(node);
        }
        if at(node, "text").is_some() || at(node, "replies").is_some() {
            return self.comments(node, Thread::default());
        }
        Vec::new()
    }

    fn media(&self, node: &Value) -> Vec<Fact> {
        let Some(source_id) = id(node, "id") else { return Vec::new() };
        let us = text(node, "username").filter(|_| self.own);
        let thread = Thread { media: Some(&source_id), us, ..Thread::default() };
        let comments = list(node, "/comments/data").iter().take(NODES_MAX).flat_map(|comment| self.comments(comment, thread));
        let own = self.own || id(node, "/owner/id").is_some_and(|id| self.settings.is_own(&id));
        let sort = text(node, "media_type").unwrap_or_default();
        let url = text(node, "media_url").or_else(|| text(node, "thumbnail_url"));
        let mut attributes =
            vec![attribute("surface", if self.tagged { "mention" } else { "post" }), attribute("media-id", source_id.as_str())];
        about(&mut attributes, "permalink", text(node, "permalink"));
        let item = Item {
            kind: if self.tagged { Kind::Mention } else { Kind::Post },
            direction: direction(own && !self.tagged),
            author: named(node),
            text: text(node, "caption").unwrap_or_default().to_owned(),
            attachments: url.map(|url| file(sort, url)).into_iter().collect(),
            engagement: engagement(node),
            attributes,
            ..self.public(node, source_id.clone())
        };
        std::iter::once(self.said(item)).chain(comments).collect()
    }

    /// A comment and what answers it.
    fn comments(&self, node: &Value, thread: Thread<'_>) -> Vec<Fact> {
        let Some(source_id) = id(node, "id") else { return Vec::new() };
        let media = id(node, "/media/id").or_else(|| thread.media.map(str::to_owned));
        let parent = id(node, "parent_id").or_else(|| thread.parent.map(str::to_owned));
        let author = object(node, "from").and_then(author).or_else(|| named(node));
        let is_us = |one: &Author| self.settings.is_own(&one.id) || thread.us.is_some() && one.handle.as_deref() == thread.us;
        let below = Thread { media: media.as_deref(), parent: Some(&source_id), us: thread.us, kind: None, depth: thread.depth + 1 };
        let answers = if thread.depth < DEPTH_MAX { list(node, "/replies/data") } else { &[] };
        let replies: Vec<Fact> = answers.iter().take(NODES_MAX).flat_map(|reply| self.comments(reply, below)).collect();
        let kind = thread.kind.unwrap_or(Kind::Comment);
        let mut attributes = vec![attribute("surface", if kind == Kind::Mention { "mention" } else { "comment" })];
        about(&mut attributes, "media-id", media.as_deref());
        if flag(node, "hidden") {
            attributes.push(attribute("hidden", true));
        }
        let item = Item {
            kind,
            direction: direction(author.as_ref().is_some_and(is_us)),
            in_reply_to: parent.or_else(|| media.clone()),
            order_key: author.as_ref().map(|author| format!("{}/{}", media.as_ref().unwrap_or(&source_id), author.id)),
            conversation: media.clone(),
            author,
            text: text(node, "text").unwrap_or_default().to_owned(),
            engagement: engagement(node),
            attributes,
            ..self.public(node, source_id.clone())
        };
        std::iter::once(self.said(item)).chain(replies).collect()
    }

    fn message(&self, node: &Value) -> Option<Fact> {
        let from = object(node, "from").and_then(author);
        let own = from.as_ref().is_some_and(|from| self.settings.is_own(&from.id));
        let to = list(node, "/to/data").iter().find_map(|one| id(one, "id"));
        let item = Item {
            conversation: if own { to } else { from.as_ref().map(|from| from.id.clone()) },
            direction: direction(own),
            author: from,
            text: text(node, "message").unwrap_or_default().to_owned(),
            attachments: listed(node),
            source_id: id(node, "id")?,
            occurred_at: time(node, "created_time"),
            ..Item::default()
        };
        Some(self.said(item))
    }

    fn public(&self, node: &Value, source_id: String) -> Item {
        Item { source_id, visibility: Visibility::Public, occurred_at: time(node, "timestamp"), ..Item::default() }
    }

    fn said(&self, item: Item) -> Fact {
        key(self.settings.account_id.as_deref(), format!("said:{}", item.source_id), Event::Said(item.bounded()))
    }
}

/// Who is told by `user` or by name only.
fn named(node: &Value) -> Option<Author> {
    let handle = text(node, "username").or_else(|| text(node, "/user/username"));
    let id = id(node, "/user/id").or_else(|| id(node, "/owner/id")).or_else(|| handle.map(str::to_owned))?;
    Some(Author { handle: handle.map(str::to_owned), ..person(id) })
}

fn engagement(node: &Value) -> Option<Engagement> {
    let counted = ["like_count", "comments_count"].iter().any(|name| given(node, name));
    counted.then(|| Engagement { likes: count(node, "like_count"), replies: count(node, "comments_count"), shares: 0, views: None })
}

fn direction(own: bool) -> Direction {
    if own { Direction::Echo } else { Direction::Inbound }
}

const NODES_MAX: usize = 500;
/// Replies have no replies there; more depth than that is not the channel's.
const DEPTH_MAX: usize = 8;
const MEDIA: [&str; 7] = ["media_type", "media_url", "caption", "permalink", "comments_count", "media_product_type", "shortcode"];
