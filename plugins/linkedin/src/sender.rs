//! Answers to comments, posts of the page, edits, and hiding, which on LinkedIn is removing.

use lenient::{id, list, text};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Broadcast, Delivered, Edit, Outbound, Reply, Timestamp, Undelivered};
use sending::Unit;
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::urn;

/// Sends it.
///
/// # Errors
/// As LinkedIn says.
pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let api = Api { settings, now };
    match outbound {
        Outbound::Reply(reply) => api.comment(reply),
        Outbound::Post(post) => api.post(post),
        Outbound::Edit(edit) => api.edit(edit),
        Outbound::Hide(comment) => {
            let (post, short) = parts(comment)?;
            let actor = sending::encoded(api.page(None)?);
            let url = format!("{}/rest/socialActions/{}/comments/{short}?actor={actor}", settings.base_url(), sending::encoded(post));
            api.send(Request::new("DELETE", url), true)?;
            Ok(Delivered::Sent(vec![comment.clone()]))
        }
        Outbound::Template(_) => Err(Undelivered::Never("LinkedIn knows no templates".to_owned())),
    }
}

/// Looks for it among the latest comments under the post, or under the comment that was answered.
///
/// # Errors
/// `Never` for what is no comment: a person has to look.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let Outbound::Reply(reply) = outbound else {
        return Err(Undelivered::Never("a person has to look whether it is there".to_owned()));
    };
    let api = Api { settings, now };
    let (words, page, (under, _)) = (words(reply)?, api.page(sending::attribute(&reply.attributes, "account"))?, place(reply)?);
    let url = format!("{}/rest/socialActions/{}/comments?start=0&count=50", settings.base_url(), sending::encoded(under));
    let answer = api.send(Request::get(url), false)?;
    let ours = |comment: &&Value| text(comment, "actor") == Some(page) && text(comment, "/message/text") == Some(words.as_str());
    let found = list(&answer, "elements").iter().find(ours).and_then(|comment| named(comment, under));
    Ok(found.map(|name| Delivered::Sent(vec![name])))
}

struct Api<'a> {
    settings: &'a Settings,
    now: Timestamp,
}

impl Api<'_> {
    fn comment(&self, reply: &Reply) -> Result<Delivered, Undelivered> {
        let words = words(reply)?;
        let (under, parent) = place(reply)?;
        let mut body = json!({
            "actor": self.page(sending::attribute(&reply.attributes, "account"))?,
            "object": reply.conversation,
            "message": {"text": words},
        });
        if let (Some(parent), Some(fields)) = (parent, body.as_object_mut()) {
            fields.insert("parentComment".to_owned(), json!(parent));
        }
        let url = format!("{}/rest/socialActions/{}/comments", self.settings.base_url(), sending::encoded(under));
        let answer = self.send(Request::post_json(url, body.to_string()), true)?;
        let name = named(&answer, &reply.conversation).ok_or_else(|| Undelivered::Unknown("the answer names no comment".to_owned()))?;
        Ok(Delivered::Sent(vec![name]))
    }

    fn post(&self, post: &Broadcast) -> Result<Delivered, Undelivered> {
        let words = sending::with_links(&post.text, &post.attachments)?;
        sending::fits(&words, Unit::Utf16, POST_UNITS_MAX)?;
        let body = json!({
            "author": self.page(Some(post.account.as_str()))?,
            "commentary": escaped(&words),
            "visibility": "PUBLIC",
            "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": false,
        });
        let request = Request::post_json(format!("{}/rest/posts", self.settings.base_url()), body.to_string());
        let answer = sending::send(&self.known(request), self.now)?;
        // The id of what was made is in a header.
        let name = answer.header("x-restli-id").filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| Undelivered::Unknown("the answer names no post".to_owned()))?;
        Ok(Delivered::Sent(vec![name.to_owned()]))
    }

    fn edit(&self, edit: &Edit) -> Result<Delivered, Undelivered> {
        let words = sending::words(&edit.text)?;
        sending::fits(words, Unit::Utf16, COMMENT_UNITS_MAX)?;
        let (post, short) = parts(&edit.source_id)?;
        let actor = sending::encoded(self.page(None)?);
        let url = format!("{}/rest/socialActions/{}/comments/{short}?actor={actor}", self.settings.base_url(), sending::encoded(post));
        let body = json!({"patch": {"message": {"$set": {"text": words}}}});
        self.send(Request::post_json(url, body.to_string()).header("x-restli-method", "PARTIAL_UPDATE"), true)?;
        Ok(Delivered::Sent(vec![edit.source_id.clone()]))
    }

    /// Who speaks: the page of the settings, else the one that was spoken to.
    fn page<'p>(&'p self, account: Option<&'p str>) -> Result<&'p str, Undelivered> {
        let page = self.settings.organization.as_deref().or(account).filter(|page| page.starts_with("urn:li:"));
        page.ok_or_else(|| Undelivered::Never("`organization` is not set: it is not known who speaks".to_owned()))
    }

    fn send(&self, request: Request, changes: bool) -> Result<Value, Undelivered> {
        let answer = sending::exchange(&self.known(request), changes)?;
        let answer = sending::judged(answer, changes, self.now)?;
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    fn known(&self, request: Request) -> Request {
        request.header("linkedin-version", self.settings.version()).header("x-restli-protocol-version", "2.0.0").credential("token")
    }
}

fn words(reply: &Reply) -> Result<String, Undelivered> {
    if reply.private {
        return Err(Undelivered::Never("LinkedIn pages have no private messages".to_owned()));
    }
    let words = sending::with_links(&reply.text, &reply.attachments)?;
    sending::fits(&words, Unit::Utf16, COMMENT_UNITS_MAX)?;
    Ok(words)
}

/// Under what the answer goes, and the comment that it answers. Answers nest once: what answers an answer goes under the first comment.
fn place(reply: &Reply) -> Result<(&str, Option<&str>), Undelivered> {
    let answered = reply.in_reply_to.as_deref().filter(|urn| urn.starts_with("urn:li:comment:("));
    let parent = sending::attribute(&reply.attributes, "parent-comment").or(answered);
    match parent {
        Some(comment) => Ok((comment, Some(comment))),
        None if reply.conversation.starts_with("urn:li:") => Ok((&reply.conversation, None)),
        None => Err(Undelivered::Never(format!("`{}` is nothing that can be commented on", reply.conversation))),
    }
}

fn parts(comment: &str) -> Result<(&str, &str), Undelivered> {
    let short = comment.trim_end_matches(')').rsplit_once(',').map(|(_, short)| short);
    let plain = short.filter(|short| !short.is_empty() && short.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    match (urn::object(comment), plain) {
        (Some(post), Some(short)) => Ok((post, short)),
        _ => Err(Undelivered::Never(format!("`{comment}` is no comment"))),
    }
}

fn named(comment: &Value, post: &str) -> Option<String> {
    let name = id(comment, "commentUrn").or_else(|| id(comment, "$URN")).map(|urn| urn::comment(&urn));
    name.or_else(|| Some(urn::comment_on(text(comment, "object").unwrap_or(post), &id(comment, "id")?)))
}

/// Posts are written in LinkedIn's little text format, in which these characters mean something.
fn escaped(words: &str) -> String {
    words.chars().flat_map(|character| "\\|{}@[]()<>#*_~".contains(character).then_some('\\').into_iter().chain([character])).collect()
}

const COMMENT_UNITS_MAX: u32 = 1_250;
const POST_UNITS_MAX: u32 = 3_000;
