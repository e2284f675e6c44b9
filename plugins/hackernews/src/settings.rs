//! What the operator says: what to look for, who we are.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What to fetch: `search:WORDS`, `story:ID` (the comments below it), `user:NAME`, `ask`, `show`.
    pub poll: Vec<String>,
    /// Our own accounts: what they say is an echo.
    pub own: Vec<String>,
    /// How far the first poll looks back, in hours.
    pub lookback_hours: Option<u64>,
    /// Whether to fetch what a comment answers.
    pub fetch_parents: bool,
    /// The search.
    pub base_url: Option<String>,
    /// The official API, for single items.
    pub items_url: Option<String>,
}

const SEARCH: &str = "https://hn.algolia.com";
const ITEMS: &str = "https://hacker-news.firebaseio.com";
const LOOKBACK_HOURS: u64 = 72;
const POLL_MAX: usize = 9;

/// Something that can be fetched again and again.
#[derive(Debug)]
pub(crate) struct Source {
    /// As the settings name it; its key in the cursor.
    pub(crate) name: String,
    /// What is asked.
    pub(crate) query: String,
}

impl Settings {
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let wrong = self.poll.iter().enumerate().filter(|(_, name)| Source::read(name).is_none());
        let problem = |(index, name): (usize, &String)| {
            let remedy = "Write `search:WORDS`, `story:ID`, `user:NAME`, `ask` or `show`.";
            Problem::new(format!("/poll/{index}"), format!("`{name}` is nothing to poll.")).remedy(remedy)
        };
        let crowded = (self.poll.len() > POLL_MAX)
            .then(|| Problem::new("/poll", format!("More than {POLL_MAX} entries.")).remedy("Use several connectors."));
        wrong.map(problem).chain(crowded).collect()
    }

    /// What to fetch; without any settings one question, for calls by hand.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let all: Vec<Source> = self.poll.iter().filter_map(|name| Source::read(name)).collect();
        if all.is_empty() { Source::read("ask").into_iter().collect() } else { all }
    }

    pub(crate) fn search_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or(SEARCH).trim_end_matches('/')
    }

    pub(crate) fn items_url(&self) -> &str {
        self.items_url.as_deref().unwrap_or(ITEMS).trim_end_matches('/')
    }

    pub(crate) fn lookback_s(&self) -> u64 {
        self.lookback_hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600)
    }

    pub(crate) fn is_own(&self, name: &str) -> bool {
        self.own.iter().any(|own| own == name)
    }
}

impl Source {
    fn read(name: &str) -> Option<Self> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let query = match name.split_once(':') {
            None if name == "ask" => "tags=ask_hn".to_owned(),
            None if name == "show" => "tags=show_hn".to_owned(),
            Some(("search", words)) if !words.trim().is_empty() => format!("tags=(story,comment)&query={}", lenient::escaped(words.trim())),
            Some(("story", id)) if plain(id) => format!("tags=comment,story_{id}"),
            Some(("user", user)) if plain(user) => format!("tags=(story,comment),author_{user}"),
            _ => return None,
        };
        Some(Self { name: name.to_owned(), query })
    }
}
