//! What the operator says: which feeds.

use pointsman_plugin::Problem;
use serde::Deserialize;
use url::Url;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The feeds' addresses.
    pub feeds: Option<Vec<String>>,
    /// How far the first poll looks back, in hours.
    pub lookback_hours: Option<u64>,
}

/// What `plugin call` without settings asks: a name that never resolves.
const NOWHERE: &str = "https://feed.invalid/";
const LOOKBACK_HOURS: u64 = 72;
const FEEDS_MAX: usize = 16;

impl Settings {
    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let feeds = self.feeds.as_deref().unwrap_or_default();
        for (index, feed) in feeds.iter().enumerate() {
            let right = Url::parse(feed)
                .is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.host().is_some() && url.username().is_empty());
            if !right {
                let remedy = "Write the feed's address, such as `https://blog.example/feed.xml`.";
                problems.push(Problem::new(format!("/feeds/{index}"), format!("`{feed}` is no address of a feed.")).remedy(remedy));
            }
        }
        if feeds.len() > FEEDS_MAX {
            problems.push(Problem::new("/feeds", format!("More than {FEEDS_MAX} feeds.")).remedy("Use several connectors."));
        }
        if self.feeds.as_ref().is_some_and(Vec::is_empty) {
            problems.push(Problem::new("/feeds", "No feed.").remedy("Name one."));
        }
        problems
    }

    /// The feeds, each once.
    pub(crate) fn feeds(&self) -> Vec<String> {
        let mut feeds = self.feeds.clone().unwrap_or_else(|| vec![NOWHERE.to_owned()]);
        let all = feeds.clone();
        let mut index = 0;
        feeds.retain(|feed| {
            index += 1;
            !all.iter().take(index - 1).any(|before| before == feed)
        });
        feeds
    }

    /// How far the first poll looks back; without settings as far as it goes.
    pub(crate) fn lookback_ms(&self) -> u64 {
        match (&self.feeds, self.lookback_hours) {
            (None, None) => u64::MAX,
            (_, hours) => hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600_000),
        }
    }
}
