//! Replies: messages of the bot, in its own name or in the name of a connected business.

use lenient::{count, id, text};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Attachment, Delivered, Edit, Outbound, Reply, Response, Timestamp, Undelivered};
use sending::{Unit, attribute, files, fits, words};
use serde_json::{Map, Value, json};

use crate::place;
use crate::settings::Settings;

/// Units of UTF-16 in a message, and below a file.
const TEXT_MAX: u32 = 4_096;
const CAPTION_MAX: u32 = 1_024;
/// Files of one reply.
const FILES_MAX: usize = 10;

/// Sends it.
///
/// # Errors
/// As the channel says.
pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let chat = Chat { settings, now };
    match outbound {
        Outbound::Reply(reply) => chat.send(target(reply)?, &reply.text, &reply.attachments),
        Outbound::Post(post) => {
            let place = attribute(&post.attributes, "chat").or(settings.channel.as_deref());
            let place = place.ok_or_else(|| Undelivered::Never("there is no `channel` in the settings to post to".to_owned()))?;
            chat.send(object(json!({"chat_id": chat_id(place)})), &post.text, &post.attachments)
        }
        Outbound::Edit(edit) => chat.edit(edit),
        Outbound::Template(_) => Err(Undelivered::Never("Telegram knows no templates".to_owned())),
        Outbound::Hide(_) => Err(Undelivered::Never("Telegram cannot hide a message, only delete it".to_owned())),
    }
}

/// Where a reply goes: the chat and topic of the conversation, or, only for the recipient's eyes, the chat with them.
fn target(reply: &Reply) -> Result<Map<String, Value>, Undelivered> {
    let (chat, topic) = place::halves(&reply.conversation);
    let direct = attribute(&reply.attributes, "direct-messages-topic-id");
    if reply.private && direct.is_none() {
        let person = reply.recipient.as_deref().unwrap_or(chat);
        // Only people have ids without a sign: what is for one person's eyes never goes to a group or channel.
        if person.is_empty() || !person.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Undelivered::Never("it is not known to whom to write".to_owned()));
        }
        if person != chat {
            return Ok(object(json!({"chat_id": chat_id(person)})));
        }
    }
    if chat.is_empty() {
        return Err(Undelivered::Never("the conversation names no chat".to_owned()));
    }
    let mut body = object(json!({"chat_id": chat_id(chat)}));
    let business = attribute(&reply.attributes, "business-connection-id");
    if let Some(business) = business {
        body.insert("business_connection_id".to_owned(), json!(business));
    }
    if let Some(topic) = direct.or(topic) {
        let field = if direct.is_some() { "direct_messages_topic_id" } else { "message_thread_id" };
        body.insert(field.to_owned(), chat_id(topic));
    }
    // A pressed button is answered too, but is no message.
    if let Some((_, Some(answered))) = reply.in_reply_to.as_deref().map(place::halves).filter(|(place, _)| *place == chat) {
        let parameters = json!({"message_id": chat_id(answered), "allow_sending_without_reply": true});
        body.insert("reply_parameters".to_owned(), parameters);
    }
    Ok(body)
}

/// Ids are numbers, names of channels texts.
fn chat_id(id: &str) -> Value {
    id.parse::<i64>().map_or_else(|_| json!(id), |number| json!(number))
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(fields) = value { fields } else { Map::new() }
}

/// One outgoing thing.
struct Chat<'a> {
    settings: &'a Settings,
    now: Timestamp,
}

