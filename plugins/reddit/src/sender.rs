//! Comments, messages and modmail going out.

use lenient::{id, list, number, text};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Attachment, Attribute, Broadcast, Delivered, Outbound, Reply, Timestamp, Undelivered, Value as Attributed};
use sending::Unit;
use serde_json::{Value, json};

use crate::settings::Settings;

/// Sends it.
///
/// # Errors
/// As Reddit says, most of it in answers that have the status 200.
pub(crate) fn deliver(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let api = Api { settings, now };
    match outbound {
        Outbound::Reply(reply) => api.reply(key, reply),
        Outbound::Post(post) => api.submit(post),
        Outbound::Edit(edit) => {
            let words = words(&edit.text)?;
            let answer = api.call("/api/editusertext", &[("thing_id", &edit.source_id), ("text", words)])?;
            Ok(Delivered::Sent(vec![named(&answer).unwrap_or_else(|| edit.source_id.clone())]))
        }
        Outbound::Hide(thing) => {
            api.call("/api/remove", &[("id", thing), ("spam", "false")])?;
            Ok(Delivered::Sent(vec![thing.clone()]))
        }
        Outbound::Template(_) => Err(Undelivered::Never("Reddit knows no templates".to_owned())),
    }
}

/// Looks for it among our latest comments or messages.
///
/// # Errors
/// `Never` where Reddit does not tell.
pub(crate) fn find(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let api = Api { settings, now };
    let Outbound::Reply(reply) = outbound else {
        return Err(Undelivered::Never("a person has to look whether it is there".to_owned()));
    };
    let words = &with_links(&reply.text, &reply.attachments)?;
    let way = Way::of(reply)?;
    let path = match &way {
        Way::Modmail(conversation) => return api.find_in_modmail(conversation, words),
        Way::Comment(parent) if !parent.starts_with("t4_") => match settings.username.as_deref().filter(|name| is_name(name)) {
            Some(username) => format!("/user/{username}/comments?limit=100"),
            None => return Err(Undelivered::Never("`username` is not set: a person has to look whether it is there".to_owned())),
        },
        Way::Comment(_) | Way::Message(_) => "/message/sent?limit=100".to_owned(),
    };
    let ours = |thing: &&Value| {
        let right = match &way {
            Way::Comment(parent) => text(thing, "/data/parent_id").is_none_or(|found| found == *parent),
            Way::Message(to) => text(thing, "/data/dest").is_some_and(|dest| dest.eq_ignore_ascii_case(to)),
            Way::Modmail(_) => false,
        };
        right && text(thing, "/data/body").is_some_and(|body| body.trim() == words)
    };
    let found = api.list(&path)?.iter().find(ours).map(|thing| id(thing, "/data/name").unwrap_or_else(|| key.to_owned()));
    Ok(found.map(|name| Delivered::Sent(vec![name])))
}

