//! Services that pass reviews on: as words for people, or as objects of a few usual names.

use lenient::{at, id, number, text, time};
use serde_json::Value;

use crate::review::{Review, author, rating};

/// A text such as AppFollow and Appbot send to chats: app, store, stars, title, words, author.
pub(crate) fn message(object: &Value) -> Option<Review> {
    let all = text(object, "text").filter(|all| all.contains('★'))?;
    let lines: Vec<&str> = all.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| line.contains('★'))?;
    let stars_line = lines.get(at).copied().unwrap_or_default();
    let stars = u32::try_from(stars_line.matches('★').count()).ok()?;
    let country = stars_line.trim_matches(['★', '☆', ' ', '-', '·']).to_owned();
    let rest: Vec<&str> = lines.iter().skip(at + 1).copied().collect();
    let (mut title, mut words, mut by, mut address) = (None, Vec::new(), None, None);
    for line in rest {
        let plain = line.trim_matches('*').trim();
        match line {
            "" => {}
            _ if line.starts_with("_by_") || line.to_lowercase().starts_with("by ") => by = signature(line),
            _ if line.starts_with('[') => address = line.split_once("](").and_then(|(_, rest)| rest.split(')').next()).map(str::to_owned),
            _ if title.is_none() && words.is_empty() && line.starts_with('*') && line.ends_with('*') => title = Some(plain.to_owned()),
            _ => words.push(line),
        }
    }
    let (name, version) = by.unwrap_or_default();
    let mut more: Vec<(&'static str, String)> = Vec::new();
    more.extend(lines.first().filter(|_| at > 0).map(|app| ("app", (*app).to_owned())));
    more.extend(lines.get(1).filter(|_| at > 1).map(|store| ("store", (*store).to_owned())));
    let told = [("territory", Some(country)), ("app-version", version), ("url", address)];
    more.extend(told.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?))));
    Some(Review {
        // Links differ from one delivery to the next; what was said does not.
        id: format!("fnv:{}", lenient::fingerprint(format!("{name:?}\0{stars}\0{title:?}\0{}", words.join("\n")).as_bytes())),
        author: author(None, name.as_deref()),
        title,
        text: words.join("\n"),
        rating: rating(f64::from(stars), 5.0),
        more,
        ..Review::default()
    })
}

/// `_by_ *Name* _for v1.2_`
fn signature(line: &str) -> Option<(Option<String>, Option<String>)> {
    let plain = line.replace(['_', '*'], "");
    let rest = plain.trim().strip_prefix("by").or_else(|| plain.trim().strip_prefix("By"))?.trim().to_owned();
    let (name, version) = match rest.rsplit_once(" for ") {
        Some((name, version)) => (name.trim().to_owned(), Some(version.trim().to_owned())),
        None => (rest, None),
    };
    Some((Some(name).filter(|name| !name.is_empty()), version))
}

/// An object of which an id and a rating are known, by the names that most services give them.
pub(crate) fn object(object: &Value, place: &str) -> Option<Review> {
    let first = |places: &[&str]| places.iter().find_map(|place| text(object, place));
    let given = ["rating", "stars", "starRating", "star_rating", "score", "review_score"].iter().find_map(|place| number(object, place))?;
    let max = number(object, "rating_max").or_else(|| number(object, "scale")).unwrap_or(if given > 5.0 { 10.0 } else { 5.0 });
    let name = ["review_id", "reviewId", "id", "uuid"].iter().find_map(|place| id(object, place))?;
    let people = [
        "/user/name",
        "/reviewer/name",
        "/reviewer/displayName",
        "/author/name",
        "/customer/name",
        "author",
        "author_name",
        "user_name",
        "username",
        "/user/username",
        "nickname",
        "reviewer",
    ];
    let person =
        ["/user/id", "/reviewer/id", "/author/id", "/reviewer/email", "/customer/email"].iter().find_map(|place| id(object, place));
    let times = ["created_at", "createdAt", "time_created", "published_date", "date", "created", "timestamp", "updated_at", "time"];
    let answer = ["reply", "response", "answer", "developer_response", "owner_response"].iter().find_map(|place| at(object, place));
    let words = answer.and_then(|answer| {
        answer.as_str().or_else(|| text(answer, "text")).or_else(|| text(answer, "body")).or_else(|| text(answer, "comment"))
    });
    let more = [
        ("url", "url"),
        ("store", "store"),
        ("app-version", "app_version"),
        ("territory", "country"),
        ("product", "product_title"),
        ("source", "source"),
    ];
    Some(Review {
        id: name,
        place: place.to_owned(),
        author: author(person.as_deref(), first(&people)),
        title: first(&["title", "headline", "review_title", "subject"]).map(str::to_owned),
        text: first(&["text", "body", "content", "comment", "review", "review_text", "message"]).unwrap_or_default().trim().to_owned(),
        rating: rating(given, max),
        language: first(&["language", "lang", "locale"]).map(|language| language.replace('_', "-")),
        written_at: times.iter().find_map(|place| time(object, place)),
        answer: words
            .filter(|words| !words.is_empty())
            .map(|words| (words.to_owned(), answer.and_then(|answer| time(answer, "created_at")))),
        more: more.iter().filter_map(|(name, place)| Some((*name, id(object, place)?))).collect(),
        ..Review::default()
    })
}
