//! Actors: who spoke.

use pointsman_plugin::Author;
use serde_json::Value;

use crate::linked;

/// Types of actors (Activity Vocabulary §3.2).
pub(crate) const TYPES: [&str; 5] = ["Person", "Organization", "Group", "Service", "Application"];

/// The author that an id or an actor object stands for; none without an id. Mostly it is only an id: the rest is at its server.
pub(crate) fn author(value: &Value) -> Option<Author> {
    let id = linked::id_of(value)?;
    let text = |name: &str| lenient::text(value, name).map(str::to_owned);
    let handle = text("preferredUsername").map(|name| match linked::host(&id) {
        Some(host) => format!("{name}@{host}"),
        None => name,
    });
    Some(Author {
        display_name: text("name").or_else(|| text("preferredUsername")),
        profile_url: text("url").or_else(|| linked::host(&id).is_some().then(|| id.clone())),
        bot: matches!(linked::kind(value), Some("Service" | "Application")),
        handle,
        id,
        ..Author::default()
    })
}

/// Who did it: `attributedTo` of the object (which may name a group beside the person), else the activity's actor.
pub(crate) fn of(object: &Value, actor: Option<&Value>) -> Option<Author> {
    let named = linked::several(object, "attributedTo");
    let person = named.iter().find(|value| linked::kind(value) == Some("Person")).or_else(|| named.first()).copied();
    let actors = || linked::several(object, "actor").into_iter().next();
    let found = person.and_then(author).or_else(|| actor.and_then(author)).or_else(|| actors().and_then(author))?;
    // The activity may bring the whole actor where the object has only the id.
    Some(actor.and_then(author).filter(|whole| whole.id == found.id && whole.display_name.is_some()).unwrap_or(found))
}
