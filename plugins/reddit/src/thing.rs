//! Things: comments (`t1`), posts (`t3`), private messages (`t4`).

use lenient::{attribute, count, flag, id, number, text, time};
use pointsman_plugin::{Author, Direction, Engagement, Fact, Item, Kind, Note, Removal, Visibility};
use serde_json::Value;

use crate::settings::Settings;

/// The fact that a thing is.
pub(crate) fn fact(kind: &str, data: &Value, settings: &Settings) -> Option<Fact> {
    let name = id(data, "name").or_else(|| id(data, "id").filter(|id| id.len() <= 64).map(|id| format!("{kind}_{id}")))?;
    let words = if kind == "t3" { text(data, "selftext") } else { text(data, "body") };
    // Reddit leaves what is gone in its place, without words or author.
    if matches!(words, Some("[removed]" | "[deleted]")) {
        return Some(
            Fact::removed(Removal { source_id: name.clone(), actor: None, occurred_at: None }).dedup_key(format!("removed:{name}")),
        );
    }
    // The inbox tells to whom it belongs; of what we sent it tells the other side.
    let dest = || text(data, "dest").filter(|dest| !dest.starts_with('#') && dest.len() <= 64);
    let account = settings.username.as_deref().or_else(dest).map(str::to_owned);
    let fact = if kind == "t4" && text(data, "distinguished") == Some("admin") {
        notice(&name, data)
    } else {
        Fact::said(item(kind, &name, data, settings))
    };
    Some(Fact { account, ..fact }.dedup_key(format!("said:{name}")))
}

/// Reddit itself writes: awards, policies.
fn notice(name: &str, data: &Value) -> Fact {
    let words = text(data, "body").map(|body| plain(data, body));
    Fact::system(Note {
        source_id: Some(name.to_owned()),
        text: words,
        actor: author(data),
        visibility: Some(Visibility::Private),
        occurred_at: time(data, "created_utc"),
        attributes: text(data, "subject").map(|subject| attribute("subject", subject)).into_iter().collect(),
        ..Note::new("notice")
    })
}

fn item(kind: &str, name: &str, data: &Value, settings: &Settings) -> Item {
    let author = author(data);
    let title = text(data, "title").map(|title| plain(data, title));
    let body = ["body", "selftext"].iter().find_map(|place| text(data, place)).map(|body| plain(data, body));
    let public = kind != "t4";
    let conversation = thread(kind, name, data);
    let who = author.as_ref().map(|author| author.id.as_str()).unwrap_or_default();
    let item = Item {
        source_id: name.to_owned(),
        kind: match kind {
            "t3" => Kind::Post,
            "t4" => Kind::Message,
            _ if text(data, "type") == Some("username_mention") => Kind::Mention,
            _ => Kind::Comment,
        },
        visibility: visibility(public, data),
        direction: if settings.is_own(who) { Direction::Echo } else { Direction::Inbound },
        in_reply_to: id(data, "parent_id"),
        order_key: conversation.as_ref().filter(|_| public).map(|thread| format!("{thread}/{who}")),
        conversation,
        subject: title.clone().or_else(|| text(data, "subject").filter(|_| kind == "t4").map(|subject| plain(data, subject))),
        text: body.or(title).unwrap_or_default(),
        markup: ["body_html", "selftext_html"].iter().find_map(|place| text(data, place)).map(|html| markup(data, html)),
        engagement: public.then(|| engagement(data)),
        occurred_at: time(data, "created_utc"),
        attributes: attributes(data),
        author,
        ..Item::default()
    };
    item.bounded()
}

/// The post that a comment belongs to, or the first message of an exchange; none for what begins one.
fn thread(kind: &str, name: &str, data: &Value) -> Option<String> {
    match kind {
        "t1" => id(data, "link_id").or_else(|| {
            // The inbox tells the post only in the address of the comment.
            let address = ["context", "permalink", "link_permalink"].iter().find_map(|place| text(data, place))?;
            let post = address.split_once("/comments/")?.1.split('/').next().filter(|post| (1..=64).contains(&post.len()))?;
            Some(format!("t3_{post}"))
        }),
        "t4" => id(data, "first_message_name").filter(|first| first != name),
        _ => None,
    }
}

fn visibility(public: bool, data: &Value) -> Visibility {
    match text(data, "subreddit_type") {
        _ if !public => Visibility::Private,
        Some("private" | "employees_only" | "gold_only") => Visibility::Restricted,
        _ => Visibility::Public,
    }
}

fn author(data: &Value) -> Option<Author> {
    let name = text(data, "author").filter(|name| *name != "[deleted]" && name.len() <= 64)?;
    Some(Author {
        // Names never change, and it is names that messages go to.
        id: name.to_owned(),
        handle: Some(name.to_owned()),
        profile_url: Some(format!("https://www.reddit.com/user/{name}")),
        bot: name == "AutoModerator",
        attributes: id(data, "author_fullname").map(|fullname| attribute("fullname", fullname)).into_iter().collect(),
        ..Author::default()
    })
}

fn engagement(data: &Value) -> Engagement {
    Engagement {
        likes: count(data, "ups").max(count(data, "score")),
        replies: count(data, "num_comments"),
        shares: count(data, "num_crossposts"),
        views: None,
    }
}

fn attributes(data: &Value) -> Vec<pointsman_plugin::Attribute> {
    let mut found = Vec::new();
    let address = ["permalink", "context"].iter().find_map(|place| text(data, place)).filter(|address| address.starts_with('/'));
    found.extend(address.map(|address| attribute("url", format!("https://www.reddit.com{address}"))));
    let texts = [
        ("subreddit", "subreddit"),
        ("flair", "link_flair_text"),
        ("author-flair", "author_flair_text"),
        ("distinguished", "distinguished"),
        ("post-title", "link_title"),
    ];
    found.extend(texts.iter().filter_map(|(name, place)| text(data, place).map(|value| attribute(name, value))));
    let linked = text(data, "url").filter(|_| !flag(data, "is_self") && text(data, "title").is_some());
    found.extend(linked.map(|url| attribute("link", url)));
    found.extend(number(data, "edited").and_then(|_| time(data, "edited")).map(|at| attribute("edited-at", at.to_string())));
    for (name, place) in [("locked", "locked"), ("nsfw", "over_18"), ("spoiler", "spoiler")] {
        found.extend(flag(data, place).then(|| attribute(name, true)));
    }
    found
}

/// Without `raw_json` Reddit escapes three characters everywhere. Its HTML tells whether it did.
fn plain(data: &Value, words: &str) -> String {
    let html = ["body_html", "selftext_html"].iter().find_map(|place| text(data, place));
    let raw = html.is_some_and(|html| html.trim_start().starts_with('<'));
    let words = if raw { words.to_owned() } else { words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") };
    words.trim().to_owned()
}

fn markup(data: &Value, html: &str) -> String {
    plain(data, html).replace("<!-- SC_OFF -->", "").replace("<!-- SC_ON -->", "")
}
