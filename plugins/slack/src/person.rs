//! Who spoke or did something.

use lenient::{attribute, given, id, object, text};
use pointsman_plugin::Author;
use serde_json::Value;

/// A user by id alone.
pub(crate) fn by_id(id: &str) -> Author {
    Author {
        id: id.to_owned(),
        handle: None,
        display_name: None,
        profile_url: None,
        followers: None,
        verified: false,
        bot: false,
        attributes: Vec::new(),
    }
}

/// The author of a message: the user, or the bot when there is no user.
pub(crate) fn of_message(message: &Value) -> Option<Author> {
    let bot = id(message, "bot_id");
    let user = id(message, "user").or_else(|| id(message, "/user/id"));
    let mut author = by_id(user.as_ref().or(bot.as_ref())?);
    author.bot = bot.is_some();
    author.display_name = ["username", "/user_profile/display_name", "/user_profile/real_name", "/bot_profile/name"]
        .iter()
        .find_map(|place| text(message, place))
        .map(str::to_owned);
    author.handle = text(message, "/user_profile/name").map(str::to_owned);
    if let Some(team) = id(message, "user_team").or_else(|| id(message, "team")) {
        author.attributes.push(attribute("team", team));
    }
    Some(author)
}

/// The user of an interaction.
pub(crate) fn of_interaction(payload: &Value) -> Option<Author> {
    let user = object(payload, "user")?;
    let mut author = by_id(&id(user, "id")?);
    author.handle = text(user, "username").or_else(|| text(user, "name")).map(str::to_owned);
    author.display_name = text(user, "name").map(str::to_owned).or_else(|| author.handle.clone());
    if let Some(team) = id(user, "team_id") {
        author.attributes.push(attribute("team", team));
    }
    Some(author)
}

/// Whether a message was said by this app: its bot user, or the app itself.
pub(crate) fn is_own(message: &Value, delivery: &Value, own: &[String]) -> bool {
    let user = id(message, "user");
    let app = id(delivery, "api_app_id");
    let same_app = ["app_id", "/bot_profile/app_id"].iter().any(|place| app.is_some() && id(message, place) == app);
    given(message, "bot_id") && (same_app || user.as_ref().is_some_and(|user| own.contains(user)))
        || user.is_some_and(|user| own.first() == Some(&user))
}
