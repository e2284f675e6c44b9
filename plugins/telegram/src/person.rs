//! Who spoke: users, and chats that speak as such.

use lenient::{attribute, flag, id, object, text};
use pointsman_plugin::Author;
use serde_json::Value;

/// The author that a user object describes.
pub(crate) fn user(user: &Value) -> Option<Author> {
    let handle = text(user, "username").map(str::to_owned);
    let names: Vec<&str> = ["first_name", "last_name"].iter().filter_map(|field| text(user, field)).map(str::trim).collect();
    let name = names.join(" ");
    Some(Author {
        id: id(user, "id")?,
        display_name: Some(name).filter(|name| !name.is_empty()).or_else(|| handle.clone()),
        profile_url: handle.as_ref().map(|handle| format!("https://t.me/{handle}")),
        handle,
        followers: None,
        verified: false,
        bot: flag(user, "is_bot"),
        // The language of their app, not of what they say.
        attributes: text(user, "language_code").map(|code| attribute("app-language", code)).into_iter().collect(),
    })
}

/// The author that a chat is: a channel, or a group whose administrators speak in its name.
pub(crate) fn chat(chat: &Value) -> Option<Author> {
    let author = user(chat)?;
    Some(Author { display_name: text(chat, "title").map(str::to_owned).or(author.display_name), ..author })
}

/// Who an update speaks of: the chat in whose name it happened goes before the stand-in user that old clients are shown.
pub(crate) fn actor(what: &Value) -> Option<Author> {
    let behind = ["sender_chat", "actor_chat", "voter_chat"].iter().find_map(|field| object(what, field)).and_then(chat);
    behind.or_else(|| ["from", "user"].iter().find_map(|field| object(what, field)).and_then(user))
}
