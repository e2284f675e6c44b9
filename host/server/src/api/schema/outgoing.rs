//! The outbox.

use utoipa::ToSchema;

use super::interaction::Attachment;
use super::trace::HostCall;

/// Something in the outbox.
#[derive(ToSchema)]
pub(crate) struct Outgoing {
    /// Grows; the cursor of lists.
    seq: u64,
    /// The same for every try.
    id: String,
    /// `answer`, `notify`, `timer`, `mark`, `reply`, `post`, `edit` or `hide`.
    kind: String,
    /// `pending`, `sending`, `waiting`, `unknown`, `done`, `parked` or `recalled`.
    state: String,
    /// Over which connector it goes.
    connector: String,
    /// What it is about.
    interaction: Option<String>,
    /// The decision that wants it.
    decision: Option<String>,
    /// The person who wants it, by the token's name.
    by: Option<String>,
    /// Since when, in Unix milliseconds.
    created_at: u64,
    /// Not before this time, in Unix milliseconds.
    due_at: u64,
    /// When it got where it stands, in Unix milliseconds.
    changed_at: u64,
    /// On which rung of the ladder, from 0.
    rung: u32,
    /// How often it was tried, on all rungs.
    tries: u32,
    /// `sent`, `delivered`, `read` or `failed`: how far it has come, when the channel told.
    progress: Option<String>,
    /// Why it stands where it stands.
    why: Option<String>,
    /// What is wanted; absent when it was erased.
    wanted: Option<Wanted>,
}

/// What is wanted: one of them.
#[derive(ToSchema)]
pub(crate) struct Wanted {
    /// By a decision.
    effect: Option<super::decision::Effect>,
    /// A person answers.
    reply: Option<Words>,
    /// A person speaks to everyone.
    post: Option<Broadcast>,
    /// A person changes what was sent.
    edit: Option<Edit>,
    /// A person hides the item with this channel's id.
    hide: Option<String>,
}

/// Words of a person of the company.
#[derive(ToSchema)]
pub(crate) struct Words {
    /// Plain text.
    text: String,
    /// Only for the customer's eyes.
    private: bool,
    /// Files to send along.
    attachments: Option<Vec<Attachment>>,
    /// What else is to be said to the channel, by name.
    #[schema(value_type = Option<Object>)]
    attributes: (),
}

/// Something said to everyone.
#[derive(ToSchema)]
pub(crate) struct Broadcast {
    /// The connected account that speaks.
    account: String,
    /// Plain text.
    text: String,
    /// Files to send along.
    attachments: Vec<Attachment>,
    /// What else is to be said to the channel, by name.
    #[schema(value_type = Object)]
    attributes: (),
}

/// A new wording of something sent.
#[derive(ToSchema)]
pub(crate) struct Edit {
    /// The channel's id of what was sent.
    source_id: String,
    /// Plain text.
    text: String,
}

/// One try.
#[derive(ToSchema)]
pub(crate) struct Try {
    /// When it began, in Unix milliseconds.
    at: u64,
    /// When it ended; absent while it is under way.
    ended_at: Option<u64>,
    /// On which rung of the ladder, from 0.
    rung: u32,
    /// Over which connector.
    connector: String,
    /// `check`, `send`, `find` or `receipt`.
    call: String,
    /// What came of it.
    outcome: String,
    /// In words.
    detail: Option<String>,
    /// Of the component that was called.
    digest: Option<String>,
    /// What it asked of the network.
    host_calls: Option<Vec<HostCall>>,
}

/// A part that was sent.
#[derive(ToSchema)]
pub(crate) struct SentItem {
    /// Over which connector.
    connector: String,
    /// On which rung.
    rung: u32,
    /// The channel's id of it; empty when it was erased.
    source_id: String,
    /// `sent`, `delivered`, `read` or `failed`.
    progress: String,
}

/// Something in the outbox with everything that happened to it.
#[derive(ToSchema)]
pub(crate) struct OutgoingRecord {
    /// As lists show it.
    outgoing: Outgoing,
    /// Every try, oldest first.
    history: Vec<Try>,
    /// What was sent.
    sent: Vec<SentItem>,
}
