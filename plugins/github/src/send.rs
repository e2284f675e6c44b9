//! Comments that go out, by GraphQL: one address for discussions, issues and pull requests, and node ids are enough.
//!
//! Source: GitHub's GraphQL reference: `addDiscussionComment`, `addComment`, `updateDiscussionComment`, `updateIssueComment`,
//! `minimizeComment`.

use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Reply, Response, Timestamp, Undelivered};
use serde_json::{Value, json};

use crate::{BASE_URL, Settings};

/// GitHub's own limit.
const TEXT_CHARS_MAX: u32 = 65_536;
/// GitHub asks for a minute's rest when it does not say how long.
const REST_MS: u64 = 60_000;

/// Sends it.
///
/// # Errors
/// As GitHub says.
pub(crate) fn deliver(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => answer(settings, key, reply, now),
        Outbound::Edit(edit) => {
            let text = fitting(&edit.text)?;
            let change = match kind(settings, &edit.source_id, now)?.0.as_str() {
                "DiscussionComment" => "updateDiscussionComment(input: {commentId: $id, body: $body}) { comment { id } }",
                "IssueComment" => "updateIssueComment(input: {id: $id, body: $body}) { issueComment { id } }",
                other => return Err(never(&format!("a {other} is not a comment of ours"))),
            };
            let query = format!("mutation($id: ID!, $body: String!) {{ {change} }}");
            ask(settings, &query, &json!({"id": edit.source_id, "body": text}), true, now)?;
            Ok(Delivered::Sent(vec![edit.source_id.clone()]))
        }
        Outbound::Hide(id) => {
            let query = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OFF_TOPIC}) \
                         { minimizedComment { isMinimized } } }";
            ask(settings, query, &json!({"id": id}), true, now)?;
            Ok(Delivered::Sent(vec![id.clone()]))
        }
        Outbound::Post(_) => Err(never("new discussions are not opened from here")),
        Outbound::Template(_) => Err(never("GitHub knows no approved texts")),
    }
}

fn answer(settings: &Settings, key: &str, reply: &Reply, now: Timestamp) -> Result<Delivered, Undelivered> {
    if reply.private {
        return Err(never("GitHub has no private messages"));
    }
    let text = fitting(&sending::with_links(&reply.text, &reply.attachments)?)?;
    let answered = reply.in_reply_to.as_deref().filter(|id| *id != reply.conversation);
    let (kind, below) = kind(settings, answered.unwrap_or(&reply.conversation), now)?;
    let mut variables = json!({"subject": reply.conversation, "body": text, "key": key});
    let query = if kind.starts_with("Discussion") {
        // A discussion has comments and replies to them, and no third level.
        if let (Some(fields), Some(answered)) = (variables.as_object_mut(), answered) {
            fields.insert("below".to_owned(), Value::from(below.unwrap_or_else(|| answered.to_owned())));
        }
        "mutation($subject: ID!, $body: String!, $below: ID, $key: String) { addDiscussionComment(input: {discussionId: $subject, \
         body: $body, replyToId: $below, clientMutationId: $key}) { comment { id } } }"
    } else {
        "mutation($subject: ID!, $body: String!, $key: String) { addComment(input: {subjectId: $subject, body: $body, \
         clientMutationId: $key}) { commentEdge { node { id } } } }"
    };
    let data = ask(settings, query, &variables, true, now)?;
    let id = ["/addDiscussionComment/comment/id", "/addComment/commentEdge/node/id"].iter().find_map(|place| lenient::id(&data, place));
    id.map(|id| Delivered::Sent(vec![id])).ok_or_else(|| Undelivered::Unknown("the answer names no comment".to_owned()))
}

