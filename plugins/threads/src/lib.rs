//! Threads: replies to our posts, mentions, and our own posts; answers, posts, and hiding.
//!
//! Deliveries have an envelope of their own (`values`), with one object or a list. There are no private messages.

mod document;
mod send;
#[cfg(test)]
mod tests;

use graph::{Api, Endpoint, Settings, encoded};
use lenient::{id, list};
use pointsman_plugin::{
    Delivered, Delivery, Fact, Failure, Feed, Outbound, Page, Plugin, Pointer, Problem, Reception, Refusal, Sender, Timestamp, Undelivered,
    Webhook, plugin,
};

/// The connector, configured.
#[derive(Debug)]
pub struct Threads {
    settings: Settings,
    api: Api,
}

impl Plugin for Threads {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let address = settings.checked(BASE_URL, &LISTS)?;
        Ok(Self { api: Api::new(&address), settings })
    }
}

impl Webhook for Threads {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let facts = document::delivered(&lenient::document(&delivery.body)?, &self.settings);
        Ok(Reception::of(graph::bounded(facts)?))
    }
}

impl Feed for Threads {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        let endpoints = self.endpoints(now)?;
        graph::poll(&self.api, &self.settings, &endpoints, cursor, now, &|document, name| document::listed(document, name, &self.settings))
    }

    fn hydrate(&self, pointer: &Pointer, _now: Timestamp) -> Result<Vec<Fact>, Failure> {
        Err(Failure::Never(format!("`{}` is no pointer of this connector", pointer.id)))
    }
}

impl Threads {
    /// Our own posts, the mentions, and the conversation below each of our latest posts that was answered.
    fn endpoints(&self, now: Timestamp) -> Result<Vec<Endpoint>, Failure> {
        let wanted = |name: &str| self.settings.poll.as_ref().is_none_or(|names| names.iter().any(|one| one == name));
        let account = self.settings.account();
        let mut endpoints = Vec::new();
        let endpoint = |name: &str, path: String| Endpoint { name: name.to_owned(), path: encoded(&path) };
        if wanted("posts") {
            endpoints.push(endpoint("posts", format!("/{account}/threads?limit=25&fields={FIELDS}")));
        }
        if wanted("mentions") {
            endpoints.push(endpoint("mentions", format!("/{account}/mentions?limit=25&fields={FIELDS}")));
        }
        if wanted("replies") {
            let latest = self.api.get(&format!("/{account}/threads?limit={ANSWERED_MAX}&fields=id,has_replies"), now)?.document;
            let answered = list(&latest, "data").iter().filter(|post| lenient::flag(post, "has_replies")).filter_map(|post| id(post, "id"));
            let answered = answered.filter(|id| graph::place(id).is_ok()).take(ANSWERED_MAX);
            endpoints.extend(answered.map(|id| {
                let path = format!("/{id}/conversation?limit=50&reverse=true&fields={FIELDS}");
                endpoint(&format!("replies:{id}"), path)
            }));
        }
        Ok(endpoints)
    }
}

impl Sender for Threads {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.api, &self.settings, outbound, now).map(|id| Delivered::Sent(vec![id]))
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        let found = send::find(&self.api, &self.settings, outbound, now)?;
        Ok(found.map(|id| Delivered::Sent(vec![id])))
    }
}

plugin!(Threads: webhook, feed, sender);

const BASE_URL: &str = "https://graph.threads.net/v1.0";
const LISTS: [&str; 3] = ["posts", "mentions", "replies"];
const FIELDS: &str = "id,text,timestamp,username,permalink,media_type,media_url,alt_text,shortcode,is_quote_post,quoted_post,has_replies,\
                      root_post,replied_to,is_reply,is_reply_owned_by_me,hide_status,link_attachment_url,poll_attachment";
/// How many of our latest posts are looked at for answers.
const ANSWERED_MAX: usize = 20;
