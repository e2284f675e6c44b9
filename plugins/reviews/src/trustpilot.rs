//! Trustpilot: events pushed, and reviews of the API.

use lenient::{at, count, flag, id, number, text, time};
use pointsman_plugin::{Fact, Note, Removal};
use serde_json::Value;

use crate::review::{Review, author, rating};

/// The facts that an event is; none when the object is none.
pub(crate) fn event(object: &Value, place: &str) -> Option<Vec<Fact>> {
    let (name, data) = (text(object, "eventName")?, at(object, "eventData")?);
    let review = || review(data, place);
    Some(match name {
        _ if name.ends_with("-deleted") => {
            let source_id = id(data, "id").or_else(|| id(data, "reviewId"))?;
            vec![
                Fact::removed(Removal { source_id: source_id.clone(), actor: None, occurred_at: time(data, "deletedAt") })
                    .dedup_key(format!("removed:{source_id}")),
            ]
        }
        _ if name.ends_with("-updated") => review()?.edited(),
        _ if name.ends_with("review-created") => review()?.said(),
        _ => vec![Fact::system(Note {
            source_id: id(data, "id"),
            occurred_at: time(data, "createdAt"),
            ..Note::new(name.chars().take(64).collect::<String>())
        })],
    })
}

/// The review, when the object is one.
pub(crate) fn review(object: &Value, place: &str) -> Option<Review> {
    let stars = number(object, "stars")?;
    let (written, changed) = (time(object, "createdAt"), time(object, "updatedAt"));
    let answer = ["companyReply", "reply"].iter().find_map(|place| at(object, place));
    let answer =
        answer.and_then(|answer| Some((text(answer, "text")?.to_owned(), time(answer, "updatedAt").or_else(|| time(answer, "createdAt")))));
    let more = [("url", "link"), ("order", "referenceId"), ("location", "locationId"), ("source", "source")];
    let mut more: Vec<(&'static str, String)> = more.iter().filter_map(|(name, place)| Some((*name, id(object, place)?))).collect();
    more.extend(flag(object, "isVerified").then(|| ("verified", "true".to_owned())));
    let name = text(object, "/consumer/displayName").or_else(|| text(object, "/consumer/name"));
    Some(Review {
        provider: "trustpilot",
        id: id(object, "id").or_else(|| id(object, "reviewId"))?,
        place: id(object, "/businessUnit/id").unwrap_or_else(|| place.to_owned()),
        author: author(text(object, "/consumer/id"), name),
        title: text(object, "title").map(str::to_owned),
        text: text(object, "text").or_else(|| text(object, "content")).unwrap_or_default().trim().to_owned(),
        rating: rating(stars, 5.0),
        language: text(object, "language").map(str::to_owned),
        written_at: written,
        changed_at: changed.filter(|changed| Some(*changed) != written),
        likes: count(object, "numberOfLikes"),
        answer,
        more,
    })
}