/// Looks for a comment of ours with the same words among the newest.
///
/// # Errors
/// As GitHub says.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let reply = match outbound {
        Outbound::Reply(reply) => reply,
        // What is changed or hidden twice is changed or hidden.
        Outbound::Edit(_) | Outbound::Hide(_) => return Ok(None),
        Outbound::Post(_) | Outbound::Template(_) => return Err(never("nothing of this kind is sent")),
    };
    let query = "query($id: ID!) { node(id: $id) { \
        ... on Discussion { comments(last: 50) { nodes { id body createdAt viewerDidAuthor \
        replies(last: 30) { nodes { id body createdAt viewerDidAuthor } } } } } \
        ... on Issue { comments(last: 50) { nodes { id body createdAt viewerDidAuthor } } } \
        ... on PullRequest { comments(last: 50) { nodes { id body createdAt viewerDidAuthor } } } } }";
    let data = ask(settings, query, &json!({"id": reply.conversation}), false, now)?;
    let comments = lenient::list(&data, "/node/comments/nodes");
    let replies = comments.iter().flat_map(|comment| lenient::list(comment, "/replies/nodes"));
    let text = sending::with_links(&reply.text, &reply.attachments)?;
    let since = reply.last_inbound_at.unwrap_or_default();
    let ours = |comment: &&Value| {
        lenient::flag(comment, "viewerDidAuthor")
            && lenient::text(comment, "body").is_some_and(|body| body.trim() == text)
            && lenient::time(comment, "createdAt").is_some_and(|at| at + 999 >= since)
    };
    let found = comments.iter().chain(replies).find(ours).and_then(|comment| lenient::id(comment, "id"));
    Ok(found.map(|id| Delivered::Sent(vec![id])))
}

/// What a node is, and, of a reply in a discussion, the comment that it stands below.
fn kind(settings: &Settings, id: &str, now: Timestamp) -> Result<(String, Option<String>), Undelivered> {
    let query = "query($id: ID!) { node(id: $id) { __typename ... on DiscussionComment { replyTo { id } } } }";
    let data = ask(settings, query, &json!({"id": id}), false, now)?;
    let name = lenient::text(&data, "/node/__typename").ok_or_else(|| never("GitHub does not know it any more"))?;
    Ok((name.to_owned(), lenient::id(&data, "/node/replyTo/id")))
}

/// Asks; GraphQL's errors come with status 200.
fn ask(settings: &Settings, query: &str, variables: &Value, changes: bool, now: Timestamp) -> Result<Value, Undelivered> {
    let base = settings.base_url.as_deref().unwrap_or(BASE_URL);
    let body = json!({"query": query, "variables": variables}).to_string();
    let request = Request::post_json(format!("{base}/graphql"), body).header("user-agent", "pointsman").credential("token");
    let answer = sending::exchange(&request, changes)?;
    let reset = reset(&answer, now);
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if matches!(answer.status, 403 | 429) && reset.is_some() {
        return Err(Undelivered::Later((reset, lenient::text(&body, "message").unwrap_or("too many requests").to_owned())));
    }
    sending::judged(answer, changes, now)?;
    if let Some(error) = lenient::list(&body, "errors").first() {
        let why = lenient::text(error, "message").unwrap_or("no words").to_owned();
        return Err(match lenient::text(error, "type") {
            Some("RATE_LIMITED") => Undelivered::Later((reset.or(Some(now.saturating_add(REST_MS))), why)),
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => Undelivered::Unauthorised(why),
            Some("SERVICE_UNAVAILABLE" | "LOADING") | None if changes => Undelivered::Unknown(why),
            Some("SERVICE_UNAVAILABLE" | "LOADING") | None => Undelivered::Later((None, why)),
            Some(_) => Undelivered::Never(why),
        });
    }
    Ok(body.get_mut("data").map(Value::take).unwrap_or_default())
}

/// When the rate is full again.
fn reset(answer: &Response, now: Timestamp) -> Option<Timestamp> {
    let used_up = answer.header("x-ratelimit-remaining") == Some("0");
    let reset = answer.header("x-ratelimit-reset").and_then(pointsman_plugin::time::unix).filter(|_| used_up);
    answer.retry_at(now).or(reset)
}

fn fitting(text: &str) -> Result<String, Undelivered> {
    sending::fits(text, sending::Unit::Chars, TEXT_CHARS_MAX)?;
    sending::words(text).map(str::to_owned)
}

fn never(why: &str) -> Undelivered {
    Undelivered::Never(why.to_owned())
}
