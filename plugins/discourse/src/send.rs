//! Posts that go out. Source: Discourse's API documentation, "Posts".

use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Reply, Timestamp, Undelivered};
use serde_json::{Value, json};

use crate::settings::Settings;

/// The forum's own limits, as they are unless an administrator changed them.
const TEXT_CHARS_MAX: u32 = 32_000;
const TITLE_CHARS_MAX: usize = 255;

/// Sends it.
///
/// # Errors
/// As the forum says: what it finds wrong with a post (too short, the same again) no try will mend.
pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let (method, path, body) = match outbound {
        Outbound::Reply(reply) => ("POST", "/posts.json".to_owned(), answer(reply)?),
        Outbound::Post(post) => {
            let title = sending::attribute(&post.attributes, "title").ok_or_else(|| never("a new topic needs a `title`"))?;
            let mut body = json!({"title": title, "raw": fitting(&sending::with_links(&post.text, &post.attachments)?)?});
            let category = sending::attribute(&post.attributes, "category-id").and_then(|id| id.parse::<u64>().ok());
            put(&mut body, "category", category.map(Value::from));
            ("POST", "/posts.json".to_owned(), body)
        }
        Outbound::Edit(edit) => {
            ("PUT", format!("/posts/{}.json", sending::encoded(&edit.source_id)), json!({"post": {"raw": fitting(&edit.text)?}}))
        }
        Outbound::Hide(id) => ("DELETE", format!("/posts/{}.json", sending::encoded(id)), json!({})),
        Outbound::Template(_) => return Err(never("Discourse knows no approved texts")),
    };
    let request = Request { method: method.to_owned(), ..Request::post_json(format!("{}{path}", settings.base_url()), body.to_string()) };
    let answer = sending::exchange(&as_us(request, settings)?, true)?;
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status == 429 {
        let wait = lenient::number(&said, "/extras/wait_seconds").filter(|wait| (0.0..86_400.0).contains(wait));
        let wait = wait.and_then(|wait| std::time::Duration::try_from_secs_f64(wait).ok()).map(|wait| wait.as_secs() + 1);
        let at = answer.retry_at(now).or(wait.map(|wait| now.saturating_add(wait * 1_000)));
        return Err(Undelivered::Later((at, lenient::text(&said, "/errors/0").unwrap_or("too many requests").to_owned())));
    }
    sending::judged(answer, true, now)?;
    match outbound {
        Outbound::Edit(edit) => Ok(Delivered::Sent(vec![edit.source_id.clone()])),
        Outbound::Hide(id) => Ok(Delivered::Sent(vec![id.clone()])),
        // A post that waits for a moderator has no id of its own yet.
        _ => {
            let id = lenient::id(&said, "id").or_else(|| lenient::id(&said, "/post/id")).or_else(|| lenient::id(&said, "/pending_post/id"));
            id.map(|id| Delivered::Sent(vec![id])).ok_or_else(|| Undelivered::Unknown("the answer names no post".to_owned()))
        }
    }
}

fn answer(reply: &Reply) -> Result<Value, Undelivered> {
    if reply.conversation.starts_with("chat:") {
        return Err(never("messages of the chat are not answered from here"));
    }
    let text = fitting(&sending::with_links(&reply.text, &reply.attachments)?)?;
    if reply.private && sending::attribute(&reply.attributes, "archetype") != Some("private_message") {
        // In private: a message of its own to the person, by name.
        let person = sending::attribute(&reply.attributes, "username");
        let person = person.ok_or_else(|| never("the person's user name is not known"))?;
        let title = sending::attribute(&reply.attributes, "topic-title").unwrap_or("Your question");
        let title: String = format!("Re: {title}").chars().take(TITLE_CHARS_MAX).collect();
        return Ok(json!({"title": title, "raw": text, "archetype": "private_message", "target_recipients": person}));
    }
    let topic: u64 = reply.conversation.parse().map_err(|_| never("the conversation is no topic"))?;
    let mut body = json!({"raw": text, "topic_id": topic});
    let number = sending::attribute(&reply.attributes, "post-number").and_then(|number| number.parse::<u64>().ok());
    put(&mut body, "reply_to_post_number", number.map(Value::from));
    Ok(body)
}

/// Looks for the same words by us at the end of the topic.
///
/// # Errors
/// As the forum says.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let reply = match outbound {
        Outbound::Reply(reply) if !reply.private => reply,
        // What is changed or removed twice is changed or removed.
        Outbound::Edit(_) | Outbound::Hide(_) => return Ok(None),
        _ => return Err(never("only answers in a topic can be looked for; a person has to look")),
    };
    let own = settings.username.as_deref().unwrap_or_default();
    // A number beyond the last post shows the topic's end.
    let url = format!("{}/t/{}/{BEYOND}.json?include_raw=1", settings.base_url(), sending::encoded(&reply.conversation));
    let answer = sending::ask(&as_us(Request::get(url), settings)?, now)?;
    let topic: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = sending::with_links(&reply.text, &reply.attachments)?;
    let since = reply.last_inbound_at.unwrap_or_default();
    let ours = |post: &&Value| {
        lenient::text(post, "username").is_some_and(|name| name.eq_ignore_ascii_case(own))
            && lenient::text(post, "raw").is_some_and(|raw| raw.trim() == text)
            && lenient::time(post, "created_at").is_some_and(|at| at >= since)
    };
    let found = lenient::list(&topic, "/post_stream/posts").iter().rev().find(ours).and_then(|post| lenient::id(post, "id"));
    Ok(found.map(|id| Delivered::Sent(vec![id])))
}

fn as_us(request: Request, settings: &Settings) -> Result<Request, Undelivered> {
    let username = settings.username.as_deref().ok_or_else(|| never("no `username` is configured"))?;
    Ok(request.header("accept", "application/json").header("api-username", username).credential("api_key"))
}

fn put(body: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(fields), Some(value)) = (body.as_object_mut(), value) {
        fields.insert(name.to_owned(), value);
    }
}

fn fitting(text: &str) -> Result<String, Undelivered> {
    sending::fits(text, sending::Unit::Chars, TEXT_CHARS_MAX)?;
    sending::words(text).map(str::to_owned)
}

fn never(why: &str) -> Undelivered {
    Undelivered::Never(why.to_owned())
}

const BEYOND: u32 = 999_999;
