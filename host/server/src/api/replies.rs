//! What people of the company say: replies, posts, and what they change or hide.
//!
//! Everything goes through the outbox: the answer is 202 with the id under which its fate is told. The same `Idempotency-Key` by the same
//! token asks for the same thing, however often it is sent.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use dispatch::port::{NewOutgoing, Requested};
use model::{Attachment, Attributes, Broadcast, Edit, InteractionId, OutgoingId, Role, Value, Wanted, Words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page::Id;
use super::schema;
use super::sent::Sent;
use crate::auth::Principal;
use crate::problem::{Code, Problem, ProblemDetails};
use crate::site::Shared;

/// The longest text that goes out, in bytes; channels have their own limits.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// The most files of one reply.
const ATTACHMENTS_MAX: usize = 16;
/// The longest `Idempotency-Key`.
const KEY_BYTES_MAX: usize = 255;

/// Words inside a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reply {
    /// Plain text.
    text: String,
    /// Only for the customer's eyes.
    #[serde(default)]
    private: bool,
    /// Files to send along, by address.
    #[serde(default)]
    #[schema(value_type = Option<Vec<schema::Attachment>>)]
    attachments: Vec<Attachment>,
    /// A person wrote it: some channels take such words for longer.
    #[serde(default)]
    human_agent: bool,
}

/// Words to everyone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Post {
    /// The configured connector that speaks.
    connector: String,
    /// The connected account; absent: the connector's own.
    account: Option<String>,
    /// Plain text.
    text: String,
    /// Files to send along, by address.
    #[serde(default)]
    #[schema(value_type = Option<Vec<schema::Attachment>>)]
    attachments: Vec<Attachment>,
}

/// A new wording.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wording {
    /// Plain text.
    text: String,
}

/// Nothing more to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Hide {}

/// What was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Taken {
    /// Its id in `/outgoing`.
    #[schema(value_type = String)]
    id: OutgoingId,
}

/// Who asks, under which key.
struct Asked {
    who: String,
    key: Option<String>,
}

type Answer = Result<(StatusCode, Json<Taken>), Problem>;

/// Answers an interaction.
#[utoipa::path(post, path = "/api/v1/interactions/{id}/reply", tag = "outbox",
    params(("id" = String, Path, description = "The interaction's id."),
        ("idempotency-key" = Option<String>, Header, description = "What was asked under this key before is not asked again.")),
    request_body(content = Reply),
    responses(
        (status = 202, description = "It is in the outbox.", body = Taken),
        (status = 409, description = "Something else was asked under this key.", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub(crate) async fn reply(
    State(site): State<Shared>,
    Id(id): Id,
    headers: HeaderMap,
    Extension(Principal(who)): Extension<Principal>,
    Sent(reply): Sent<Reply>,
) -> Answer {
    worded(&reply.text, &reply.attachments)?;
    let asked = Asked::new(who, &headers)?;
    tracing::info!(who = asked.who, interaction = id, private = reply.private, "replies");
    let Reply { text, private, attachments, human_agent } = reply;
    let mut attributes = Attributes::new();
    if human_agent {
        attributes.insert("human-agent".to_owned(), Value::Flag(true));
    }
    let wanted = Wanted::Reply(Words { text, private, attachments, attributes });
    take(&site, NewOutgoing { interaction: Some(InteractionId(id)), ..asked.wants(&site, wanted) }).await
}

/// Hides what somebody said, where the channel can.
#[utoipa::path(post, path = "/api/v1/interactions/{id}/hide", tag = "outbox",
    params(("id" = String, Path, description = "The interaction's id."),
        ("idempotency-key" = Option<String>, Header, description = "What was asked under this key before is not asked again.")),
    request_body(content = Hide),
    responses((status = 202, description = "It is in the outbox.", body = Taken)))]
pub(crate) async fn hide(
    State(site): State<Shared>,
    Id(id): Id,
    headers: HeaderMap,
    Extension(Principal(who)): Extension<Principal>,
    Sent(Hide {}): Sent<Hide>,
) -> Answer {
    let asked = Asked::new(who, &headers)?;
    tracing::info!(who = asked.who, interaction = id, "hides what was said");
    let wanted = Wanted::Hide(String::new());
    take(&site, NewOutgoing { interaction: Some(InteractionId(id)), ..asked.wants(&site, wanted) }).await
}

