//! What was said, and what arrived.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// Who spoke, as the channel knows them.
#[derive(ToSchema)]
pub(crate) struct Author {
    /// The channel's own id, or a pseudonym in what a plugin without a grant for `author` saw.
    id: String,
    /// The name that is unique on the channel.
    handle: Option<String>,
    /// The name that people read.
    display_name: Option<String>,
    /// Where to see them.
    profile_url: Option<String>,
    /// How many follow them.
    followers: Option<u64>,
    /// The channel vouches for who they are. Absent: no.
    verified: Option<bool>,
    /// A program speaks. Absent: no.
    bot: Option<bool>,
    /// What else the channel tells, by name: texts, numbers, booleans or lists of texts.
    #[schema(value_type = Option<Object>)]
    attributes: (),
}

/// What the company knows of an author.
#[derive(ToSchema)]
pub(crate) struct Customer {
    /// The company's own id.
    id: String,
    /// `prospect`, `customer`, `former`, or the company's own words.
    lifecycle: Option<String>,
    /// Zero to one.
    worth: Option<f32>,
    /// What else the company tells, by name.
    #[schema(value_type = Option<Object>)]
    attributes: (),
}

/// Where an attachment's bytes are.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Content {
    /// First byte and number of bytes in the raw delivery.
    RawRange(Vec<u64>),
    /// An address.
    Url(String),
    /// An id that the connector resolves.
    Reference(String),
}

/// A file that came with an interaction.
#[derive(ToSchema)]
pub(crate) struct Attachment {
    /// As the channel says.
    media_type: String,
    /// Where its bytes are.
    content: Content,
    /// The file's name as given; never a path to write to.
    name: Option<String>,
    /// Decoded size.
    size_bytes: Option<u64>,
    /// The author's description.
    description: Option<String>,
}

/// How others took part.
#[derive(ToSchema)]
pub(crate) struct Engagement {
    /// Likes, favourites, up-votes.
    likes: u64,
    /// Replies.
    replies: u64,
    /// Shares, reposts.
    shares: u64,
    /// Views, when the channel tells.
    views: Option<u64>,
}

/// Part of a text in bytes of its UTF-8, end excluded.
#[derive(ToSchema)]
pub(crate) struct Span {
    /// First byte.
    start: u32,
    /// First byte after it.
    end: u32,
}

/// Why something was found or decided.
#[derive(ToSchema)]
pub(crate) struct Reason {
    /// Picks the sentence from the plugin's catalogue.
    code: String,
    /// What fills the sentence's places, by name.
    #[schema(value_type = Option<Object>)]
    params: (),
    /// The sentence in English.
    text: String,
}

/// Something found out.
#[derive(ToSchema)]
pub(crate) struct Signal {
    /// Kebab-case.
    name: String,
    /// A text, a number, a boolean or a list of texts, as the name demands.
    #[schema(value_type = Value)]
    value: (),
    /// Zero to one.
    confidence: Option<f32>,
    /// Which parts of the text show it.
    evidence: Option<Vec<Span>>,
    /// Why.
    reasons: Option<Vec<Reason>>,
    /// The configured name of the plugin that found it.
    source: Option<String>,
}

/// What was said.
#[derive(ToSchema)]
pub(crate) struct Interaction {
    /// The host's id.
    id: String,
    /// The connector that read it.
    connector: String,
    /// The kind of channel.
    channel: String,
    /// The connected account that received it.
    account: Option<String>,
    /// The channel's id of what belongs together.
    conversation: String,
    /// The channel's id of what it answers.
    in_reply_to: Option<String>,
    /// `message`, `comment`, `post`, `mention`, `review`, `lead`, `call` or `other`.
    kind: String,
    /// `public`, `restricted`, `private` or `internal`.
    visibility: String,
    /// Who spoke.
    author: Option<Author>,
    /// What the company knows of them.
    customer: Option<Customer>,
    /// The subject line.
    subject: Option<String>,
    /// Plain text.
    text: String,
    /// BCP 47.
    language: Option<String>,
    /// Files that came with it.
    attachments: Option<Vec<Attachment>>,
    /// How others took part.
    engagement: Option<Engagement>,
    /// Zero to one, for reviews.
    rating: Option<f32>,
    /// By the channel's clock, in Unix milliseconds.
    occurred_at: u64,
    /// By the host's clock, in Unix milliseconds.
    received_at: u64,
    /// What was found out, in the order of the steps.
    signals: Option<Vec<Signal>>,
    /// What else the connector told, by name.
    #[schema(value_type = Option<Object>)]
    attributes: (),
    /// Fields that exist but were not granted, by their grant's name.
    withheld: Option<Vec<String>>,
}

