//! Accounts: who spoke.

use lenient::{at, attribute, flag, id, object, text};
use pointsman_plugin::Author;
use serde_json::Value;

/// The id of an object of the old API: the text, because the number exceeds 2^53; of version 2, where ids are texts.
pub(crate) fn own_id(object: &Value) -> Option<String> {
    id(object, "id_str").or_else(|| id(object, "id"))
}

/// The author that a user object describes, of either API.
pub(crate) fn author(user: &Value) -> Option<Author> {
    // The X Activity API wraps some users once more.
    let user = object(user, "data").unwrap_or(user);
    let handle = text(user, "username").or_else(|| text(user, "screen_name")).map(str::to_owned);
    let mut attributes = Vec::new();
    if let Some(created) = text(user, "created_at").or_else(|| text(user, "created_timestamp")) {
        attributes.push(attribute("account-created-at", created));
    }
    if is_protected(user) {
        attributes.push(attribute("protected", true));
    }
    if let Some(kind) = text(user, "verified_type").filter(|kind| *kind != "none") {
        attributes.push(attribute("verified-type", kind));
    }
    Some(Author {
        id: own_id(user)?,
        display_name: text(user, "name").map(str::to_owned).or_else(|| handle.clone()),
        profile_url: handle.as_ref().map(|handle| format!("https://x.com/{handle}")),
        handle,
        followers: at(user, "followers_count").or_else(|| at(user, "/public_metrics/followers_count")).and_then(Value::as_u64),
        // Since 2023 the mark is bought; only organisations and governments are vouched for.
        verified: match text(user, "verified_type") {
            Some(kind) => matches!(kind, "business" | "government"),
            None => flag(user, "verified"),
        },
        bot: false,
        attributes,
    })
}

/// Whether only followers read what they write.
pub(crate) fn is_protected(user: &Value) -> bool {
    flag(user, "protected")
}

/// An author of whom only the id is told.
pub(crate) fn by_id(id: String) -> Author {
    Author { id, handle: None, display_name: None, profile_url: None, followers: None, verified: false, bot: false, attributes: Vec::new() }
}
