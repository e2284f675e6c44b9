//! What changes on a page: `{"field": "feed", "value": {"item", "verb", …}}`, and reviews and mentions, which have the same form.

use graph::{Entry, about, file, ident, key, note, person};
use lenient::{attribute, count, flag, id, list, number, text, time};
use pointsman_plugin::{Attachment, Attribute, Author, Direction, Event, Fact, Item, Kind, Note, Reaction, Visibility};
use serde_json::Value;

/// What a change tells.
pub(crate) fn fact(field: &str, value: &Value, entry: &Entry<'_>) -> Fact {
    let change = Change::of(field, value, entry);
    match change.sort {
        "like" | "reaction" => change.reaction(),
        "rating" => match id(value, "open_graph_story_id").or_else(|| id(value, "review_id")) {
            Some(source_id) => change.happened(change.review(source_id)),
            None => change.unsupported(),
        },
        "comment" => match id(value, "comment_id") {
            Some(source_id) => change.happened(change.comment(source_id)),
            None => change.unsupported(),
        },
        _ if field == "mention" || POSTS.contains(&change.sort) => match POST_IDS.iter().find_map(|name| id(value, name)) {
            Some(source_id) => change.happened(change.post(source_id)),
            None => change.unsupported(),
        },
        _ => change.noted(POST_IDS.iter().find_map(|name| id(value, name))),
    }
}

struct Change<'a> {
    field: &'a str,
    value: &'a Value,
    entry: &'a Entry<'a>,
    /// What it is about, by the channel's name.
    sort: &'a str,
    verb: &'a str,
    author: Option<Author>,
    /// The post that it belongs to.
    post: Option<String>,
}

impl<'a> Change<'a> {
    fn of(field: &'a str, value: &'a Value, entry: &'a Entry<'a>) -> Self {
        let sort = text(value, "item").unwrap_or(if field == "ratings" { "rating" } else { "change" });
        let verb = text(value, "verb").unwrap_or("add");
        Self { field, value, entry, sort, verb, author: author(value), post: id(value, "post_id") }
    }

    fn comment(&self, source_id: String) -> Item {
        let mut item = self.item(source_id, if self.field == "mention" { Kind::Mention } else { Kind::Comment }, "comment");
        item.in_reply_to = id(self.value, "parent_id").or_else(|| self.post.clone());
        item.conversation = self.post.clone().or_else(|| item.in_reply_to.clone());
        item
    }

    fn post(&self, source_id: String) -> Item {
        self.item(source_id, if self.field == "mention" || self.sort == "mention" { Kind::Mention } else { Kind::Post }, "post")
    }

    fn review(&self, source_id: String) -> Item {
        Item { rating: rating(self.value), ..self.item(source_id, Kind::Review, "review") }
    }

    fn item(&self, source_id: String, kind: Kind, surface: &str) -> Item {
        let value = self.value;
        let mut attributes = vec![attribute("surface", surface)];
        about(&mut attributes, "permalink", text(value, "permalink_url").or_else(|| text(value, "/post/permalink_url")));
        about(&mut attributes, "recommendation", text(value, "recommendation_type"));
        about(&mut attributes, "link", text(value, "link").filter(|_| !matches!(self.sort, "photo" | "video")));
        if flag(value, "is_hidden") {
            attributes.push(attribute("hidden", true));
        }
        if lenient::at(value, "published").is_some() && count(value, "published") == 0 && !flag(value, "published") {
            attributes.push(attribute("unpublished", true));
        }
        Item {
            source_id,
            kind,
            visibility: Visibility::Public,
            direction: self.direction(),
            author: self.author.clone(),
            text: ["message", "review_text", "story"].iter().find_map(|name| text(value, name)).unwrap_or_default().to_owned(),
            attachments: attachments(value, self.sort),
            occurred_at: time(value, "created_time").or(self.entry.time),
            attributes,
            ..Item::default()
        }
    }

    /// By its verb: said, edited, removed, or something that was done with it.
    fn happened(&self, item: Item) -> Fact {
        let mut item = item.bounded();
        let place = item.conversation.as_ref().unwrap_or(&item.source_id);
        item.order_key = self.author.as_ref().map(|author| ident(format!("{place}/{}", author.id)));
        match self.verb {
            // The page's own doing, which nobody says.
            "add" if self.author.is_none() && matches!(self.sort, "event" | "album") => self.noted(Some(item.source_id)),
            "add" => self.key(format!("said:{}", item.source_id), Event::Said(item)),
            "edit" | "edited" | "update" => {
                // `created_time` is that of the item, the entry's that of the edit.
                item.occurred_at = self.entry.time.or(item.occurred_at);
                self.key(format!("edited:{}:{}", item.source_id, item.occurred_at.unwrap_or_default()), Event::Edited(item))
            }
            "remove" | "delete" => self.entry.removed(item.source_id, self.author.clone(), self.entry.time.or(item.occurred_at)),
            _ => self.noted(Some(item.source_id)),
        }
    }

