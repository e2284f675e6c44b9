//! Words to one person: the Send API of Messenger and Instagram.

use lenient::list;
use pointsman_plugin::{Attachment, Attribute, Reply, Timestamp, Undelivered};
use sending::Unit;
use serde_json::{Value, json};

use crate::{Api, Ours, encoded, place, with};

/// How long a text may be.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// What is counted.
    pub unit: Unit,
    /// How many.
    pub max: u32,
}

/// The Send API of one account.
#[derive(Clone, Copy, Debug)]
pub struct Direct<'a> {
    /// Where.
    pub api: &'a Api,
    /// Our account, or `me`.
    pub account: &'a str,
    /// The channel's name in the API: `messenger`, `instagram`.
    pub platform: &'a str,
    /// How long a message may be.
    pub limit: Limit,
}

/// The tag that a message of a person needs now: none within 24 hours after the customer spoke; `HUMAN_AGENT` up to seven days, when the
/// attribute `human-agent` of the reply says that a person wrote it.
///
/// # Errors
/// `WindowClosed`.
pub fn tag(reply: &Reply, now: Timestamp) -> Result<Option<&'static str>, Undelivered> {
    const HOURS: u64 = 24;
    const HUMAN_HOURS: u64 = 7 * 24;
    let human = Attribute::find(&reply.attributes, "human-agent").and_then(pointsman_plugin::Value::as_flag) == Some(true);
    match sending::window(reply, HOURS, now) {
        Err(_) if human => sending::window(reply, HUMAN_HOURS, now).map(|()| Some("HUMAN_AGENT")),
        outcome => outcome.map(|()| None),
    }
}

/// Sends parts one after the other, and gives back their ids.
///
/// # Errors
/// As `send`; `Unknown` when a part went out and a later one did not: all of it again would be said twice.
pub fn in_parts(parts: &[Value], mut send: impl FnMut(&Value) -> Result<String, Undelivered>) -> Result<Vec<String>, Undelivered> {
    let mut sent = Vec::with_capacity(parts.len());
    for part in parts {
        match send(part) {
            Ok(id) => sent.push(id),
            Err(why) if sent.is_empty() => return Err(why),
            Err(why) => return Err(Undelivered::Unknown(format!("{} of {} parts went out: {}", sent.len(), parts.len(), words(why)))),
        }
    }
    Ok(sent)
}

fn words(why: Undelivered) -> String {
    match why {
        Undelivered::WindowClosed(why)
        | Undelivered::Later((_, why))
        | Undelivered::Unauthorised(why)
        | Undelivered::Never(why)
        | Undelivered::Unknown(why) => why,
        Undelivered::TooLong(max) => format!("longer than {max}"),
    }
}

impl Direct<'_> {
    /// Sends a text and files, each a message of its own, and gives back their ids. `recipient` is `{"id"}` or `{"comment_id"}`.
    ///
    /// # Errors
    /// As [`crate::undelivered`] and [`in_parts`].
    pub fn send(
        &self,
        recipient: &Value,
        text: &str,
        attachments: &[Attachment],
        tag: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<String>, Undelivered> {
        let parts = self.parts(text, attachments)?;
        let path = format!("/{}/messages", place(self.account)?);
        in_parts(&parts, |part| {
            let sort = if tag.is_some() { "MESSAGE_TAG" } else { "RESPONSE" };
            let body = json!({"recipient": recipient, "messaging_type": sort, "message": part});
            self.api.created(&path, &with(body, "tag", tag), now)
        })
    }

    /// Looks for the text among the latest messages to this person, after they spoke last. Files have no text to be found by.
    ///
    /// # Errors
    /// When the channel does not tell, or there are files.
    pub fn find(&self, reply: &Reply, customer: &str, now: Timestamp) -> Result<Option<String>, Undelivered> {
        if !reply.attachments.is_empty() {
            return Err(Undelivered::Never("files cannot be found again on the channel: a person has to look".to_owned()));
        }
        let fields = encoded("messages.limit(20){id,message,from,created_time}");
        let query = format!("platform={}&user_id={}&fields={fields}", self.platform, place(customer)?);
        let document = self.api.ask(&format!("/{}/conversations?{query}", place(self.account)?), now)?;
        let messages = list(&document, "data").iter().flat_map(|talk| list(talk, "/messages/data"));
        Ok(Ours::reply(reply, &reply.text, "me", now).not_by(customer).among(messages, "message"))
    }

    fn parts(&self, text: &str, attachments: &[Attachment]) -> Result<Vec<Value>, Undelivered> {
        if attachments.len() > FILES_MAX {
            return Err(Undelivered::Never(format!("more than {FILES_MAX} files")));
        }
        let mut parts = Vec::new();
        if !text.trim().is_empty() || attachments.is_empty() {
            let text = sending::words(text)?;
            sending::fits(text, self.limit.unit, self.limit.max)?;
            parts.push(json!({"text": text}));
        }
        for (file, url) in sending::files(attachments)? {
            let sort = file.media_type.split('/').next().filter(|sort| matches!(*sort, "image" | "video" | "audio")).unwrap_or("file");
            parts.push(json!({"attachment": {"type": sort, "payload": {"url": url}}}));
        }
        Ok(parts)
    }
}

const FILES_MAX: usize = 10;