/// How a reply goes.
enum Way<'a> {
    /// Under a post, a comment or a message.
    Comment(&'a str),
    /// To a person.
    Message(&'a str),
    /// Into a conversation with moderators.
    Modmail(&'a str),
}

impl<'a> Way<'a> {
    fn of(reply: &'a Reply) -> Result<Self, Undelivered> {
        let answered = reply.in_reply_to.as_deref().unwrap_or(&reply.conversation);
        let public = answered.starts_with("t1_") || answered.starts_with("t3_");
        match reply.recipient.as_deref().filter(|name| is_name(name)) {
            _ if matches!(Attribute::find(&reply.attributes, "modmail"), Some(Attributed::Flag(true))) => {
                Ok(Self::Modmail(&reply.conversation))
            }
            Some(person) if reply.private && (public || reply.in_reply_to.is_none()) => Ok(Self::Message(person)),
            None if reply.private && public => Err(Undelivered::Never("it is not known to whom the message goes".to_owned())),
            _ if public || answered.starts_with("t4_") => Ok(Self::Comment(answered)),
            _ => Err(Undelivered::Never(format!("`{answered}` is nothing that can be answered on Reddit"))),
        }
    }
}

struct Api<'a> {
    settings: &'a Settings,
    now: Timestamp,
}

impl Api<'_> {
    fn reply(&self, key: &str, reply: &Reply) -> Result<Delivered, Undelivered> {
        let words = &with_links(&reply.text, &reply.attachments)?;
        match Way::of(reply)? {
            Way::Comment(parent) => {
                let answer = self.call("/api/comment", &[("thing_id", parent), ("text", words), ("return_rtjson", "false")])?;
                Ok(Delivered::Sent(vec![named(&answer).ok_or_else(|| Undelivered::Unknown("the answer names no comment".to_owned()))?]))
            }
            Way::Message(person) => {
                let title = said(&reply.attributes, "subject").or_else(|| said(&reply.attributes, "post-title")).unwrap_or("Your comment");
                let title: String = title.chars().take(SUBJECT_CHARS_MAX).collect();
                self.call("/api/compose", &[("to", person), ("subject", &title), ("text", words)])?;
                // Reddit does not say which message it became.
                Ok(Delivered::Sent(vec![key.to_owned()]))
            }
            Way::Modmail(conversation) if is_name(conversation) => {
                let url = format!("{}/api/mod/conversations/{conversation}", self.settings.base_url());
                let body = json!({"body": words, "isInternal": false, "isAuthorHidden": false});
                let request = Request::post_json(url, body.to_string());
                let answer = sending::send(&self.known(request), self.now)?;
                let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let newest = list(&answer, "/conversation/objIds").iter().rev().find(|object| text(object, "key") == Some("messages"));
                Ok(Delivered::Sent(vec![newest.and_then(|object| id(object, "id")).unwrap_or_else(|| key.to_owned())]))
            }
            Way::Modmail(_) => Err(Undelivered::Never("that is no conversation of modmail".to_owned())),
        }
    }

    /// A post of text in the subreddit that is the account.
    fn submit(&self, post: &Broadcast) -> Result<Delivered, Undelivered> {
        let words = &with_links(&post.text, &post.attachments)?;
        let first = words.lines().next().unwrap_or_default();
        let title: String = said(&post.attributes, "subject").unwrap_or(first).chars().take(TITLE_CHARS_MAX).collect();
        let body =
            [("sr", post.account.trim_start_matches("r/")), ("kind", "self"), ("title", &title), ("text", words), ("sendreplies", "true")];
        let answer = self.call("/api/submit", &body)?;
        Ok(Delivered::Sent(vec![
            id(&answer, "/json/data/name").ok_or_else(|| Undelivered::Unknown("the answer names no post".to_owned()))?,
        ]))
    }

    fn find_in_modmail(&self, conversation: &str, words: &str) -> Result<Option<Delivered>, Undelivered> {
        let answer = self.get(&format!("/api/mod/conversations/{conversation}?markRead=false"))?;
        let messages = answer.get("messages").and_then(Value::as_object).into_iter().flatten();
        let mut ours = messages.filter(|(_, message)| text(message, "bodyMarkdown").is_some_and(|body| body.trim() == words));
        Ok(ours.next().map(|(name, _)| Delivered::Sent(vec![name.clone()])))
    }

    fn list(&self, path: &str) -> Result<Vec<Value>, Undelivered> {
        Ok(list(&self.get(path)?, "/data/children").to_vec())
    }

    fn get(&self, path: &str) -> Result<Value, Undelivered> {
        let answer = sending::ask(&self.known(Request::get(format!("{}{path}&raw_json=1", self.settings.base_url()))), self.now)?;
        serde_json::from_slice(&answer.body).map_err(|why| Undelivered::Later((None, format!("the answer is no JSON: {why}"))))
    }

    /// A form, answered with what became of it: errors have the status 200.
    fn call(&self, path: &str, fields: &[(&str, &str)]) -> Result<Value, Undelivered> {
        let form = form_urlencoded::Serializer::new(String::new()).append_pair("api_type", "json").extend_pairs(fields).finish();
        let request = Request { body: form.into_bytes(), ..Request::new("POST", format!("{}{path}", self.settings.base_url())) };
        let answer = sending::send(&self.known(request.header("content-type", "application/x-www-form-urlencoded")), self.now)?;
        let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match list(&answer, "/json/errors").first() {
            Some(error) => Err(self.refused(error, &answer)),
            None => Ok(answer),
        }
    }

    fn refused(&self, error: &Value, answer: &Value) -> Undelivered {
        let code = text(error, "/0").unwrap_or_default();
        let why = format!("{code}: {}", text(error, "/1").unwrap_or_default());
        let wait = number(answer, "/json/ratelimit").and_then(|seconds| std::time::Duration::try_from_secs_f64(seconds).ok());
        match code {
            "RATELIMIT" => {
                let wait = wait.and_then(|wait| u64::try_from(wait.as_millis()).ok()).unwrap_or(WINDOW_MS);
                Undelivered::Later((Some(self.now.saturating_add(wait)), why))
            }
            "USER_REQUIRED" | "SUBREDDIT_NOTALLOWED" => Undelivered::Unauthorised(why),
            "TOO_LONG" => Undelivered::TooLong(WORDS_CHARS_MAX),
            _ => Undelivered::Never(why),
        }
    }

    fn known(&self, request: Request) -> Request {
        request.header("user-agent", self.settings.user_agent()).credential("token")
    }
}

fn with_links(words: &str, files: &[Attachment]) -> Result<String, Undelivered> {
    let words = sending::with_links(words, files)?;
    sending::fits(&words, Unit::Chars, WORDS_CHARS_MAX)?;
    Ok(words)
}

fn words(words: &str) -> Result<&str, Undelivered> {
    let words = sending::words(words)?;
    sending::fits(words, Unit::Chars, WORDS_CHARS_MAX)?;
    Ok(words)
}

/// The id of the thing that was made.
fn named(answer: &Value) -> Option<String> {
    ["/json/data/things/0/data/name", "/json/data/things/0/data/id"].iter().find_map(|place| id(answer, place))
}

fn said<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    Attribute::find(attributes, name)?.as_text().filter(|text| !text.is_empty())
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Of comments and messages.
const WORDS_CHARS_MAX: u32 = 10_000;
const SUBJECT_CHARS_MAX: usize = 100;
const TITLE_CHARS_MAX: usize = 300;
/// When Reddit does not say how long.
const WINDOW_MS: u64 = 600_000;
