//! What the operator says: what to fetch, who we are.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the API is.
    pub base_url: Option<String>,
    /// Our own channel, `UC…`: what it says is an echo.
    pub channel_id: Option<String>,
    /// What to fetch: `channel:UC…`, `held:UC…`, `video:ID`, `activities:UC…`.
    pub poll: Option<Vec<String>>,
    /// How far the first poll looks back, and for how long threads are read again for new replies, in hours.
    pub lookback_hours: Option<u64>,
    /// Pages fetched for one list in one poll; each costs one unit of the quota.
    pub pages_max: Option<u32>,
    /// What hiding a comment makes of it.
    pub hide_as: HideAs,
}

/// What hiding a comment makes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HideAs {
    /// It waits for a moderator, who may publish it again.
    #[default]
    Held,
    /// It is gone for good, with its replies.
    Rejected,
}

const BASE_URL: &str = "https://www.googleapis.com";
/// What `plugin call` without settings asks: a name that never resolves.
const NOWHERE: &str = "https://youtube.invalid";
const LOOKBACK_HOURS: u64 = 72;
const PAGES_MAX: u32 = 3;
const LISTS_MAX: usize = 16;

impl Settings {
    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(sending::base_url(self.base_url.as_deref(), BASE_URL).err());
        for (index, name) in self.poll.iter().flatten().enumerate() {
            if path(name).is_none() {
                let remedy = "Write `channel:UC…`, `held:UC…`, `video:ID` or `activities:UC…`.";
                problems.push(Problem::new(format!("/poll/{index}"), format!("`{name}` is nothing to poll.")).remedy(remedy));
            }
        }
        if self.poll.as_ref().is_some_and(|poll| poll.len() > LISTS_MAX) {
            problems.push(Problem::new("/poll", format!("More than {LISTS_MAX} entries.")).remedy("Use several connectors."));
        }
        if self.channel_id.as_deref().is_some_and(|channel| !is_plain(channel)) {
            problems.push(
                Problem::new("/channel_id", "`channel_id` is no id of a channel.")
                    .remedy("Write it as in the channel's advanced settings, `UC…`."),
            );
        }
        if self.pages_max.is_some_and(|pages| !(1..=10).contains(&pages)) {
            problems.push(Problem::new("/pages_max", "`pages_max` is not between 1 and 10.").remedy("Leave it out for 3."));
        }
        problems
    }

    /// Nothing is set at all, as when the plugin is called by hand: then everything found is given, from nowhere.
    fn is_bare(&self) -> bool {
        self.base_url.is_none() && self.poll.is_none() && self.channel_id.is_none()
    }

    /// The API's address, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        let known = if self.is_bare() { NOWHERE } else { BASE_URL };
        self.base_url.as_deref().unwrap_or(known).trim_end_matches('/')
    }

    /// What to fetch: our own channel, when nothing else is said.
    pub(crate) fn lists(&self) -> Vec<String> {
        let own = || vec![format!("channel:{}", self.channel_id.as_deref().unwrap_or("mine"))];
        self.poll.clone().unwrap_or_else(own)
    }

    /// How far the first poll looks back.
    pub(crate) fn lookback_ms(&self) -> u64 {
        if self.is_bare() { u64::MAX } else { self.lookback_hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600_000) }
    }

    /// Pages for one list in one poll.
    pub(crate) fn pages_max(&self) -> u32 {
        if self.is_bare() { 1 } else { self.pages_max.unwrap_or(PAGES_MAX) }
    }

    /// Whether a channel is ours.
    pub(crate) fn is_own(&self, channel: &str) -> bool {
        self.channel_id.as_deref() == Some(channel)
    }
}

/// Path and fixed query of what a name of the settings stands for.
pub(crate) fn path(name: &str) -> Option<String> {
    let (kind, id) = name.split_once(':').filter(|(_, id)| is_plain(id))?;
    let threads = "/youtube/v3/commentThreads?part=snippet,replies&textFormat=html&maxResults=100&order=time";
    Some(match kind {
        "channel" => format!("{threads}&allThreadsRelatedToChannelId={id}"),
        "held" => format!("{threads}&allThreadsRelatedToChannelId={id}&moderationStatus=heldForReview"),
        "video" => format!("{threads}&videoId={id}"),
        "activities" => format!("/youtube/v3/activities?part=snippet,contentDetails&maxResults=50&channelId={id}"),
        _ => return None,
    })
}

/// An id that can stand in an address as it is.
pub(crate) fn is_plain(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
