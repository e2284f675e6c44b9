//! Version 2: `data` with what it `includes`.

use lenient::{at, attribute, count, given, id, list, object, text, time};
use pointsman_plugin::{Attribute, Author, Direction, Engagement, Event, Fact, Item, Kind, Reaction, Value as Attributed, Visibility};
use serde_json::Value;

use crate::account::{author, by_id, is_protected};
use crate::document::{ITEMS_MAX, fact, unknown};
use crate::settings::Own;
use crate::{direct, tweet};

const ENTITIES_MAX: usize = 64;

/// What a document of version 2 tells: posts, direct messages; users, rules and answers to our own requests tell nothing.
pub(crate) fn facts(document: &Value, own: &Own) -> Vec<Fact> {
    let data = at(document, "data").unwrap_or(&Value::Null);
    let items = data.as_array().map_or_else(|| std::slice::from_ref(data), Vec::as_slice);
    let included = Included { whole: document.get("includes").unwrap_or(&Value::Null), own };
    items.iter().take(ITEMS_MAX).flat_map(|item| included.facts(item)).collect()
}

/// One object with what it includes, for those who wrap it.
pub(crate) fn single(item: &Value, includes: &Value, own: &Own) -> Vec<Fact> {
    Included { whole: includes, own }.facts(item)
}

struct Included<'a> {
    whole: &'a Value,
    own: &'a Own,
}

impl Included<'_> {
    fn facts(&self, item: &Value) -> Vec<Fact> {
        let message =
            given(item, "dm_conversation_id") || given(item, "sender_id") || matches!(text(item, "event_type"), Some("MessageCreate"));
        if message || text(item, "event_type").is_some_and(|kind| kind.starts_with("Participants")) {
            return vec![direct::modern(item, &|id| self.person(id), list(self.whole, "media"), self.own)];
        }
        if at(item, "text").is_some() && given(item, "id") {
            return self.post(item);
        }
        let silent = given(item, "username") || given(item, "value") || !given(item, "id");
        if silent && item.is_object() { Vec::new() } else { vec![unknown("data", item, self.own)] }
    }

    fn user(&self, wanted: &str) -> Option<&Value> {
        let users = list(self.whole, "users").iter().map(|user| object(user, "data").unwrap_or(user));
        users.into_iter().find(|user| text(user, "id") == Some(wanted))
    }

    fn person(&self, wanted: &str) -> Option<Author> {
        self.user(wanted).and_then(author)
    }

    /// A post: something said, or, when it repeats another one, a reaction. An edited one, whose id is new, is what its first one reads now;
    /// it is said too, because the first one may never have come.
    fn post(&self, post: &Value) -> Vec<Fact> {
        if let Some(repeated) = referenced(post, "retweeted") {
            let reaction = Reaction {
                source_id: id(post, "id"),
                target: repeated,
                name: "retweet".to_owned(),
                added: true,
                actor: self.author(post),
                occurred_at: time(post, "created_at"),
            };
            return vec![fact(Event::Reacted(reaction), self.own)];
        }
        let Some(item) = self.item(post) else { return vec![unknown("data", post, self.own)] };
        let versions = list(post, "edit_history_tweet_ids");
        let Some(first) = versions.first().and_then(lenient::as_id).filter(|first| *first != item.source_id) else {
            return vec![fact(Event::Said(item), self.own)];
        };
        let key = format!("edited:{first}:{}", item.source_id);
        let item = Item { source_id: first, ..item };
        let edited = Fact { dedup_key: Some(key), ..fact(Event::Edited(item.clone()), self.own) };
        vec![fact(Event::Said(item), self.own), edited]
    }

    fn author(&self, post: &Value) -> Option<Author> {
        let id = id(post, "author_id")?;
        Some(self.person(&id).unwrap_or_else(|| by_id(id)))
    }

    fn item(&self, post: &Value) -> Option<Item> {
        let source_id = id(post, "id")?;
        let user = text(post, "author_id").and_then(|id| self.user(id));
        let author = self.author(post);
        let in_reply_to = referenced(post, "replied_to");
        let conversation = id(post, "conversation_id").or_else(|| in_reply_to.clone());
        let long = object(post, "note_tweet");
        let raw = long.and_then(|long| text(long, "text")).or_else(|| text(post, "text")).unwrap_or_default();
        let thread = conversation.as_deref().unwrap_or(&source_id);
        let named = entities(post, "mentions").any(|mention| self.own.is(mention));
        Some(
            Item {
                kind: match (&in_reply_to, named) {
                    (_, true) => Kind::Mention,
                    (Some(_), _) => Kind::Comment,
                    _ => Kind::Post,
                },
                visibility: if user.is_some_and(is_protected) { Visibility::Restricted } else { Visibility::Public },
                direction: if author.as_ref().is_some_and(|author| self.own.is_id(&author.id)) {
                    Direction::Echo
                } else {
                    Direction::Inbound
                },
                order_key: author.as_ref().map(|author| format!("{thread}/{}", author.id)),
                text: markup::unescape(raw),
                language: text(post, "lang").filter(|code| *code != "und").map(str::to_owned),
                attachments: self.attachments(post),
                engagement: object(post, "public_metrics").map(|metrics| Engagement {
                    likes: count(metrics, "like_count"),
                    replies: count(metrics, "reply_count"),
                    shares: count(metrics, "retweet_count").saturating_add(count(metrics, "quote_count")),
                    views: at(metrics, "impression_count").and_then(Value::as_u64),
                }),
                occurred_at: time(post, "created_at"),
                attributes: attributes(post, author.as_ref().and_then(|author| author.handle.as_deref()), &source_id),
                conversation,
                in_reply_to,
                author,
                source_id,
                ..Item::default()
            }
            .bounded(),
        )
    }

    fn attachments(&self, post: &Value) -> Vec<pointsman_plugin::Attachment> {
        let keys = list(post, "/attachments/media_keys");
        let own = list(self.whole, "media").iter().filter(|one| one.get("media_key").is_some_and(|key| keys.contains(key)));
        own.take(ENTITIES_MAX).filter_map(tweet::medium).collect()
    }
}

