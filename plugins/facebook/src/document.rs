//! What the Graph API answers: posts with their comments, reviews, conversations with their messages, leads. Told apart by their shape,
//! because a node has no type unless one asks for its metadata.

use graph::{Settings, about, author, key, listed};
use lenient::{at, attribute, fingerprint, given, id, list, object, text, time};
use pointsman_plugin::{Author, Direction, Engagement, Event, Fact, Item, Kind, Visibility};
use serde_json::Value;

use crate::feed::rating;

/// What a document tells, in its own order.
pub(crate) fn facts(document: &Value, endpoint: &str, settings: &Settings) -> Vec<Fact> {
    let read = Reader { settings, tagged: endpoint == "tagged" };
    let nodes: Vec<&Value> = match document {
        Value::Object(_) if at(document, "data").is_some_and(Value::is_array) => list(document, "data").iter().collect(),
        // Several ids asked for at once.
        Value::Object(fields) if at(document, "id").is_none() && fields.values().all(Value::is_object) => fields.values().collect(),
        _ => vec![document],
    };
    nodes.into_iter().take(NODES_MAX).flat_map(|node| read.node(node)).collect()
}

struct Reader<'a> {
    settings: &'a Settings,
    /// The list holds posts of others that name us.
    tagged: bool,
}

impl Reader<'_> {
    fn node(&self, node: &Value) -> Vec<Fact> {
        let messages = list(node, "/messages/data");
        if !messages.is_empty() {
            return messages.iter().take(NODES_MAX).filter_map(|message| self.message(message)).collect();
        }
        if at(node, "field_data").is_some_and(Value::is_array) {
            return self.lead(node).into_iter().collect();
        }
        if ["review_text", "recommendation_type", "reviewer"].iter().any(|name| at(node, name).is_some()) {
            return self.review(node).into_iter().collect();
        }
        if is_message(node) {
            return self.message(node).into_iter().collect();
        }
        if is_comment(node) {
            return vec![self.comment(node, None)];
        }
        if is_post(node) {
            let comments = list(node, "/comments/data").iter().take(NODES_MAX);
            let (post, source_id) = (self.post(node), id(node, "id"));
            return post.into_iter().chain(comments.map(|comment| self.comment(comment, source_id.as_deref()))).collect();
        }
        Vec::new()
    }

    fn message(&self, node: &Value) -> Option<Fact> {
        let from = object(node, "from").and_then(author);
        let own = from.as_ref().is_some_and(|from| self.settings.is_own(&from.id));
        let to = list(node, "/to/data").iter().find_map(|one| id(one, "id"));
        let customer = if own { to } else { from.as_ref().map(|from| from.id.clone()) };
        let item = Item {
            source_id: id(node, "id")?,
            conversation: customer,
            direction: direction(own),
            author: from,
            text: text(node, "message").unwrap_or_default().to_owned(),
            attachments: listed(node).into_iter().chain(text(node, "sticker").map(|url| graph::file("sticker", url))).collect(),
            occurred_at: time(node, "created_time"),
            ..Item::default()
        };
        Some(self.said(item))
    }

    fn comment(&self, node: &Value, post: Option<&str>) -> Fact {
        let link = text(node, "permalink_url");
        let (page, of_post, comment) = link.map(permalink).unwrap_or_default();
        let linked = page.zip(of_post).map(|(page, post)| format!("{page}_{post}"));
        let post = post.map(str::to_owned).or(linked);
        let by_link = || of_post.zip(comment).map(|(post, comment)| format!("{post}_{comment}"));
        let source_id = id(node, "id").or_else(by_link).unwrap_or_else(|| format!("comment:{}", fingerprint(node.to_string().as_bytes())));
        let parent = id(node, "/parent/id");
        let mut item = self.public(node, source_id, Kind::Comment, "comment", post.as_deref());
        item.in_reply_to = parent.or_else(|| post.clone());
        item.conversation = post;
        item.attachments.extend(text(node, "/attachment/media/image/src").map(|url| graph::file("photo", url)));
        self.said(item)
    }

    fn post(&self, node: &Value) -> Option<Fact> {
        let source_id = id(node, "id")?;
        let kind = if self.tagged { Kind::Mention } else { Kind::Post };
        let mut item = self.public(node, source_id.clone(), kind, "post", Some(&source_id));
        let images = list(node, "/attachments/data").iter().filter_map(|one| text(one, "/media/image/src"));
        item.attachments.extend(images.take(ATTACHMENTS_MAX).map(|url| graph::file("photo", url)));
        Some(self.said(item))
    }

    fn review(&self, node: &Value) -> Option<Fact> {
        let digest = || Some(format!("review:{}:{}", id(node, "/reviewer/id")?, text(node, "created_time")?));
        let source_id = id(node, "/open_graph_story/id").or_else(|| id(node, "id")).or_else(digest)?;
        let mut item = self.public(node, source_id, Kind::Review, "review", None);
        item.author = object(node, "reviewer").and_then(author);
        item.rating = rating(node);
        Some(self.said(item))
    }

    /// A form that somebody filled in, one line for each field.
    fn lead(&self, node: &Value) -> Option<Fact> {
        let line = |field: &Value| {
            let values: Vec<&str> = list(field, "values").iter().filter_map(Value::as_str).collect();
            Some(format!("{}: {}", text(field, "name")?, values.join(", ")))
        };
        let lines: Vec<String> = list(node, "field_data").iter().take(NODES_MAX).filter_map(line).collect();
        let mut attributes = Vec::new();
        for (name, field) in [("form-id", "form_id"), ("ad-id", "ad_id"), ("campaign-id", "campaign_id")] {
            about(&mut attributes, name, id(node, field));
        }
        let item = Item {
            source_id: id(node, "id")?,
            kind: Kind::Lead,
            text: lines.join("\n"),
            occurred_at: time(node, "created_time"),
            attributes,
            ..Item::default()
        };
        Some(self.said(item))
    }

    /// What comments, posts and reviews have in common. The page is who we are, or whom the post's id begins with.
    fn public(&self, node: &Value, source_id: String, kind: Kind, surface: &str, post: Option<&str>) -> Item {
        let author: Option<Author> = object(node, "from").and_then(author);
        let page = post.and_then(|post| post.split_once('_')).map(|(page, _)| page);
        let own = author.as_ref().is_some_and(|author| self.settings.is_own(&author.id) || page == Some(&author.id));
        let thread = post.unwrap_or(&source_id).to_owned();
        let mut attributes = vec![attribute("surface", surface)];
        about(&mut attributes, "permalink", text(node, "permalink_url"));
        about(&mut attributes, "recommendation", text(node, "recommendation_type"));
        let total = |name: &str| lenient::count(node, &format!("/{name}/summary/total_count"));
        Item {
            source_id,
            kind,
            visibility: Visibility::Public,
            direction: direction(own && !self.tagged),
            order_key: author.as_ref().map(|author| format!("{thread}/{}", author.id)),
            author,
            text: ["message", "review_text", "story"].iter().find_map(|name| text(node, name)).unwrap_or_default().to_owned(),
            engagement: Some(Engagement {
                likes: lenient::count(node, "like_count").max(total("reactions")),
                replies: lenient::count(node, "comment_count").max(total("comments")),
                shares: lenient::count(node, "/shares/count"),
                views: None,
            }),
            occurred_at: time(node, "created_time"),
            attributes,
            ..Item::default()
        }
    }

    fn said(&self, item: Item) -> Fact {
        key(self.settings.account_id.as_deref(), format!("said:{}", item.source_id), Event::Said(item.bounded()))
    }
}

