//! Looking for a message on the channel: by the key that it carries.

use lenient::{at, list, text};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Timestamp, Undelivered};
use sending::attribute;
use serde_json::Value;

use crate::message::{halves, source_id};
use crate::mrkdwn::unescaped;
use crate::sender::{METADATA, Place, judged};
use crate::settings::Settings;

/// Pages of 100 messages that are looked through.
const PAGES_MAX: usize = 5;

/// Looks for it.
///
/// # Errors
/// As the channel says; what only one person sees leaves no trace.
pub(crate) fn find(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let look = Look { settings, now };
    let has_key = |message: &Value| {
        text(message, "/metadata/event_type") == Some(METADATA) && text(message, "/metadata/event_payload/key") == Some(key)
    };
    match outbound {
        Outbound::Reply(reply) => {
            let place = Place::of(reply)?;
            if place.only_for.is_some() {
                return Err(Undelivered::Never("what only one person sees leaves no trace: a person has to look".to_owned()));
            }
            look.through(place.channel, place.thread, reply.last_inbound_at, has_key)
        }
        Outbound::Post(post) => match attribute(&post.attributes, "channel").or(settings.channel.as_deref()) {
            Some(channel) => look.through(channel, None, None, has_key),
            None => Ok(None),
        },
        Outbound::Edit(edit) => {
            let (channel, Some(ts)) = halves(&edit.source_id) else { return Ok(None) };
            let is_it = |message: &Value| {
                text(message, "ts") == Some(ts) && text(message, "text").map(unescaped).as_deref() == Some(edit.text.trim())
            };
            look.through(channel, Some(ts), None, is_it)
        }
        Outbound::Template(_) | Outbound::Hide(_) => Ok(None),
    }
}

struct Look<'a> {
    settings: &'a Settings,
    now: Timestamp,
}

impl Look<'_> {
    /// Looks through a thread, or the newest messages of a channel.
    fn through(
        &self,
        channel: &str,
        thread: Option<&str>,
        since: Option<Timestamp>,
        is_it: impl Fn(&Value) -> bool,
    ) -> Result<Option<Delivered>, Undelivered> {
        let oldest = since.map(|at| format!("{}.000000", at / 1_000));
        let mut cursor = String::new();
        for _ in 0..PAGES_MAX {
            let mut pairs = vec![("channel", channel), ("limit", "100"), ("include_all_metadata", "true")];
            pairs.extend(thread.map(|ts| ("ts", ts)));
            pairs.extend(oldest.as_deref().map(|oldest| ("oldest", oldest)));
            pairs.extend((!cursor.is_empty()).then_some(("cursor", cursor.as_str())));
            let method = if thread.is_some() { "conversations.replies" } else { "conversations.history" };
            let url = self.settings.method(method) + &sending::query(&pairs);
            let page = judged(sending::exchange(&Request::get(url).credential("token"), false)?, false, self.now)?;
            if let Some(ts) = list(&page, "messages").iter().find(|message| is_it(message)).and_then(|message| text(message, "ts")) {
                return Ok(Some(Delivered::Sent(vec![source_id(channel, ts)])));
            }
            match at(&page, "/response_metadata/next_cursor").and_then(Value::as_str).filter(|next| !next.is_empty()) {
                Some(next) => next.clone_into(&mut cursor),
                None => return Ok(None),
            }
        }
        Err(Undelivered::Never(format!("it is not among {PAGES_MAX}00 messages: a person has to look")))
    }
}
