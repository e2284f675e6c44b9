//! The company's answer to a review, of which every provider allows one; another one replaces it.

use lenient::{at, list, text};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Reply, Timestamp, Undelivered};
use sending::Unit;
use serde_json::{Value, json};

use crate::business;
use crate::review::reply_id;
use crate::settings::{BUSINESS, PLAY, Settings, TRUSTPILOT, is_plain};

/// Sends it.
///
/// # Errors
/// As the provider says.
pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let (target, words) = match outbound {
        Outbound::Reply(reply) => (Target::answered(reply)?, sending::with_links(&reply.text, &reply.attachments)?),
        Outbound::Edit(edit) => (Target::named(&edit.source_id)?, sending::words(&edit.text)?.to_owned()),
        Outbound::Post(_) => return never("nothing but answers can be said to reviews"),
        Outbound::Template(_) => return never("reviews know no templates"),
        Outbound::Hide(_) => return never("a review can only be reported, by a person, at its provider"),
    };
    sending::fits(&words, target.unit(), target.units_max())?;
    sending::send(&target.request(settings, &words), now)?;
    Ok(Delivered::Sent(vec![target.id()]))
}

/// Looks whether the review has that answer.
///
/// # Errors
/// As the provider says.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let (target, words) = match outbound {
        Outbound::Reply(reply) => (Target::answered(reply)?, sending::with_links(&reply.text, &reply.attachments)?),
        Outbound::Edit(edit) => (Target::named(&edit.source_id)?, sending::words(&edit.text)?.to_owned()),
        _ => return never("nothing of the kind can have been sent"),
    };
    let answer =
        sending::ask(&Request::get(target.review_url(settings)).header("accept", "application/json").credential(target.credential()), now)?;
    let review: Value =
        serde_json::from_slice(&answer.body).map_err(|why| Undelivered::Later((None, format!("the answer is no JSON: {why}"))))?;
    let comments = || list(&review, "comments").iter().find_map(|comment| text(at(comment, "developerComment")?, "text"));
    let given = text(&review, "/reviewReply/comment").or_else(|| text(&review, "/companyReply/text")).or_else(comments);
    Ok((given.map(str::trim) == Some(words.as_str())).then(|| Delivered::Sent(vec![target.id()])))
}

/// The review that is answered.
struct Target {
    provider: Provider,
    place: String,
    review: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Provider {
    Play,
    Business,
    Trustpilot,
}

impl Target {
    fn answered(reply: &Reply) -> Result<Self, Undelivered> {
        if reply.private {
            return never("reviews are answered where everybody reads");
        }
        let provider = sending::attribute(&reply.attributes, "provider").unwrap_or_default();
        let place = sending::attribute(&reply.attributes, "place").unwrap_or_default();
        Self::new(provider, place, reply.in_reply_to.as_deref().unwrap_or(&reply.conversation))
    }

    fn named(id: &str) -> Result<Self, Undelivered> {
        match id.split('|').collect::<Vec<_>>().as_slice() {
            [provider, place, review, "reply"] => Self::new(provider, place, review),
            _ => never("that is no answer to a review"),
        }
    }

    fn new(provider: &str, place: &str, review: &str) -> Result<Self, Undelivered> {
        let known = match provider {
            "google-play" => Provider::Play,
            "google-business" => Provider::Business,
            "trustpilot" => Provider::Trustpilot,
            "app-store" => return never("answers in the App Store are given in App Store Connect"),
            _ => return never("it is not known whose review that is"),
        };
        let right = match known {
            Provider::Play => is_plain(place) && is_review(review),
            Provider::Business => business::is_name(place) && is_review(review),
            Provider::Trustpilot => is_plain(review),
        };
        if right {
            Ok(Self { provider: known, place: place.to_owned(), review: review.to_owned() })
        } else {
            never("it is not known what was reviewed")
        }
    }

    fn id(&self) -> String {
        reply_id(self.name(), &self.place, &self.review)
    }

    fn name(&self) -> &'static str {
        match self.provider {
            Provider::Play => "google-play",
            Provider::Business => "google-business",
            Provider::Trustpilot => "trustpilot",
        }
    }

    fn credential(&self) -> &'static str {
        if self.provider == Provider::Trustpilot { "trustpilot" } else { "google" }
    }

    fn unit(&self) -> Unit {
        if self.provider == Provider::Business { Unit::Bytes } else { Unit::Chars }
    }

    fn units_max(&self) -> u32 {
        match self.provider {
            Provider::Play => 350,
            Provider::Business | Provider::Trustpilot => 4_096,
        }
    }

    fn review_url(&self, settings: &Settings) -> String {
        let review = sending::encoded(&self.review);
        match self.provider {
            Provider::Play => format!("{}/androidpublisher/v3/applications/{}/reviews/{review}", settings.base_url(PLAY), self.place),
            Provider::Business => format!("{}/v4/{}/reviews/{review}", settings.base_url(BUSINESS), self.place),
            Provider::Trustpilot => format!("{}/v1/private/reviews/{review}", settings.base_url(TRUSTPILOT)),
        }
    }

    fn request(&self, settings: &Settings, words: &str) -> Request {
        let url = self.review_url(settings);
        let request = match self.provider {
            Provider::Play => Request::post_json(format!("{url}:reply"), json!({"replyText": words}).to_string()),
            Provider::Business => {
                Request { method: "PUT".to_owned(), ..Request::post_json(format!("{url}/reply"), json!({"comment": words}).to_string()) }
            }
            Provider::Trustpilot => Request::post_json(format!("{url}/reply"), json!({"message": words}).to_string()),
        };
        request.header("accept", "application/json").credential(self.credential())
    }
}

/// Google's ids hold more than words do.
fn is_review(id: &str) -> bool {
    (1..=400).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'|')
}

fn never<T>(why: &str) -> Result<T, Undelivered> {
    Err(Undelivered::Never(why.to_owned()))
}
