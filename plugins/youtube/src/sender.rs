//! Answers to comments, comments of our own, edits, hiding.

use lenient::{id, list, text};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Broadcast, Delivered, Outbound, Reply, Timestamp, Undelivered};
use sending::Unit;
use serde_json::{Value, json};

use crate::answer::used_up;
use crate::settings::{HideAs, Settings, is_plain};

/// Sends it. Each insertion costs fifty units of the quota.
///
/// # Errors
/// As YouTube says.
pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let api = Api { settings, now };
    match outbound {
        Outbound::Reply(reply) => {
            let words = words(reply)?;
            let body = json!({"snippet": {"parentId": thread(reply)?, "textOriginal": words}});
            api.insert(Request::post_json(api.url("/comments?part=snippet"), body.to_string()))
        }
        Outbound::Post(post) => api.comment(post),
        Outbound::Edit(edit) => {
            let words = bounded(sending::words(&edit.text)?.to_owned())?;
            let body = json!({"id": edit.source_id, "snippet": {"textOriginal": words}});
            let request = Request { method: "PUT".to_owned(), ..Request::post_json(api.url("/comments?part=snippet"), body.to_string()) };
            api.insert(request)
        }
        Outbound::Hide(comment) if is_plain(comment) => {
            let status = if settings.hide_as == HideAs::Rejected { "rejected" } else { "heldForReview" };
            api.send(
                Request::new("POST", api.url(&format!("/comments/setModerationStatus?id={comment}&moderationStatus={status}"))),
                true,
            )?;
            Ok(Delivered::Sent(vec![comment.clone()]))
        }
        Outbound::Hide(comment) => Err(Undelivered::Never(format!("`{comment}` is no id of a comment"))),
        Outbound::Template(_) => Err(Undelivered::Never("YouTube knows no templates".to_owned())),
    }
}

/// Looks for it among the latest replies of the thread.
///
/// # Errors
/// `Never` for what is no reply: a person has to look.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let Outbound::Reply(reply) = outbound else {
        return Err(Undelivered::Never("a person has to look whether it is there".to_owned()));
    };
    let (api, words) = (Api { settings, now }, words(reply)?);
    let url = api.url(&format!("/comments?part=snippet&textFormat=plainText&maxResults=100&parentId={}", thread(reply)?));
    let answer = api.send(Request::get(url), false)?;
    let said =
        |comment: &&Value| text(comment, "/snippet/textOriginal").or_else(|| text(comment, "/snippet/textDisplay")) == Some(words.as_str());
    let ours = |comment: &&Value| settings.channel_id.is_none() || id(comment, "/snippet/authorChannelId/value") == settings.channel_id;
    let found = list(&answer, "items").iter().filter(said).find(ours).and_then(|comment| id(comment, "id"));
    Ok(found.map(|id| Delivered::Sent(vec![id])))
}

/// The words with the files' addresses.
fn words(reply: &Reply) -> Result<String, Undelivered> {
    if reply.private {
        return Err(Undelivered::Never("YouTube has no private messages".to_owned()));
    }
    bounded(sending::with_links(&reply.text, &reply.attachments)?)
}

fn bounded(words: String) -> Result<String, Undelivered> {
    sending::fits(&words, Unit::Utf16, WORDS_UNITS_MAX)?;
    Ok(words)
}

/// Only first comments can be answered: an answer to a reply goes under the thread.
fn thread(reply: &Reply) -> Result<&str, Undelivered> {
    let thread = reply.conversation.split('.').next().unwrap_or_default();
    if is_plain(thread) { Ok(thread) } else { Err(Undelivered::Never(format!("`{}` is no thread of YouTube", reply.conversation))) }
}

struct Api<'a> {
    settings: &'a Settings,
    now: Timestamp,
}

impl Api<'_> {
    fn url(&self, path: &str) -> String {
        format!("{}/youtube/v3{path}", self.settings.base_url())
    }

    /// A comment that begins a thread: under the video of the attribute `video-id`, else on the channel.
    fn comment(&self, post: &Broadcast) -> Result<Delivered, Undelivered> {
        let words = bounded(sending::with_links(&post.text, &post.attachments)?)?;
        let mut snippet = json!({"channelId": post.account, "topLevelComment": {"snippet": {"textOriginal": words}}});
        if let (Some(video), Some(fields)) = (sending::attribute(&post.attributes, "video-id"), snippet.as_object_mut()) {
            fields.insert("videoId".to_owned(), json!(video));
        }
        self.insert(Request::post_json(self.url("/commentThreads?part=snippet"), json!({"snippet": snippet}).to_string()))
    }

    fn insert(&self, request: Request) -> Result<Delivered, Undelivered> {
        let answer = self.send(request, true)?;
        let id = id(&answer, "id").ok_or_else(|| Undelivered::Unknown("the answer names no comment".to_owned()))?;
        Ok(Delivered::Sent(vec![id]))
    }

    fn send(&self, request: Request, changes: bool) -> Result<Value, Undelivered> {
        let answer = sending::exchange(&request.header("accept", "application/json").credential("token"), changes)?;
        if let Some(at) = used_up(&answer, self.now) {
            return Err(Undelivered::Later((Some(at), "YouTube's quota is used up".to_owned())));
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match text(&body, "/error/errors/0/reason") {
            // Closed doors that another credential would not open.
            Some(reason @ ("commentsDisabled" | "canReplyNotSupported" | "operationNotSupported" | "ineligibleAccount")) => {
                Err(Undelivered::Never(reason.to_owned()))
            }
            Some("commentTextTooLong") => Err(Undelivered::TooLong(WORDS_UNITS_MAX)),
            _ => sending::judged(answer, changes, self.now).map(|_| body),
        }
    }
}

const WORDS_UNITS_MAX: u32 = 10_000;