/// Speaks to everyone.
#[utoipa::path(post, path = "/api/v1/posts", tag = "outbox",
    params(("idempotency-key" = Option<String>, Header, description = "What was asked under this key before is not asked again.")),
    request_body(content = Post),
    responses(
        (status = 202, description = "It is in the outbox.", body = Taken),
        (status = 409, description = "Something else was asked under this key.", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub(crate) async fn post(
    State(site): State<Shared>,
    headers: HeaderMap,
    Extension(Principal(who)): Extension<Principal>,
    Sent(post): Sent<Post>,
) -> Answer {
    worded(&post.text, &post.attachments)?;
    let asked = Asked::new(who, &headers)?;
    let serving = site.services.current.load();
    let Some(connector) = serving.connector(&post.connector).filter(|connector| connector.has(Role::Sender)) else {
        return Err(Problem::new(Code::BadRequest, "`connector` is the name of a configured connector that can send."));
    };
    tracing::info!(who = asked.who, connector = post.connector, "posts");
    let account = post.account.or_else(|| connector.spec.account.clone());
    let broadcast = Broadcast {
        account: account.clone().unwrap_or_default(),
        text: post.text,
        attachments: post.attachments,
        attributes: account.iter().map(|account| ("account".to_owned(), Value::Text(account.clone()))).collect(),
    };
    let new = NewOutgoing { connector: Some(post.connector), account, ..asked.wants(&site, Wanted::Post(broadcast)) };
    take(&site, new).await
}

/// Gives what was sent a new wording, where the channel can.
#[utoipa::path(post, path = "/api/v1/outgoing/{id}/edit", tag = "outbox",
    params(("id" = String, Path, description = "The id in the outbox of what was sent."),
        ("idempotency-key" = Option<String>, Header, description = "What was asked under this key before is not asked again.")),
    request_body(content = Wording),
    responses((status = 202, description = "It is in the outbox.", body = Taken)))]
pub(crate) async fn edit(
    State(site): State<Shared>,
    Id(id): Id,
    headers: HeaderMap,
    Extension(Principal(who)): Extension<Principal>,
    Sent(Wording { text }): Sent<Wording>,
) -> Answer {
    worded(&text, &[])?;
    let asked = Asked::new(who, &headers)?;
    tracing::info!(who = asked.who, outgoing = id, "changes what was sent");
    let wanted = Wanted::Edit(Edit { source_id: String::new(), text });
    take(&site, NewOutgoing { about: Some(OutgoingId(id)), ..asked.wants(&site, wanted) }).await
}

/// Hides what was sent, where the channel can.
#[utoipa::path(post, path = "/api/v1/outgoing/{id}/hide", tag = "outbox",
    params(("id" = String, Path, description = "The id in the outbox of what was sent."),
        ("idempotency-key" = Option<String>, Header, description = "What was asked under this key before is not asked again.")),
    request_body(content = Hide),
    responses((status = 202, description = "It is in the outbox.", body = Taken)))]
pub(crate) async fn hide_sent(
    State(site): State<Shared>,
    Id(id): Id,
    headers: HeaderMap,
    Extension(Principal(who)): Extension<Principal>,
    Sent(Hide {}): Sent<Hide>,
) -> Answer {
    let asked = Asked::new(who, &headers)?;
    tracing::info!(who = asked.who, outgoing = id, "hides what was sent");
    take(&site, NewOutgoing { about: Some(OutgoingId(id)), ..asked.wants(&site, Wanted::Hide(String::new())) }).await
}

impl Asked {
    fn new(who: String, headers: &HeaderMap) -> Result<Self, Problem> {
        let mut keys = headers.get_all("idempotency-key").iter();
        let key = match (keys.next(), keys.next()) {
            (None, _) => None,
            (Some(key), None) => {
                let text = key.to_str().ok().filter(|text| !text.is_empty() && text.len() <= KEY_BYTES_MAX);
                let wrong = || Problem::new(Code::BadRequest, format!("`Idempotency-Key` has 1 to {KEY_BYTES_MAX} visible characters."));
                Some(text.ok_or_else(wrong)?.to_owned())
            }
            (Some(_), Some(_)) => return Err(Problem::new(Code::BadRequest, "There are two `Idempotency-Key`s.")),
        };
        Ok(Self { who, key })
    }

    fn wants(self, site: &Shared, wanted: Wanted) -> NewOutgoing {
        NewOutgoing {
            interaction: None,
            about: None,
            connector: None,
            account: None,
            wanted,
            by: self.who,
            request: self.key,
            at: site.services.clock.now(),
        }
    }
}

fn worded(text: &str, attachments: &[Attachment]) -> Result<(), Problem> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Problem::new(Code::BadRequest, format!("`text` has at most {TEXT_BYTES_MAX} bytes.")));
    }
    if attachments.len() > ATTACHMENTS_MAX {
        return Err(Problem::new(Code::BadRequest, format!("There are at most {ATTACHMENTS_MAX} `attachments`.")));
    }
    if text.trim().is_empty() && attachments.is_empty() {
        return Err(Problem::new(Code::BadRequest, "There are no words in `text`."));
    }
    Ok(())
}

async fn take(site: &Shared, new: NewOutgoing) -> Answer {
    match site.services.outbox.request(new).await? {
        Requested::New(id) => {
            site.services.drain.wake();
            Ok((StatusCode::ACCEPTED, Json(Taken { id })))
        }
        Requested::Known(id) => Ok((StatusCode::ACCEPTED, Json(Taken { id }))),
        Requested::Other(id) => {
            Err(Problem::new(Code::Conflict, format!("Something else was asked under this `Idempotency-Key` before: `{id}`.")))
        }
    }
}
