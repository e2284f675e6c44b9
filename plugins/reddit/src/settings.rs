//! What the operator says: what to fetch, who we are.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the API is.
    pub base_url: Option<String>,
    /// What to fetch: `inbox`, `mentions`, `messages`, `modmail`, `new:SUBREDDIT`, `comments:SUBREDDIT`, `post:ID`, `search:WORDS`.
    pub poll: Option<Vec<String>>,
    /// Our own account: what it says is an echo.
    pub username: Option<String>,
    /// What Reddit is told about the program that asks; it wants the account's name in it.
    pub user_agent: Option<String>,
    /// How far the first poll looks back, in hours.
    pub lookback_hours: Option<u64>,
    /// Pages fetched for one list in one poll.
    pub pages_max: Option<u32>,
}

const BASE_URL: &str = "https://oauth.reddit.com";
/// What `plugin call` without settings asks: a name that never resolves.
const NOWHERE: &str = "https://reddit.invalid";
const LOOKBACK_HOURS: u64 = 72;
const PAGES_MAX: u32 = 4;
const LISTS_MAX: usize = 16;

impl Settings {
    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.base_url.as_deref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            problems.push(Problem::new("/base_url", "`base_url` is no address.").remedy("Leave it out for Reddit's own."));
        }
        for (index, name) in self.poll.iter().flatten().enumerate() {
            if path(name).is_none() {
                let remedy =
                    "Write `inbox`, `mentions`, `messages`, `modmail`, `new:SUBREDDIT`, `comments:SUBREDDIT`, `post:ID` or `search:WORDS`.";
                problems.push(Problem::new(format!("/poll/{index}"), format!("`{name}` is nothing to poll.")).remedy(remedy));
            }
        }
        if self.poll.as_ref().is_some_and(|poll| poll.len() > LISTS_MAX) {
            problems.push(Problem::new("/poll", format!("More than {LISTS_MAX} entries.")).remedy("Use several connectors."));
        }
        if self.pages_max.is_some_and(|pages| !(1..=10).contains(&pages)) {
            problems.push(Problem::new("/pages_max", "`pages_max` is not between 1 and 10.").remedy("Leave it out for 4."));
        }
        problems
    }

    /// Nothing is set at all, as when the plugin is called by hand: then everything found is given, from nowhere.
    fn is_bare(&self) -> bool {
        self.base_url.is_none() && self.poll.is_none() && self.username.is_none() && self.lookback_hours.is_none()
    }

    /// The API's address, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        let known = if self.is_bare() { NOWHERE } else { BASE_URL };
        self.base_url.as_deref().unwrap_or(known).trim_end_matches('/')
    }

    /// What to fetch.
    pub(crate) fn lists(&self) -> Vec<String> {
        self.poll.clone().unwrap_or_else(|| vec!["inbox".to_owned()])
    }

    /// What Reddit is told about us.
    pub(crate) fn user_agent(&self) -> String {
        let by = self.username.as_deref().map(|name| format!(" (by /u/{name})")).unwrap_or_default();
        self.user_agent.clone().unwrap_or_else(|| format!("web:pointsman:{}{by}", env!("CARGO_PKG_VERSION")))
    }

    /// How far the first poll looks back.
    pub(crate) fn lookback_ms(&self) -> u64 {
        if self.is_bare() { u64::MAX } else { self.lookback_hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600_000) }
    }

    /// Pages for one list in one poll.
    pub(crate) fn pages_max(&self) -> u32 {
        if self.is_bare() { 1 } else { self.pages_max.unwrap_or(PAGES_MAX) }
    }

    /// Whether an account is ours.
    pub(crate) fn is_own(&self, name: &str) -> bool {
        self.username.as_deref().is_some_and(|own| own.trim_start_matches("u/").eq_ignore_ascii_case(name))
    }
}

/// Path and fixed query of what a name of the settings stands for.
pub(crate) fn path(name: &str) -> Option<String> {
    let word = |word: &str| {
        (1..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'+')
    };
    Some(match name.split_once(':') {
        None => match name {
            "inbox" | "mentions" | "messages" => format!("/message/{name}?limit=100"),
            "modmail" => "/api/mod/conversations?sort=recent&state=all&limit=100".to_owned(),
            _ => return None,
        },
        Some((kind @ ("new" | "comments"), subreddit)) if word(subreddit) => format!("/r/{subreddit}/{kind}?limit=100"),
        Some(("post", post)) if word(post) => format!("/comments/{}?sort=new&limit=500", post.trim_start_matches("t3_")),
        Some(("search", words)) if !words.trim().is_empty() => {
            let words: String = form_urlencoded::byte_serialize(words.trim().as_bytes()).collect();
            format!("/search?q={words}&sort=new&type=link&limit=100")
        }
        Some(_) => return None,
    })
}
