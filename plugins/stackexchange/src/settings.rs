//! What the operator says: which site, what to look for, who we are.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The site's name in the API, such as `stackoverflow` or `diy`.
    pub site: Option<String>,
    /// What to fetch: `tag:NAME` (several joined by `;`), `search:WORDS`, `answers:ID;ID`, `comments:ID;ID` (of questions or answers).
    pub poll: Vec<String>,
    /// The ids of our own accounts on the site: what they say is an echo.
    pub own: Vec<String>,
    /// How far the first poll looks back, in hours.
    pub lookback_hours: Option<u64>,
    /// Whether a key was granted: it raises the day's quota from 300 to 10,000 requests.
    pub key: bool,
    /// The API.
    pub base_url: Option<String>,
}

const API: &str = "https://api.stackexchange.com";
const SITE: &str = "stackoverflow";
const LOOKBACK_HOURS: u64 = 72;
const POLL_MAX: usize = 9;

/// Something that can be fetched again and again.
#[derive(Debug)]
pub(crate) struct Source {
    /// As the settings name it; its key in the cursor.
    pub(crate) name: String,
    /// Path and query.
    pub(crate) path: String,
    /// By what it is sorted: comments have no activity.
    pub(crate) sort: &'static str,
}

impl Settings {
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let wrong = self.poll.iter().enumerate().filter(|(_, name)| Source::read(name).is_none());
        let problem = |(index, name): (usize, &String)| {
            let remedy = "Write `tag:NAME`, `search:WORDS`, `answers:ID;ID` or `comments:ID;ID`.";
            Problem::new(format!("/poll/{index}"), format!("`{name}` is nothing to poll.")).remedy(remedy)
        };
        let crowded = (self.poll.len() > POLL_MAX)
            .then(|| Problem::new("/poll", format!("More than {POLL_MAX} entries.")).remedy("Use several connectors."));
        wrong.map(problem).chain(crowded).collect()
    }

    /// What to fetch; without any settings one question, for calls by hand.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let all: Vec<Source> = self.poll.iter().filter_map(|name| Source::read(name)).collect();
        if all.is_empty() {
            vec![Source { name: "questions".to_owned(), path: "/2.3/questions?".to_owned(), sort: "activity" }]
        } else {
            all
        }
    }

    pub(crate) fn site(&self) -> &str {
        self.site.as_deref().unwrap_or(SITE)
    }

    pub(crate) fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or(API).trim_end_matches('/')
    }

    pub(crate) fn lookback_s(&self) -> u64 {
        self.lookback_hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600)
    }

    pub(crate) fn is_own(&self, user: &str) -> bool {
        self.own.iter().any(|own| own == user)
    }
}

impl Source {
    fn read(name: &str) -> Option<Self> {
        let (what, of) = name.split_once(':')?;
        let ids = || !of.is_empty() && of.bytes().all(|byte| byte.is_ascii_digit() || byte == b';');
        let (path, sort) = match what {
            "tag" if !of.trim().is_empty() => (format!("/2.3/questions?tagged={}&", lenient::escaped(of.trim())), "activity"),
            "search" if !of.trim().is_empty() => (format!("/2.3/search/advanced?q={}&", lenient::escaped(of.trim())), "activity"),
            "answers" if ids() => (format!("/2.3/questions/{of}/answers?"), "activity"),
            "comments" if ids() => (format!("/2.3/posts/{of}/comments?"), "creation"),
            _ => return None,
        };
        Some(Self { name: name.to_owned(), path, sort })
    }
}
