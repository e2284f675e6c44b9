//! Settings of the connectors that poll and send.

use pointsman_plugin::settings::unknown;
use pointsman_plugin::{Problem, Timestamp};
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The API's address with its version, when it is not the usual one.
    pub base_url: Option<String>,
    /// The id of our own account: what it says is an echo, and it speaks when nothing else says who does.
    pub account_id: Option<String>,
    /// What to fetch.
    pub poll: Option<Vec<String>>,
    /// How far the first poll looks back, in hours.
    pub lookback_hours: Option<u64>,
    /// Pages fetched for one endpoint in one poll.
    pub pages_max: Option<u32>,
}

impl Settings {
    /// The API's address, given the usual one.
    ///
    /// # Errors
    /// Everything that is wrong with the settings; `known` are the names for `poll`.
    pub fn checked(&self, usual: &str, known: &[&str]) -> Result<String, Vec<Problem>> {
        let address = sending::base_url(self.base_url.as_deref(), usual);
        let mut problems: Vec<Problem> = address.as_ref().err().cloned().into_iter().collect();
        for (index, name) in self.poll.iter().flatten().enumerate() {
            if !known.contains(&name.as_str()) {
                problems.push(unknown(&format!("/poll/{index}"), "list to poll", name, known));
            }
        }
        if self.poll.is_some() && self.account_id.is_none() {
            let remedy = "Write the id of the account that is polled: without it our own words could not be told from others'.";
            problems.push(Problem::new("/account_id", "`account_id` is missing.").remedy(remedy));
        }
        if self.lookback_hours.is_some_and(|hours| hours > 24 * 366) {
            problems.push(Problem::new("/lookback_hours", "`lookback_hours` is more than a year.").remedy("Leave it out for 72."));
        }
        if self.pages_max.is_some_and(|pages| !(1..=20).contains(&pages)) {
            problems.push(Problem::new("/pages_max", "`pages_max` is not between 1 and 20.").remedy("Leave it out for 4."));
        }
        if self.account_id.as_deref().is_some_and(|id| id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            problems.push(Problem::new("/account_id", "`account_id` is no id.").remedy("Write the number that the channel shows."));
        }
        address.map_err(|_| problems.clone()).and_then(|address| if problems.is_empty() { Ok(address) } else { Err(problems) })
    }

    /// Our account in paths: `me` is the one that the token belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        self.account_id.as_deref().unwrap_or("me")
    }

    /// Whether this is our own account.
    #[must_use]
    pub fn is_own(&self, id: &str) -> bool {
        self.account_id.as_deref() == Some(id)
    }

    /// The time before which the first poll does not look. Without any settings, as when the plugin is called by hand, everything is new.
    #[must_use]
    pub fn floor(&self, now: Timestamp) -> Timestamp {
        let bare = self.base_url.is_none() && self.account_id.is_none() && self.lookback_hours.is_none() && self.poll.is_none();
        if bare { 0 } else { now.saturating_sub(self.lookback_hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600_000)) }
    }

    /// Pages for one endpoint in one poll.
    #[must_use]
    pub fn pages_max(&self) -> u32 {
        self.pages_max.unwrap_or(PAGES_MAX)
    }
}

const LOOKBACK_HOURS: u64 = 72;
const PAGES_MAX: u32 = 4;
