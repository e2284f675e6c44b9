//! ActivityPub: what other servers push into our actor's inbox, as facts.
//!
//! The host has verified the HTTP signature, which proves the server whose key signed, and no more. What that server says in the name of
//! another one (relays, groups, forwarded replies) is not believed: it becomes a pointer, and `hydrate` fetches the object from its own
//! server. So is an object of which the activity tells the id only.

mod activity;
mod linked;
mod object;
mod person;
mod settings;
#[cfg(test)]
mod tests;

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{
    Attribute, Delivery, Fact, Failure, Feed, Page, Plugin, Pointer, Problem, Reception, Refusal, Response, Timestamp, Webhook, plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct ActivityPub {
    settings: Settings,
}

/// What an inbox answers: the activity was taken (ActivityPub §5.2 lets the server choose).
const ACCEPTED: u16 = 202;
const OBJECT: &str = "object:";
const TIMEOUT_MS: u32 = 10_000;
const ACCEPT: &str = "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

impl Plugin for ActivityPub {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        match settings.problems() {
            problems if problems.is_empty() => Ok(Self { settings }),
            problems => Err(problems),
        }
    }
}

impl Webhook for ActivityPub {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        let body = lenient::document(&delivery.body)?;
        let signer = ["signature", "signature-input"].iter().find_map(|name| delivery.header(name).and_then(linked::key_host));
        let told = activity::read(&body, signer.as_deref(), &self.settings);
        Ok(Reception { facts: told.facts, pointers: told.pointers, answer: Response::new(ACCEPTED) })
    }
}

impl Feed for ActivityPub {
    /// Nothing is polled: an inbox is pushed to.
    fn poll(&self, cursor: Option<&[u8]>, _now: Timestamp) -> Result<Page, Failure> {
        Ok(Page { cursor: cursor.unwrap_or_default().to_vec(), ..Page::default() })
    }

    fn hydrate(&self, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
        let Some(url) = pointer.id.strip_prefix(OBJECT).filter(|url| linked::host(url).is_some()) else {
            return Err(Failure::Never(format!("`{}` is no pointer of this connector", pointer.id)));
        };
        let request = Request { timeout_ms: Some(TIMEOUT_MS), ..Request::get(url).header("accept", ACCEPT) };
        let answer = http::send(&request)?;
        if matches!(answer.status, 404 | 410) {
            return Ok(vec![object::gone(url)]);
        }
        let answer = answer.checked(now)?;
        let document = lenient::document(&answer.body).map_err(|_| Failure::Never(format!("what is at {url} is no JSON")))?;
        let edited = Attribute::find(&pointer.attributes, "edited").and_then(|value| value.as_flag()).unwrap_or_default();
        // A server answers for its own objects only.
        match linked::id_of(&document) {
            Some(id) if linked::same_host(&id, url) => Ok(object::fact(&document, None, edited, &self.settings).into_iter().collect()),
            _ => Err(Failure::Never(format!("what is at {url} calls itself by another server's name"))),
        }
    }
}

/// What `hydrate` is to fetch.
pub(crate) fn pointer(id: &str, edited: bool) -> Pointer {
    let attributes = if edited { vec![Attribute::new("edited", true)] } else { Vec::new() };
    Pointer { id: format!("{OBJECT}{id}"), attributes }
}

plugin!(ActivityPub: webhook, feed);
