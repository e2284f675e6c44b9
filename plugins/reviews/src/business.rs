//! Google Business Profile: reviews of places, and Pub/Sub's word that there is one.

use base64::Engine as _;
use lenient::{at, flag, id, number, text, time};
use pointsman_plugin::{Author, Pointer};
use serde_json::Value;

use crate::review::{Review, author, rating};

/// The review, when the object is one.
pub(crate) fn review(object: &Value) -> Option<Review> {
    let name = text(object, "name").filter(|name| name.contains("/reviews/"));
    let short = id(object, "reviewId").or_else(|| Some(name?.rsplit('/').next()?.to_owned()))?;
    let stars = match text(object, "starRating")? {
        "ONE" => Some(1.0),
        "TWO" => Some(2.0),
        "THREE" => Some(3.0),
        "FOUR" => Some(4.0),
        "FIVE" => Some(5.0),
        _ => number(object, "starRating"),
    };
    let (written, changed) = (time(object, "createTime"), time(object, "updateTime"));
    let answer = at(object, "reviewReply").and_then(|answer| Some((text(answer, "comment")?.to_owned(), time(answer, "updateTime"))));
    let person = (!flag(object, "/reviewer/isAnonymous")).then(|| person(object)).flatten();
    Some(Review {
        provider: "google-business",
        id: short,
        // The place's own name, which is all that an answer needs.
        place: name.and_then(|name| name.split_once("/reviews/")).map(|(place, _)| place.to_owned()).unwrap_or_default(),
        author: person,
        text: text(object, "comment").map(original).unwrap_or_default(),
        rating: stars.and_then(|stars| rating(stars, 5.0)),
        written_at: written,
        changed_at: changed.filter(|changed| Some(*changed) != written),
        answer,
        ..Review::default()
    })
}

fn person(object: &Value) -> Option<Author> {
    author(None, text(object, "/reviewer/displayName"))
}

/// Google puts its translation before or after the words, with a mark between them.
fn original(comment: &str) -> String {
    let after = comment.split_once("(Original)").map(|(_, words)| words);
    let before = || comment.split_once("(Translated by Google)").map(|(words, _)| words).filter(|words| !words.trim().is_empty());
    after.or_else(before).unwrap_or(comment).trim().to_owned()
}

/// The review that a push of Pub/Sub speaks of: the push tells its name only.
pub(crate) fn pointers(document: &Value) -> Vec<Pointer> {
    let named = told(document).and_then(|told| id(&told, "review").or_else(|| id(&told, "reviewName")));
    let named = named.filter(|name| is_name(name));
    named.map(|name| Pointer { id: format!("{BUSINESS}{name}"), attributes: Vec::new() }).into_iter().collect()
}

/// What a push of Pub/Sub carries.
pub(crate) fn told(document: &Value) -> Option<Value> {
    let data = text(document, "/message/data")?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(data).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// `accounts/…/locations/…/reviews/…`, as it can stand in an address.
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with("accounts/")
        && name.len() <= 400
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_'))
        && !name.contains("//")
}

pub(crate) const BUSINESS: &str = "google-business:";
