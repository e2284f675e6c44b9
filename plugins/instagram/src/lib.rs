//! Instagram: comments, live comments, mentions and direct messages; replies in public and in private, posts, and hiding.
//!
//! A mention is delivered as two ids without words: the host has it fetched, and the item is then edited. Story replies, story mentions and
//! shared reels are messages with attributes.

mod change;
mod document;
mod hydrate;
mod send;
#[cfg(test)]
mod tests;

use graph::{Api, Settings};
use pointsman_plugin::{
    Delivered, Delivery, Fact, Failure, Feed, Outbound, Page, Plugin, Pointer, Problem, Reception, Refusal, Sender, Timestamp, Undelivered,
    Webhook, plugin,
};

/// The connector, configured.
#[derive(Debug)]
pub struct Instagram {
    settings: Settings,
    api: Api,
}

impl Plugin for Instagram {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let address = settings.checked(BASE_URL, &LISTS.map(|(name, _)| name))?;
        Ok(Self { api: Api::new(&address), settings })
    }
}

impl Webhook for Instagram {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let facts = graph::read(&delivery.body, change::facts)?;
        let pointers = hydrate::pointers(&facts);
        Ok(Reception { pointers, ..Reception::of(facts) })
    }
}

impl Feed for Instagram {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        let endpoints = graph::lists(&self.settings, &LISTS, &POLLED);
        graph::poll(&self.api, &self.settings, &endpoints, cursor, now, &|document, name| document::facts(document, name, &self.settings))
    }

    fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
        hydrate::fetch(&self.api, &self.settings, pointer, now)
    }
}

impl Sender for Instagram {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.api, &self.settings, outbound, now).map(Delivered::Sent)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        let found = send::find(&self.api, &self.settings, outbound, now)?;
        Ok(found.map(|id| Delivered::Sent(vec![id])))
    }
}

plugin!(Instagram: webhook, feed, sender);

const BASE_URL: &str = "https://graph.instagram.com/v23.0";
const POLLED: [&str; 2] = ["media", "conversations"];
/// What can be polled, and what of it is asked for.
const LISTS: [(&str, &str); 3] = [
    (
        "media",
        "media?limit=25&fields=id,caption,media_type,media_url,permalink,timestamp,username,like_count,comments_count,\
         comments.limit(50){id,text,timestamp,username,from,like_count,parent_id,hidden,\
         replies{id,text,timestamp,username,from,like_count}}",
    ),
    ("tags", "tags?limit=25&fields=id,caption,media_type,media_url,permalink,timestamp,username,like_count,comments_count"),
    (
        "conversations",
        "conversations?limit=20&platform=instagram&fields=id,updated_time,\
         messages.limit(20){id,message,from,to,created_time,attachments}",
    ),
];