/// An interaction with what the host knows about its place.
#[derive(ToSchema)]
pub(crate) struct InteractionRecord {
    /// What was said.
    interaction: Interaction,
    /// The channel's id of it.
    source_id: String,
    /// What is processed in order.
    order_key: String,
    /// `undecided`, `decided` or `removed`.
    state: String,
    /// How it arrived: a delivery's id.
    delivery: String,
    /// The generation that read it.
    read_by: String,
    /// How often its author changed it.
    edits: u32,
    /// The latest decision's id, if there is one.
    decision: Option<String>,
}

/// A conversation in a list.
#[derive(ToSchema)]
pub(crate) struct Conversation {
    /// Opaque.
    id: String,
    /// The connector that reads it.
    connector: String,
    /// The channel's id of it.
    conversation: String,
    /// As counted now.
    situation: super::trace::Situation,
    /// When somebody spoke last, in Unix milliseconds.
    last_at: u64,
}

/// One header of a request.
#[derive(ToSchema)]
pub(crate) struct Header {
    /// In lower case.
    name: String,
    /// A text, or an array of bytes when it is not UTF-8.
    #[schema(value_type = Value)]
    value: (),
}

/// A request as it arrived.
#[derive(ToSchema)]
pub(crate) struct Delivery {
    /// In upper case; `FRAME` and `POLL` for what came otherwise.
    method: String,
    /// As the caller saw it, query included.
    url: String,
    /// In order.
    headers: Vec<Header>,
    /// A text, or an array of bytes when it is not UTF-8.
    #[schema(value_type = Value)]
    body: (),
    /// What else the host tells, by name.
    #[schema(value_type = Option<Object>)]
    attributes: (),
}

/// A delivery, frame or page in a list.
#[derive(ToSchema)]
pub(crate) struct DeliverySummary {
    /// Its id.
    id: String,
    /// Who read it.
    connector: String,
    /// By the host's clock, in Unix milliseconds.
    received_at: u64,
    /// New facts in it.
    facts: u32,
    /// Facts in it that were known before.
    duplicates: u32,
}

/// A genuine delivery that its connector refused or failed on.
#[derive(ToSchema)]
pub(crate) struct Quarantined {
    /// Its id.
    id: String,
    /// Who should have read it.
    connector: String,
    /// By the host's clock, in Unix milliseconds.
    received_at: u64,
    /// Its size.
    body_bytes: u64,
    /// `malformed`, `unsupported`, or a fault's name.
    cause: String,
    /// In the connector's or the host's words.
    detail: String,
    /// The component that failed on it.
    digest: String,
    /// How often it was tried.
    tries: u32,
}

/// How much there is, since ever.
#[derive(ToSchema)]
pub(crate) struct Totals {
    /// Deliveries, frames and pages that were accepted.
    deliveries: u64,
    /// Deliveries in quarantine.
    quarantined: u64,
    /// Interactions held because a plugin failed, not yet decided again.
    held_after_fault: u64,
    /// Facts by kind of event.
    facts: BTreeMap<String, u64>,
    /// Interactions.
    interactions: u64,
    /// Occasions that wait for a decision.
    pending: u64,
    /// Decisions.
    decisions: u64,
    /// Effects that wait in the outbox.
    effects_pending: u64,
}
