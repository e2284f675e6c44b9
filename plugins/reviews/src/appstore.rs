//! The App Store: App Store Connect (`customerReviews`), and the public feed of a country's newest reviews.

use lenient::{at, id, list, number, text, time};
use serde_json::Value;

use crate::review::{Review, author, rating};

/// A review of App Store Connect, when the object is one. Answers stand beside the reviews, under `included`.
pub(crate) fn review(object: &Value, document: &Value, place: &str) -> Option<Review> {
    let told = at(object, "attributes").filter(|_| text(object, "type") == Some("customerReviews"))?;
    let response = id(object, "/relationships/response/data/id");
    let answer = list(document, "included").iter().find(|answer| response.is_some() && id(answer, "id") == response);
    let answer = answer
        .and_then(|answer| Some((text(answer, "/attributes/responseBody")?.to_owned(), time(answer, "/attributes/lastModifiedDate"))));
    Some(Review {
        provider: "app-store",
        id: id(object, "id")?,
        place: place.to_owned(),
        author: author(None, text(told, "reviewerNickname")),
        title: text(told, "title").map(str::to_owned),
        text: text(told, "body").unwrap_or_default().trim().to_owned(),
        rating: number(told, "rating").and_then(|stars| rating(stars, 5.0)),
        written_at: time(told, "createdDate"),
        answer,
        more: text(told, "territory").map(|territory| ("territory", territory.to_owned())).into_iter().collect(),
        ..Review::default()
    })
}

/// An entry of the public feed, when the object is one. Every value stands under `label`; the first entry may be the app itself.
pub(crate) fn entry(object: &Value, place: &str) -> Option<Review> {
    let label = |name: &str| text(object, &format!("/{name}/label"));
    let stars = number(object, "/im:rating/label")?;
    Some(Review {
        provider: "app-store",
        id: id(object, "/id/label")?,
        place: place.to_owned(),
        author: author(text(object, "/author/uri/label"), text(object, "/author/name/label")),
        title: label("title").map(str::to_owned),
        text: label("content").unwrap_or_default().trim().to_owned(),
        rating: rating(stars, 5.0),
        written_at: time(object, "/updated/label"),
        more: label("im:version").map(|version| ("app-version", version.to_owned())).into_iter().collect(),
        ..Review::default()
    })
}