    fn reaction(&self) -> Fact {
        let Some(target) = ["comment_id", "post_id", "parent_id"].iter().find_map(|name| id(self.value, name)) else {
            return self.noted(None);
        };
        let name = text(self.value, "reaction_type").unwrap_or("like").to_lowercase();
        let added = !matches!(self.verb, "remove" | "delete");
        let who = self.author.as_ref().map(|author| author.id.as_str()).unwrap_or_default();
        let occurred_at = time(self.value, "created_time").or(self.entry.time);
        let unique = format!("reacted:{target}:{who}:{name}:{added}:{}", occurred_at.unwrap_or_default());
        let reaction = Reaction { source_id: None, target, name, added, actor: self.author.clone(), occurred_at };
        self.key(unique, Event::Reacted(reaction))
    }

    /// Hidden, muted, followed …, and things that nobody says.
    fn noted(&self, source_id: Option<String>) -> Fact {
        let known = VERBS.contains(&self.verb) && self.sort != "change";
        let note = Note {
            conversation: self.post.clone().or_else(|| source_id.clone()),
            source_id,
            text: text(self.value, "story").map(str::to_owned),
            ..self.note(&format!("{}-{}", self.sort, self.verb))
        };
        if known { self.entry.system(note, self.value) } else { self.entry.unsupported(note, self.value) }
    }

    fn unsupported(&self) -> Fact {
        self.entry.unsupported(self.note(self.field), self.value)
    }

    fn note(&self, name: &str) -> Note {
        let made = time(self.value, "created_time");
        let at = if self.verb == "add" { made.or(self.entry.time) } else { self.entry.time.or(made) };
        Note { actor: self.author.clone(), visibility: Some(Visibility::Public), ..note(name, at) }
    }

    fn direction(&self) -> Direction {
        let own = self.author.as_ref().is_some_and(|author| self.entry.is(Some(&author.id)));
        if own { Direction::Echo } else { Direction::Inbound }
    }

    fn key(&self, unique: String, event: Event) -> Fact {
        key(self.entry.id.as_deref(), unique, event)
    }
}

/// Facebook names who did it in three ways, and not at all when the app may not know.
fn author(value: &Value) -> Option<Author> {
    if let Some(author) = lenient::object(value, "from").and_then(graph::author) {
        return Some(author);
    }
    let named = |who: &str| {
        let id = id(value, &format!("{who}_id"))?;
        Some(Author { display_name: text(value, &format!("{who}_name")).map(str::to_owned), ..person(id) })
    };
    named("sender").or_else(|| named("reviewer")).or_else(|| named("user"))
}

/// Five stars, and since 2018 yes or no.
pub(crate) fn rating(value: &Value) -> Option<f32> {
    const STARS: [f32; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];
    let stars = number(value, "rating").and_then(|stars| STARS.into_iter().zip(1_u8..).find(|(_, star)| f64::from(*star) == stars.round()));
    stars.map(|(share, _)| share).or_else(|| match text(value, "recommendation_type")?.to_lowercase().as_str() {
        "positive" => Some(1.0),
        "negative" => Some(0.0),
        _ => None,
    })
}

fn attachments(value: &Value, sort: &str) -> Vec<Attachment> {
    let own = text(value, "link").filter(|_| matches!(sort, "photo" | "video")).map(|url| file(sort, url));
    let photos = text(value, "photo").into_iter().chain(list(value, "photos").iter().filter_map(Value::as_str));
    let photos = photos.map(|url| file("photo", url));
    own.into_iter().chain(photos).chain(text(value, "video").map(|url| file("video", url))).take(ATTACHMENTS_MAX).collect()
}

/// Whether the attributes say that this is public.
pub(crate) fn surface(attributes: &[Attribute]) -> Option<&str> {
    sending::attribute(attributes, "surface")
}

const POSTS: [&str; 15] = [
    "post",
    "status",
    "photo",
    "video",
    "share",
    "link",
    "note",
    "album",
    "photo-album",
    "milestone",
    "mention",
    "question",
    "offer",
    "story",
    "event",
];
const POST_IDS: [&str; 9] =
    ["post_id", "comment_id", "album_id", "video_id", "photo_id", "share_id", "event_id", "note_id", "open_graph_story_id"];
const VERBS: [&str; 13] =
    ["add", "edit", "edited", "update", "remove", "delete", "hide", "unhide", "mute", "follow", "block", "unblock", "unfollow"];
const ATTACHMENTS_MAX: usize = 64;
