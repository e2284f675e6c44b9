//! What the operator says.

use lenient::text;
use pointsman_plugin::Problem;
use serde::Deserialize;
use serde_json::Value;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The API.
    pub base_url: Option<String>,
    /// The id of our own account: what it says is an echo, what names it is a mention.
    pub user_id: Option<String>,
    /// The name of our own account.
    pub username: Option<String>,
    /// What to fetch: `mentions`, `dm`, `search:QUERY`.
    pub poll: Option<Vec<String>>,
    /// How far the first poll looks back, in hours; X keeps a week of searches.
    pub lookback_hours: Option<u64>,
    /// Pages of one list in one poll.
    pub pages_max: Option<u32>,
    /// Whether requests carry the secret `user` (OAuth 2.0) instead of `account` (OAuth 1.0a).
    pub oauth2: bool,
    /// Whether our account may write long posts.
    pub long_posts: bool,
}

const BASE_URL: &str = "https://api.x.com";
const LOOKBACK_HOURS: u64 = 72;
const PAGES_MAX: u32 = 4;
const LISTS_MAX: usize = 8;

/// Who we are, for telling our own words from others'.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    pub(crate) id: Option<String>,
    /// In lower case.
    pub(crate) username: Option<String>,
    /// The subscribed account that a delivery is for: ours too.
    pub(crate) delivered_to: Option<String>,
}

impl Settings {
    /// The settings in their plain form, or everything that is wrong.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        match sending::base_url(self.base_url.as_deref(), BASE_URL) {
            Ok(url) => self.base_url = Some(url),
            Err(problem) => problems.push(problem),
        }
        self.username = self.username.map(|name| name.trim_start_matches('@').to_lowercase());
        if self.user_id.as_deref().is_some_and(|id| id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit())) {
            problems.push(Problem::new("/user_id", "`user_id` is no number.").remedy("`GET /2/users/me` tells it: it is not the name."));
        }
        let poll = self.poll.as_deref().unwrap_or_default();
        for (index, name) in poll.iter().enumerate() {
            let known =
                matches!(name.as_str(), "mentions" | "dm") || name.strip_prefix("search:").is_some_and(|query| !query.trim().is_empty());
            if !known {
                let problem = Problem::new(format!("/poll/{index}"), format!("`{name}` is nothing to poll."));
                problems.push(problem.remedy("Write `mentions`, `dm` or `search:QUERY`."));
            }
        }
        if poll.len() > LISTS_MAX {
            problems.push(Problem::new("/poll", format!("More than {LISTS_MAX} entries.")).remedy("Join searches with `OR`."));
        }
        if poll.iter().any(|name| name == "mentions") && self.user_id.is_none() {
            problems.push(Problem::new("/user_id", "`user_id` is missing.").remedy("Mentions are fetched for an account: write its id."));
        }
        if self.pages_max.is_some_and(|pages| !(1..=20).contains(&pages)) {
            problems.push(Problem::new("/pages_max", "`pages_max` is not between 1 and 20.").remedy("Leave it out for 4."));
        }
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }

    /// The address of this path and query.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.as_deref().unwrap_or(BASE_URL))
    }

    /// The secret that speaks for our account.
    pub(crate) fn credential(&self) -> &'static str {
        if self.oauth2 { "user" } else { "account" }
    }

    /// What to fetch: mentions and direct messages when it is known who we are.
    pub(crate) fn lists(&self) -> Vec<String> {
        let usual = if self.user_id.is_some() { vec!["mentions", "dm"] } else { vec!["dm"] };
        self.poll.clone().unwrap_or_else(|| usual.into_iter().map(str::to_owned).collect())
    }

    pub(crate) fn lookback_ms(&self) -> u64 {
        // Nothing is set at all, as when the plugin is called by hand: then everything found is given.
        if self.user_id.is_none() && self.poll.is_none() && self.lookback_hours.is_none() {
            return u64::MAX;
        }
        self.lookback_hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600_000)
    }

    pub(crate) fn pages_max(&self) -> u32 {
        self.pages_max.unwrap_or(PAGES_MAX)
    }

    pub(crate) fn own(&self) -> Own {
        Own { id: self.user_id.clone(), username: self.username.clone(), delivered_to: None }
    }
}

impl Own {
    /// The same for a delivery to this subscribed account.
    pub(crate) fn delivered_to(&self, account: Option<String>) -> Self {
        Self { delivered_to: account, ..self.clone() }
    }

    /// What facts name as their account.
    pub(crate) fn account(&self) -> Option<String> {
        self.delivered_to.clone().or_else(|| self.id.clone())
    }

    /// Whether this is our account.
    pub(crate) fn is_id(&self, id: &str) -> bool {
        self.id.as_deref() == Some(id) || self.delivered_to.as_deref() == Some(id)
    }

    /// Whether a user, or a mention of one, is ours.
    pub(crate) fn is(&self, user: &Value) -> bool {
        let id = lenient::id(user, "id_str").or_else(|| lenient::id(user, "id"));
        let name = text(user, "username").or_else(|| text(user, "screen_name")).map(str::to_lowercase);
        id.is_some_and(|id| self.is_id(&id)) || (name.is_some() && self.username == name)
    }
}
