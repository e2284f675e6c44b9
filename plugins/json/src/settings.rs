//! The settings, as they stand in `pointsman.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::source::Source;

/// Everything that can be set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How deliveries are signed; read by the host, demanded here.
    pub signature: Value,
    /// How the channel checks our address with a key; read by the host.
    pub handshake: Option<Value>,
    /// The channel wants its own words back before it delivers.
    pub challenge: Option<Challenge>,
    /// What the channel hears.
    pub answer: Answer,
    /// Where the items are: an array gives a fact for each; absent: the whole body is one.
    pub items: Option<String>,
    /// The connected account.
    pub account: Option<Source>,
    /// What makes a fact unique; absent: kind, id and time.
    pub dedup_key: Option<Source>,
    /// What happened; absent: something was said.
    pub event: Option<Source>,
    /// Where the parts of a fact are, in each item.
    pub item: Fields,
}

impl Settings {
    /// Nothing says how deliveries are signed or where anything stands: a call by hand, because the host lets nothing in without a scheme.
    pub(crate) fn is_bare(&self) -> bool {
        let item = &self.item;
        let mapped = item.source_id.is_some() || item.text.is_some() || item.author.is_some();
        let chosen = self.handshake.is_some() || self.challenge.is_some() || self.items.is_some() || self.event.is_some();
        self.signature.is_null() && !mapped && !chosen
    }

    /// For calls by hand: the names that most webhooks use.
    pub(crate) fn by_hand() -> Self {
        let at = |pointer: &str| Some(Source::pointer(pointer));
        let author = AuthorFields {
            id: Source::pointer("/author/id"),
            handle: at("/author/handle"),
            display_name: at("/author/name"),
            profile_url: None,
            followers: None,
            verified: None,
            bot: None,
        };
        let item = Fields {
            source_id: at("/id"),
            conversation: at("/conversation"),
            author: Some(author),
            subject: at("/subject"),
            text: at("/text"),
            language: at("/language"),
            occurred_at: at("/created_at"),
            ..Fields::default()
        };
        Self { item, ..Self::default() }
    }
}

/// A check of the address that is answered with a part of the delivery.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// What to answer with.
    pub pointer: String,
    /// What tells the check from a delivery; absent: that the pointer leads somewhere.
    pub when: Option<Match>,
}

/// A text at a place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// The place.
    pub pointer: String,
    /// The text.
    pub equals: String,
}

/// What the channel hears.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answer {
    /// 2xx.
    pub status: u16,
    /// Empty for none.
    pub body: String,
    /// Of the body.
    pub content_type: String,
}

impl Default for Answer {
    fn default() -> Self {
        Self { status: 200, body: String::new(), content_type: "text/plain; charset=utf-8".to_owned() }
    }
}

/// How a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// As people read it.
    #[default]
    Plain,
    /// Markup, from which the text is taken.
    Html,
}

/// Where the parts of a fact are. Which of them count depends on what happened.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    /// The channel's id of the item. Demanded for what was said, edited and removed.
    pub source_id: Option<Source>,
    /// `message` (when absent), `comment`, `post`, `mention`, `review`, `lead`, `call`, `other`.
    pub kind: Option<Source>,
    /// `public`, `restricted`, `private` (when absent), `internal`.
    pub visibility: Option<Source>,
    /// `inbound` (when absent), `echo`.
    pub direction: Option<Source>,
    /// The thread.
    pub conversation: Option<Source>,
    /// What it answers.
    pub in_reply_to: Option<Source>,
    /// What is processed in order.
    pub order_key: Option<Source>,
    /// Who spoke.
    pub author: Option<AuthorFields>,
    /// The subject line.
    pub subject: Option<Source>,
    /// What was said.
    pub text: Option<Source>,
    /// How it is written.
    pub text_format: Format,
    /// BCP 47.
    pub language: Option<Source>,
    /// When it happened: RFC 3339, RFC 2822, or Unix seconds to nanoseconds.
    pub occurred_at: Option<Source>,
    /// A judgement in figures.
    pub rating: Option<Rating>,
    /// Likes, favourites, up-votes.
    pub likes: Option<Source>,
    /// Replies.
    pub replies: Option<Source>,
    /// Shares, reposts.
    pub shares: Option<Source>,
    /// Views.
    pub views: Option<Source>,
    /// Files that came with it.
    pub attachments: Option<AttachmentFields>,
    /// What else the channel tells, by the attribute's name.
    pub attributes: BTreeMap<String, Source>,
    /// Of a reaction or receipt: the item that it is about.
    pub target: Option<Source>,
    /// The reaction's name, such as `like`.
    pub reaction: Option<Source>,
    /// Whether the reaction was added (when absent) or taken back.
    pub added: Option<Source>,
    /// Of a receipt: `sent`, `delivered`, `read`, `failed`.
    pub progress: Option<Source>,
    /// Of a receipt: the channel's words.
    pub detail: Option<Source>,
}

/// Who spoke.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorFields {
    /// The channel's id of them; without it there is no author.
    pub id: Source,
    /// The unique name; a leading `@` is dropped.
    pub handle: Option<Source>,
    /// The name that people read.
    pub display_name: Option<Source>,
    /// Where to see them.
    pub profile_url: Option<Source>,
    /// How many follow them.
    pub followers: Option<Source>,
    /// The channel vouches for them.
    pub verified: Option<Source>,
    /// A program speaks.
    pub bot: Option<Source>,
}

/// A judgement in figures, which becomes zero to one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// Where the figure is.
    pub value: Source,
    /// The figure of the worst judgement.
    #[serde(default)]
    pub worst: f32,
    /// The figure of the best one.
    pub best: f32,
}

/// Files that came with an item.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentFields {
    /// Where the list is, in the item.
    pub items: String,
    /// In each entry: where the file is; entries without it are left out.
    pub url: String,
    /// In each entry: such as `image/png`.
    pub media_type: Option<String>,
    /// In each entry: the file's name.
    pub name: Option<String>,
    /// In each entry: its description.
    pub description: Option<String>,
}
