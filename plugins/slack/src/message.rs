//! Messages: what was said in channels and direct messages.

use lenient::{attribute, id, list, number, object, text, time};
use pointsman_plugin::{Attachment, Attribute, Content, Direction, Item, Kind, Value as Attributed, Visibility};
use serde_json::Value;

use crate::settings::Settings;
use crate::{mrkdwn, person};

/// Files, blocks, elements of a message.
const PARTS_MAX: usize = 200;
/// How deep blocks may be nested.
const DEPTH_MAX: usize = 8;

/// Where and to whom a message came.
pub(crate) struct Context<'a> {
    /// The whole delivery.
    pub(crate) delivery: &'a Value,
    pub(crate) channel: &'a str,
    /// `im`, `mpim`, `channel`, `group`, when it is told.
    pub(crate) channel_type: Option<&'a str>,
    pub(crate) settings: &'a Settings,
    /// It comes as a mention.
    pub(crate) mention: bool,
}

impl Context<'_> {
    /// Our bot users: the settings' own first.
    fn own(&self) -> Vec<String> {
        let authorised = list(self.delivery, "authorizations").iter().filter(|one| lenient::flag(one, "is_bot"));
        self.settings.bot_user_id.iter().cloned().chain(authorised.filter_map(|one| id(one, "user_id"))).collect()
    }

    /// A conversation of two or few.
    fn is_direct(&self) -> bool {
        matches!(self.channel_type, Some("im" | "mpim" | "app_home")) || self.channel.starts_with('D')
    }
}

/// The id of a message, which counts within its channel.
pub(crate) fn source_id(channel: &str, ts: &str) -> String {
    format!("{channel}:{ts}")
}

/// The two halves of such an id, or a channel alone.
pub(crate) fn halves(id: &str) -> (&str, Option<&str>) {
    match id.split_once(':') {
        Some((channel, ts)) => (channel, Some(ts).filter(|ts| !ts.is_empty())),
        None => (id, None),
    }
}

/// A message as an item; none without a time, which is its id.
pub(crate) fn item(message: &Value, context: &Context<'_>) -> Option<Item> {
    let ts = text(message, "ts").or_else(|| text(message, "event_ts"))?;
    let thread = text(message, "thread_ts");
    let own = context.own();
    let author = person::of_message(message);
    let raw = words(message);
    let (plain, links) = mrkdwn::plain(&raw);
    let people = mrkdwn::people(&raw);
    let direct = context.is_direct();
    // In a channel everything that answers one post belongs together; what two people say to each other belongs together as it is.
    let conversation = match thread {
        Some(thread) => source_id(context.channel, thread),
        None if direct => context.channel.to_owned(),
        None => source_id(context.channel, ts),
    };
    let mention = context.mention || (!direct && people.iter().any(|person| own.contains(person)));
    let order_key = author.as_ref().filter(|_| !direct).map(|author| format!("{conversation}/{}", author.id));
    Some(
        Item {
            source_id: source_id(context.channel, ts),
            kind: if mention { Kind::Mention } else { Kind::Message },
            visibility: if direct || context.channel_type == Some("group") { Visibility::Private } else { Visibility::Restricted },
            direction: if person::is_own(message, context.delivery, &own) { Direction::Echo } else { Direction::Inbound },
            in_reply_to: thread.filter(|thread| *thread != ts).map(|thread| source_id(context.channel, thread)),
            conversation: Some(conversation),
            order_key,
            author,
            markup: (raw != plain).then_some(raw),
            text: plain,
            attachments: files(message),
            occurred_at: time(message, "ts").or_else(|| time(message, "event_ts")),
            attributes: attributes(message, thread, links, people),
            ..Item::default()
        }
        .bounded(),
    )
}

fn attributes(message: &Value, thread: Option<&str>, links: Vec<String>, people: Vec<String>) -> Vec<Attribute> {
    let mut found = Vec::new();
    for (name, value) in [("thread-ts", thread), ("subtype", text(message, "subtype")), ("client-msg-id", text(message, "client_msg_id"))] {
        found.extend(value.map(|value| attribute(name, value)));
    }
    for (name, texts) in [("links", links), ("mentions", people)] {
        if !texts.is_empty() {
            found.push(attribute(name, Attributed::Texts(texts.into_iter().take(PARTS_MAX).collect())));
        }
    }
    found
}

/// The text; where there is none, what blocks and attachments show.
fn words(message: &Value) -> String {
    if let Some(said) = text(message, "text") {
        return said.to_owned();
    }
    let mut lines = Vec::new();
    blocks(list(message, "blocks"), 0, &mut lines);
    for shown in list(message, "attachments").iter().take(PARTS_MAX) {
        let parts = ["pretext", "title", "text"].iter().filter_map(|field| text(shown, field));
        let before = lines.len();
        lines.extend(parts.map(str::to_owned));
        if lines.len() == before {
            lines.extend(text(shown, "fallback").map(str::to_owned));
        }
    }
    lines.join("\n")
}

/// The words of blocks, a line for each.
fn blocks(blocks: &[Value], depth: usize, lines: &mut Vec<String>) {
    for block in blocks.iter().take(PARTS_MAX) {
        let said = block.get("text").map(|said| said.as_str().or_else(|| text(said, "text")).unwrap_or_default());
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            lines.push(said.to_owned());
        }
        let elements = list(block, "elements");
        if text(block, "type") == Some("rich_text_section") {
            lines.push(elements.iter().take(PARTS_MAX).map(element).collect());
        } else if depth < DEPTH_MAX {
            self::blocks(elements, depth + 1, lines);
        }
    }
}

fn element(element: &Value) -> String {
    match text(element, "type").unwrap_or_default() {
        "user" => text(element, "user_id").map(|user| format!("<@{user}>")).unwrap_or_default(),
        "channel" => text(element, "channel_id").map(|channel| format!("<#{channel}>")).unwrap_or_default(),
        "emoji" => text(element, "name").map(|name| format!(":{name}:")).unwrap_or_default(),
        _ => text(element, "text").or_else(|| text(element, "url")).unwrap_or_default().to_owned(),
    }
}

/// Files; their addresses open with the app's token only.
fn files(message: &Value) -> Vec<Attachment> {
    let file = |file: &Value| {
        let url = ["url_private_download", "url_private", "permalink"].iter().find_map(|field| text(file, field));
        let content = url.map(|url| Content::Url(url.to_owned())).or_else(|| id(file, "id").map(Content::Reference))?;
        Some(Attachment {
            media_type: text(file, "mimetype").unwrap_or("application/octet-stream").to_owned(),
            content,
            name: text(file, "name").or_else(|| text(file, "title")).map(str::to_owned),
            size_bytes: number(file, "size").is_some().then(|| lenient::count(file, "size")),
            description: text(file, "alt_txt").map(str::to_owned),
        })
    };
    let shown = list(message, "attachments").iter().filter_map(|one| {
        let url = text(one, "image_url")?;
        let media_type = lenient::media_type(url).unwrap_or("image/*").to_owned();
        Some(Attachment {
            media_type,
            content: Content::Url(url.to_owned()),
            name: None,
            size_bytes: None,
            description: text(one, "fallback").map(str::to_owned),
        })
    });
    list(message, "files").iter().filter(|one| object(one, "").is_some()).filter_map(file).chain(shown).take(PARTS_MAX).collect()
}