impl Chat<'_> {
    /// The text as a message, or below the only file; every other file as a message of its own.
    fn send(&self, target: Map<String, Value>, said: &str, attachments: &[Attachment]) -> Result<Delivered, Undelivered> {
        let files = files(attachments)?;
        let said = said.trim();
        if files.len() > FILES_MAX {
            return Err(Undelivered::Never(format!("more than {FILES_MAX} files")));
        }
        if files.is_empty() {
            words(said)?;
        }
        let caption = files.len() == 1 && Unit::Utf16.count(said) <= usize::try_from(CAPTION_MAX).unwrap_or_default();
        let mut requests = Vec::new();
        if !said.is_empty() && !caption {
            fits(said, Unit::Utf16, TEXT_MAX)?;
            requests.push(("sendMessage", object(json!({"text": said}))));
        }
        for (file, url) in files {
            let (method, field) = method(&file.media_type);
            let mut body = object(json!({field: url}));
            if caption && !said.is_empty() {
                body.insert("caption".to_owned(), json!(said));
            }
            requests.push((method, body));
        }
        self.all(target, requests)
    }

    fn all(&self, mut target: Map<String, Value>, requests: Vec<(&str, Map<String, Value>)>) -> Result<Delivered, Undelivered> {
        let mut sent: Vec<String> = Vec::new();
        for (method, mut body) in requests {
            body.extend(target.clone());
            let message = self.call(method, body, &mut target).map_err(|why| match why {
                // What is out cannot be taken back by trying again.
                why if !sent.is_empty() => {
                    Undelivered::Unknown(format!("only {} of several messages went out: {}", sent.len(), sending::reason(&why)))
                }
                why => why,
            })?;
            sent.push(message);
        }
        Ok(Delivered::Sent(sent))
    }

    /// Calls a method and gives back the id of the message; a group that has moved is followed once.
    fn call(&self, method: &str, mut body: Map<String, Value>, target: &mut Map<String, Value>) -> Result<String, Undelivered> {
        let mut answer = self.post(method, &body)?;
        if let Some(moved) = id(&answer.1, "/parameters/migrate_to_chat_id") {
            for place in [&mut body, target] {
                place.insert("chat_id".to_owned(), chat_id(&moved));
                // Ids count anew in the new group.
                place.remove("reply_parameters");
            }
            answer = self.post(method, &body)?;
        }
        let result = self.judged(answer)?;
        let ids = (id(&result, "/result/chat/id"), id(&result, "/result/message_id"));
        match ids {
            (Some(chat), Some(message)) => Ok(place::message(&chat, &message)),
            _ => Err(Undelivered::Unknown("the answer names no message".to_owned())),
        }
    }

    fn edit(&self, edit: &Edit) -> Result<Delivered, Undelivered> {
        let said = words(&edit.text)?;
        fits(said, Unit::Utf16, TEXT_MAX)?;
        let (chat, Some(message)) = place::halves(&edit.source_id) else {
            return Err(Undelivered::Never(format!("`{}` is no message", edit.source_id)));
        };
        let body = object(json!({"chat_id": chat_id(chat), "message_id": chat_id(message), "text": said}));
        let answer = self.post("editMessageText", &body)?;
        // A second try of an edit that was carried out.
        let same = text(&answer.1, "description").is_some_and(|why| why.contains("message is not modified"));
        if !same {
            self.judged(answer)?;
        }
        Ok(Delivered::Sent(vec![edit.source_id.clone()]))
    }

    fn post(&self, method: &str, body: &Map<String, Value>) -> Result<(Response, Value), Undelivered> {
        let body = Value::Object(body.clone()).to_string();
        let answer = sending::exchange(&Request::post_json(self.settings.method(method), body).credential("token"), true)?;
        let document = serde_json::from_slice(&answer.body).unwrap_or_default();
        Ok((answer, document))
    }

    fn judged(&self, (answer, document): (Response, Value)) -> Result<Value, Undelivered> {
        let why = text(&document, "description").unwrap_or("no reason was given").to_owned();
        let wait = count(&document, "/parameters/retry_after");
        match answer.status {
            // The token is good; the person has blocked the bot, or never started it.
            403 => Err(Undelivered::Never(why)),
            // A token that is none.
            404 => Err(Undelivered::Unauthorised(why)),
            429 if wait > 0 => Err(Undelivered::Later((Some(self.now.saturating_add(wait.saturating_mul(1_000))), why))),
            400 if why.contains("message is too long") => Err(Undelivered::TooLong(TEXT_MAX)),
            400 if why.contains("caption is too long") => Err(Undelivered::TooLong(CAPTION_MAX)),
            200..=299 if document.is_object() => Ok(document),
            200..=299 => Err(Undelivered::Unknown("the answer is no JSON".to_owned())),
            _ => sending::judged(answer, true, self.now).map(|_| document),
        }
    }
}

/// The method that sends a file of this media type, and the field for its address.
fn method(media_type: &str) -> (&'static str, &'static str) {
    match media_type.split('/').next().unwrap_or_default() {
        _ if media_type == "image/gif" => ("sendAnimation", "animation"),
        "image" if media_type != "image/svg+xml" => ("sendPhoto", "photo"),
        "video" => ("sendVideo", "video"),
        "audio" => ("sendAudio", "audio"),
        _ => ("sendDocument", "document"),
    }
}
