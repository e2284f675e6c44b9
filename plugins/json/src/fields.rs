//! From texts to the vocabulary's types.

use pointsman_plugin::{Direction, Kind, Progress, Visibility};

/// The events that a connector can tell.
pub(crate) const EVENTS: [&str; 7] = ["said", "edited", "removed", "reacted", "receipt", "system", "unsupported"];
/// The kinds of what was said.
pub(crate) const KINDS: [&str; 8] = ["message", "comment", "post", "mention", "review", "lead", "call", "other"];
/// Who can read it.
pub(crate) const VISIBILITIES: [&str; 4] = ["public", "restricted", "private", "internal"];
/// Which way it went.
pub(crate) const DIRECTIONS: [&str; 2] = ["inbound", "echo"];
/// How far something has come.
pub(crate) const PROGRESSES: [&str; 4] = ["sent", "delivered", "read", "failed"];

/// The kind of this name; what nobody knows is `other`.
pub(crate) fn kind(name: &str) -> Kind {
    match name {
        "message" => Kind::Message,
        "comment" => Kind::Comment,
        "post" => Kind::Post,
        "mention" => Kind::Mention,
        "review" => Kind::Review,
        "lead" => Kind::Lead,
        "call" => Kind::Call,
        _ => Kind::Other,
    }
}

/// The visibility of this name; what nobody knows is `private`, so that nothing is answered in public by mistake.
pub(crate) fn visibility(name: &str) -> Visibility {
    match name {
        "public" => Visibility::Public,
        "restricted" => Visibility::Restricted,
        "internal" => Visibility::Internal,
        _ => Visibility::Private,
    }
}

/// The direction of this name; what nobody knows is `inbound`, so that nothing is overlooked.
pub(crate) fn direction(name: &str) -> Direction {
    match name {
        "echo" => Direction::Echo,
        _ => Direction::Inbound,
    }
}

/// The progress of this name.
pub(crate) fn progress(name: &str) -> Option<Progress> {
    Some(match name {
        "sent" => Progress::Sent,
        "delivered" => Progress::Delivered,
        "read" => Progress::Read,
        "failed" => Progress::Failed,
        _ => return None,
    })
}

/// Yes or no, as channels write it.
pub(crate) fn flag(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "on")
}
