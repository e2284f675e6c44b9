//! What the operator says.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The Web API.
    pub base_url: Option<String>,
    /// The app's bot user, `U…`: what it says is an echo, what names it is a mention. Most deliveries tell by themselves.
    pub bot_user_id: Option<String>,
    /// Where posts to everyone go: a channel's id.
    pub channel: Option<String>,
}

const BASE_URL: &str = "https://slack.com/api";

impl Settings {
    /// The settings in their plain form, or everything that is wrong.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<Problem>> {
        self.base_url = Some(sending::base_url(self.base_url.as_deref(), BASE_URL).map_err(|problem| vec![problem])?);
        Ok(self)
    }

    /// The address of a method.
    pub(crate) fn method(&self, name: &str) -> String {
        format!("{}/{name}", self.base_url.as_deref().unwrap_or(BASE_URL))
    }
}