fn direction(own: bool) -> Direction {
    if own { Direction::Echo } else { Direction::Inbound }
}

fn is_message(node: &Value) -> bool {
    let by_id = text(node, "id").is_some_and(|id| id.starts_with("m_") || id.starts_with("mid."));
    by_id || at(node, "/to/data").is_some_and(Value::is_array) && at(node, "from").is_some()
}

fn is_comment(node: &Value) -> bool {
    const ONLY: [&str; 10] = [
        "comment_count",
        "like_count",
        "parent",
        "attachment",
        "can_comment",
        "can_hide",
        "can_like",
        "can_reply_privately",
        "user_likes",
        "message_tags",
    ];
    let linked = text(node, "permalink_url").is_some_and(|link| link.contains("comment_id="));
    let replied = at(node, "created_time").is_some() && ONLY.iter().any(|name| at(node, name).is_some());
    linked || replied && !is_surely_post(node)
}

fn is_surely_post(node: &Value) -> bool {
    const ONLY: [&str; 13] = [
        "status_type",
        "updated_time",
        "shares",
        "story",
        "full_picture",
        "is_published",
        "is_expired",
        "reactions",
        "attachments",
        "actions",
        "promotable_id",
        "timeline_visibility",
        "privacy",
    ];
    ONLY.iter().any(|name| at(node, name).is_some())
}

/// Posts of a page have its id before theirs. Photos, videos, albums and pages have other fields.
fn is_post(node: &Value) -> bool {
    let form = text(node, "id").is_some_and(|id| id.split_once('_').is_some_and(|(page, post)| digits(page) && digits(post)));
    form && (at(node, "created_time").is_some() || given(node, "message"))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Page, post and comment of `https://…/{page}/posts/{post}/?comment_id={comment}`.
fn permalink(link: &str) -> (Option<&str>, Option<&str>, Option<&str>) {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let (post, posts, page) = (parts.next(), parts.next(), parts.next());
    let comment = query.split('&').find_map(|pair| pair.strip_prefix("comment_id=")).filter(|id| digits(id));
    if posts != Some("posts") {
        return (None, None, comment);
    }
    (page.filter(|page| digits(page)), post.filter(|post| digits(post)), comment)
}

const NODES_MAX: usize = 500;
const ATTACHMENTS_MAX: usize = 64;
