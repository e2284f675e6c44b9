//! Accounts: who spoke, reacted or followed.

use pointsman_plugin::Author;
use serde_json::Value;

use lenient::{attribute, flag, id, text};

/// The author that an account object describes; none when it has no id.
pub(crate) fn author(account: &Value) -> Option<Author> {
    let id = id(account, "id")?;
    let handle = text(account, "acct").or_else(|| text(account, "username"));
    let mut attributes = Vec::new();
    if let Some(created) = text(account, "created_at") {
        attributes.push(attribute("account-created-at", created));
    }
    if flag(account, "locked") {
        attributes.push(attribute("locked", true));
    }
    Some(Author {
        id,
        handle: handle.map(str::to_owned),
        display_name: text(account, "display_name")
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .or(text(account, "username"))
            .or(handle)
            .map(str::to_owned),
        profile_url: text(account, "url").or_else(|| text(account, "uri")).map(str::to_owned),
        followers: account.get("followers_count").and_then(Value::as_u64),
        // A link that the instance has checked vouches for a page, not for a person.
        verified: false,
        bot: flag(account, "bot"),
        attributes,
    })
}
