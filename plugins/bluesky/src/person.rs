//! Accounts: who spoke.

use lenient::{at, attribute, list, text};
use pointsman_plugin::Author;
use serde_json::Value;

/// The author that a profile describes.
pub(crate) fn author(profile: &Value) -> Option<Author> {
    let did = text(profile, "did")?;
    let handle = text(profile, "handle").filter(|handle| *handle != "handle.invalid").map(str::to_owned);
    let mut author = by_did(did);
    author.display_name = text(profile, "displayName").map(str::to_owned).or_else(|| handle.clone());
    author.handle = handle;
    author.followers = at(profile, "followersCount").and_then(Value::as_u64);
    author.verified = text(profile, "/verification/verifiedStatus") == Some("valid");
    author.bot = list(profile, "labels").iter().any(|label| text(label, "val") == Some("bot"));
    if let Some(created) = text(profile, "createdAt") {
        author.attributes.push(attribute("account-created-at", created));
    }
    // Who may write to them privately: `all`, `following`, `none`.
    if let Some(who) = text(profile, "/associated/chat/allowIncoming") {
        author.attributes.push(attribute("chat-from", who));
    }
    Some(author)
}

/// An author of whom only the DID is told, as in the stream.
pub(crate) fn by_did(did: &str) -> Author {
    Author {
        id: did.to_owned(),
        handle: None,
        display_name: None,
        profile_url: Some(format!("https://bsky.app/profile/{did}")),
        followers: None,
        verified: false,
        bot: false,
        attributes: Vec::new(),
    }
}
