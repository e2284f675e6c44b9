//! Ids: a message's `chat:message`, a conversation's `chat` or `chat:topic`.

/// The id of a message, which counts within its chat.
pub(crate) fn message(chat: &str, message: &str) -> String {
    format!("{chat}:{message}")
}

/// The two halves of an id of this form.
pub(crate) fn halves(id: &str) -> (&str, Option<&str>) {
    match id.split_once(':') {
        Some((chat, rest)) => (chat, Some(rest).filter(|rest| !rest.is_empty())),
        None => (id, None),
    }
}
