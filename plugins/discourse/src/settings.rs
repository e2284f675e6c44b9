//! What the operator says: which forum, as whom we write, whose words are ours.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The forum, such as `https://forum.example`.
    pub base_url: Option<String>,
    /// As whom we read and write.
    pub username: Option<String>,
    /// Our own users, by name: what they say is an echo.
    pub staff: Vec<String>,
    /// Whether polls read private messages instead of the public posts; needs a key for all users.
    pub private_messages: bool,
    /// How far the first poll looks back.
    pub lookback_hours: Option<u64>,
}

/// What `plugin call` without settings asks: a name that never resolves.
const NOWHERE: &str = "https://forum.invalid";
const LOOKBACK_HOURS: u64 = 72;

impl Settings {
    /// The settings with all that is missing.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<Problem>> {
        // By hand everything is read, from nowhere.
        if self.base_url.is_none() {
            self.lookback_hours = Some(u64::MAX);
        }
        let url = sending::base_url(self.base_url.as_deref(), NOWHERE);
        self.base_url = Some(url.map_err(|problem| vec![problem.remedy("Write the forum's address, such as `https://forum.example`.")])?);
        Ok(self)
    }

    pub(crate) fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or(NOWHERE)
    }

    pub(crate) fn lookback_ms(&self) -> u64 {
        self.lookback_hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600_000)
    }

    /// Whether a user is one of ours.
    pub(crate) fn owns(&self, username: &str) -> bool {
        let own = self.username.iter().chain(&self.staff);
        own.into_iter().any(|own| own.eq_ignore_ascii_case(username))
    }
}
