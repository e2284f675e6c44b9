//! Looking for what may have been sent: among our own newest posts, or in the conversation.

use lenient::{id, list, text};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Reply, Timestamp, Undelivered};
use serde_json::Value;

use crate::sender::{Direct, judged, message, post};
use crate::settings::Settings;

/// Looks for it.
///
/// # Errors
/// As the channel says; without `user_id` it is not known where to look.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let look = Look { settings, now };
    match outbound {
        Outbound::Reply(reply) => match Direct::of(reply) {
            Some(direct) => look.messages(&direct, reply),
            None => {
                let answered = reply.in_reply_to.as_deref().unwrap_or(&reply.conversation);
                look.posts(&post(settings, &reply.text, &reply.attachments)?, Some(("replied_to", answered)))
            }
        },
        Outbound::Post(broadcast) => look.posts(&post(settings, &broadcast.text, &broadcast.attachments)?, None),
        Outbound::Edit(edit) => look.posts(&post(settings, &edit.text, &[])?, None),
        // Hiding what is hidden does no harm.
        Outbound::Hide(_) | Outbound::Template(_) => Ok(None),
    }
}

struct Look<'a> {
    settings: &'a Settings,
    now: Timestamp,
}

impl Look<'_> {
    fn own_id(&self) -> Result<&str, Undelivered> {
        let missing = || Undelivered::Never("without `user_id` in the settings a person has to look whether it arrived".to_owned());
        self.settings.user_id.as_deref().ok_or_else(missing)
    }

    /// Looks through our newest hundred posts.
    fn posts(&self, said: &str, refers: Option<(&str, &str)>) -> Result<Option<Delivered>, Undelivered> {
        let path = format!("/2/users/{}/tweets?max_results=100&tweet.fields=referenced_tweets,entities,note_tweet", self.own_id()?);
        let page = self.get(&path)?;
        let is_it = |one: &&Value| {
            let shown = text(one, "/note_tweet/text").or_else(|| text(one, "text")).unwrap_or_default();
            let refers = refers.is_none_or(|(how, to)| {
                list(one, "referenced_tweets").iter().any(|other| text(other, "type") == Some(how) && text(other, "id") == Some(to))
            });
            refers && bare(&markup::unescape(shown)) == bare(said)
        };
        Ok(list(&page, "data").iter().find(is_it).and_then(|one| id(one, "id")).map(|id| Delivered::Sent(vec![id])))
    }

    /// Looks through the newest hundred messages of the conversation.
    fn messages(&self, direct: &Direct<'_>, reply: &Reply) -> Result<Option<Delivered>, Undelivered> {
        let own = self.own_id()?;
        let said = message(&reply.text, &reply.attachments)?;
        let path =
            format!("{}/dm_events?max_results=100&event_types=MessageCreate&dm_event.fields=sender_id,created_at,text", direct.path());
        let page = self.get(&path)?;
        let is_it = |one: &&Value| {
            let since = reply.last_inbound_at.is_none_or(|since| lenient::time(one, "created_at").is_none_or(|at| at >= since));
            let shown = markup::unescape(text(one, "text").unwrap_or_default());
            since && text(one, "sender_id") == Some(own) && bare(&shown) == bare(&said)
        };
        Ok(list(&page, "data").iter().find(is_it).and_then(|one| id(one, "id")).map(|id| Delivered::Sent(vec![id])))
    }

    fn get(&self, path: &str) -> Result<Value, Undelivered> {
        let request = Request::get(self.settings.url(path)).credential(self.settings.credential());
        judged(sending::exchange(&request, false)?, false, self.now)
    }
}

/// The text without its addresses, which X replaces, and without the names that it puts before a reply.
fn bare(said: &str) -> String {
    let mut words = said.split_whitespace().skip_while(|word| word.starts_with('@'));
    let words: Vec<&str> = words.by_ref().filter(|word| !word.contains("://") && !word.starts_with("t.co/")).collect();
    words.join(" ")
}
