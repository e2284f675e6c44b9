//! Google Play (`reviews.list`, `reviews.get`): a review is a list of comments, the person's and the developer's.

use lenient::{at, count, id, list, number, text, time};
use pointsman_plugin::Timestamp;
use serde_json::Value;

use crate::review::{Review, author, rating};

/// The review, when the object is one.
pub(crate) fn review(object: &Value, place: &str) -> Option<Review> {
    let comments = list(object, "comments");
    let said = comments.iter().find_map(|comment| at(comment, "userComment"))?;
    let answer = comments.iter().find_map(|comment| at(comment, "developerComment"));
    // A tab parts the title from the text.
    let words = text(said, "text").unwrap_or_default().trim();
    let (title, words) = words.split_once('\t').unwrap_or(("", words));
    let more = [("app-version", "appVersionName"), ("device", "device"), ("android-version", "androidOsVersion")];
    Some(Review {
        provider: "google-play",
        id: id(object, "reviewId")?,
        place: place.to_owned(),
        author: author(None, text(object, "authorName")),
        title: Some(title.trim().to_owned()).filter(|title| !title.is_empty()),
        text: words.trim().to_owned(),
        rating: number(said, "starRating").and_then(|stars| rating(stars, 5.0)),
        language: text(said, "reviewerLanguage").map(|language| language.replace('_', "-")),
        // When it was first written is not told.
        written_at: modified(said),
        likes: count(said, "thumbsUpCount"),
        answer: answer.and_then(|answer| Some((text(answer, "text")?.to_owned(), modified(answer)))),
        more: more.iter().filter_map(|(name, place)| Some((*name, id(said, place)?))).collect(),
        ..Review::default()
    })
}

fn modified(comment: &Value) -> Option<Timestamp> {
    let millis = count(comment, "/lastModified/nanos") / 1_000_000;
    Some(time(comment, "/lastModified/seconds")?.saturating_add(millis))
}
