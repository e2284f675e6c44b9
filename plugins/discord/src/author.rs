//! Users and members of servers.

use lenient::{attribute, flag, id, list, object, text};
use pointsman_plugin::Author;
use serde_json::Value;

/// The author that a user object describes; `member` has the name that the server knows them by.
pub(crate) fn author(user: &Value, member: Option<&Value>) -> Option<Author> {
    let nick = member.and_then(|member| text(member, "nick"));
    let name = nick.or_else(|| text(user, "global_name")).or_else(|| text(user, "username"));
    let roles: Vec<String> =
        member.into_iter().flat_map(|member| list(member, "roles")).filter_map(lenient::as_id).take(ROLES_MAX).collect();
    let mut attributes = Vec::new();
    if !roles.is_empty() {
        attributes.push(attribute("roles", roles));
    }
    Some(Author {
        id: id(user, "id")?,
        handle: text(user, "username").map(str::to_owned),
        display_name: name.map(str::to_owned),
        bot: flag(user, "bot") || flag(user, "system"),
        attributes,
        ..Author::default()
    })
}

/// Who caused an interaction or a reaction: a member of a server, or a user elsewhere.
pub(crate) fn actor(body: &Value) -> Option<Author> {
    let member = object(body, "member");
    let user = member.and_then(|member| object(member, "user")).or_else(|| object(body, "user"));
    user.and_then(|user| author(user, member))
}

/// The time that is in every id of Discord's: milliseconds since 2015.
pub(crate) fn time_of(id: &str) -> Option<u64> {
    let number: u64 = id.parse().ok()?;
    (number >> 22).checked_add(1_420_070_400_000).filter(|_| number >> 22 > 0)
}

const ROLES_MAX: usize = 32;
