//! What the operator says.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The Bot API, or a server of one's own.
    pub base_url: Option<String>,
    /// The bot's name, such as `shop_bot`: what names it in a group is a mention.
    pub username: Option<String>,
    /// Where posts to everyone go: a channel's `@name` or id.
    pub channel: Option<String>,
}

const BASE_URL: &str = "https://api.telegram.org";

impl Settings {
    /// The settings in their plain form, or everything that is wrong.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<Problem>> {
        self.base_url = Some(sending::base_url(self.base_url.as_deref(), BASE_URL).map_err(|problem| vec![problem])?);
        self.username = self.username.map(|name| name.trim_start_matches('@').to_lowercase());
        Ok(self)
    }

    /// The address of a method; the host puts the token in its place.
    pub(crate) fn method(&self, name: &str) -> String {
        format!("{}/bot{{token}}/{name}", self.base_url.as_deref().unwrap_or(BASE_URL))
    }
}
