//! Facebook pages: posts, comments, reviews, mentions, reactions, leads and Messenger; replies in public, in private, and hiding.
//!
//! One delivery mixes pages and fields, and Facebook names the same id as a text here and as a number there. The text of a mention or a
//! lead is not in the delivery: the host has it fetched, and the item is then edited.

mod change;
mod document;
mod feed;
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
pub struct Facebook {
    settings: Settings,
    api: Api,
}

impl Plugin for Facebook {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let address = settings.checked(BASE_URL, &LISTS.map(|(name, _)| name))?;
        Ok(Self { api: Api::new(&address), settings })
    }
}

impl Webhook for Facebook {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let facts = graph::read(&delivery.body, change::facts)?;
        let pointers = hydrate::pointers(&facts);
        Ok(Reception { pointers, ..Reception::of(facts) })
    }
}

impl Feed for Facebook {
    fn poll(&self, cursor: Option<&[u8]>, now: Timestamp) -> Result<Page, Failure> {
        let endpoints = graph::lists(&self.settings, &LISTS, &POLLED);
        graph::poll(&self.api, &self.settings, &endpoints, cursor, now, &|document, name| document::facts(document, name, &self.settings))
    }

    fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
        hydrate::fetch(&self.api, &self.settings, pointer, now)
    }
}

impl Sender for Facebook {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.api, &self.settings, outbound, now).map(Delivered::Sent)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        let found = send::find(&self.api, &self.settings, outbound, now)?;
        Ok(found.map(|id| Delivered::Sent(vec![id])))
    }
}

plugin!(Facebook: webhook, feed, sender);

const BASE_URL: &str = "https://graph.facebook.com/v23.0";
const POLLED: [&str; 2] = ["feed", "conversations"];
/// What can be polled, and what of it is asked for.
const LISTS: [(&str, &str); 4] = [
    (
        "feed",
        "feed?limit=25&fields=id,message,story,from,created_time,permalink_url,status_type,shares,attachments{media},\
         reactions.limit(0).summary(true),comments.filter(stream).order(reverse_chronological).limit(50)\
         {id,message,from,created_time,parent{id},attachment,permalink_url,like_count,comment_count}",
    ),
    ("tagged", "tagged?limit=25&fields=id,message,from,created_time,permalink_url,status_type"),
    ("ratings", "ratings?limit=25&fields=open_graph_story{id},created_time,reviewer{id,name},rating,review_text,recommendation_type"),
    (
        "conversations",
        "conversations?limit=20&platform=messenger&fields=id,updated_time,\
         messages.limit(20){id,message,from,to,created_time,sticker,attachments{id,mime_type,name,size,image_data,video_data,file_url}}",
    ),
];