/// The id of what it refers to in this way.
fn referenced(post: &Value, how: &str) -> Option<String> {
    list(post, "referenced_tweets").iter().find(|one| text(one, "type") == Some(how)).and_then(|one| id(one, "id"))
}

/// Entities of the whole text.
fn entities<'a>(post: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    list(post, &format!("/note_tweet/entities/{name}")).iter().chain(list(post, &format!("/entities/{name}"))).take(ENTITIES_MAX)
}

fn attributes(post: &Value, handle: Option<&str>, id_text: &str) -> Vec<Attribute> {
    let texts = |name: &str, field: &str| -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for one in entities(post, name).filter_map(|one| text(one, field)) {
            if !found.iter().any(|known| known == one) {
                found.push(one.to_owned());
            }
        }
        found
    };
    let lists = [("links", texts("urls", "expanded_url")), ("tags", texts("hashtags", "tag")), ("mentions", texts("mentions", "username"))];
    let mut found: Vec<Attribute> =
        lists.into_iter().filter(|(_, texts)| !texts.is_empty()).map(|(name, texts)| attribute(name, Attributed::Texts(texts))).collect();
    found.push(attribute("url", format!("https://x.com/{}/status/{id_text}", handle.unwrap_or("i"))));
    let named = [
        ("quote-of", referenced(post, "quoted")),
        ("reply-settings", text(post, "reply_settings").filter(|who| *who != "everyone").map(str::to_owned)),
    ];
    found.extend(named.into_iter().filter_map(|(name, value)| Some(attribute(name, value?))));
    if lenient::flag(post, "possibly_sensitive") {
        found.push(attribute("sensitive", true));
    }
    found
}
