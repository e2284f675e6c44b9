//! What the operator says.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The server of our account (its PDS).
    pub base_url: Option<String>,
    /// The stream; read by the host.
    pub jetstream_url: Option<String>,
    /// The DID of our own account: what it says is an echo, what names it is a mention.
    pub did: Option<String>,
    /// Words whose posts we want of the whole stream, beside what is about us.
    pub keywords: Vec<String>,
    /// Accounts of which everything is wanted.
    pub wanted_dids: Vec<String>,
    /// Collections that the stream sends.
    pub collections: Option<Vec<String>>,
    /// Whether to be told of all deletions of the stream: a deletion does not say what it was about.
    pub deletions: Option<bool>,
    /// What to fetch: `notifications`, `chat`, `search:QUERY`, `author:DID`.
    pub poll: Option<Vec<String>>,
    /// How far the first poll looks back, in hours.
    pub lookback_hours: Option<u64>,
    /// Pages of one list in one poll.
    pub pages_max: Option<u32>,
    /// The languages of what we write, BCP 47.
    pub languages: Vec<String>,
}

const BASE_URL: &str = "https://bsky.social";
const LOOKBACK_HOURS: u64 = 72;
const PAGES_MAX: u32 = 4;
const LISTS_MAX: usize = 8;
const COLLECTIONS: [&str; 4] = ["app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.graph.follow"];

impl Settings {
    /// The settings in their plain form, or everything that is wrong.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        match sending::base_url(self.base_url.as_deref(), BASE_URL) {
            Ok(url) => self.base_url = Some(url),
            Err(problem) => problems.push(problem),
        }
        let dids = self.did.iter().map(|did| ("/did".to_owned(), did));
        let wanted = self.wanted_dids.iter().enumerate().map(|(index, did)| (format!("/wanted_dids/{index}"), did));
        for (path, did) in dids.chain(wanted) {
            if !did.starts_with("did:") {
                let remedy = "`com.atproto.identity.resolveHandle` tells the DID of a name; it begins with `did:plc:` or `did:web:`.";
                problems.push(Problem::new(path, format!("`{did}` is no DID.")).remedy(remedy));
            }
        }
        let poll = self.poll.as_deref().unwrap_or_default();
        for (index, name) in poll.iter().enumerate() {
            let known = matches!(name.as_str(), "notifications" | "chat")
                || ["search:", "author:"].iter().any(|start| name.strip_prefix(start).is_some_and(|rest| !rest.trim().is_empty()));
            if !known {
                let problem = Problem::new(format!("/poll/{index}"), format!("`{name}` is nothing to poll."));
                problems.push(problem.remedy("Write `notifications`, `chat`, `search:QUERY` or `author:DID`."));
            }
        }
        if poll.len() > LISTS_MAX {
            problems.push(Problem::new("/poll", format!("More than {LISTS_MAX} entries.")).remedy("Use several connectors."));
        }
        if self.pages_max.is_some_and(|pages| !(1..=20).contains(&pages)) {
            problems.push(Problem::new("/pages_max", "`pages_max` is not between 1 and 20.").remedy("Leave it out for 4."));
        }
        self.keywords = self.keywords.into_iter().map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty()).collect();
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }

    /// The address of a method of the API.
    pub(crate) fn method(&self, name: &str) -> String {
        format!("{}/xrpc/{name}", self.base_url.as_deref().unwrap_or(BASE_URL))
    }

    /// What to fetch.
    pub(crate) fn lists(&self) -> Vec<String> {
        self.poll.clone().unwrap_or_else(|| vec!["notifications".to_owned()])
    }

    pub(crate) fn lookback_ms(&self) -> u64 {
        // Nothing is set at all, as when the plugin is called by hand: then everything found is given.
        if self.did.is_none() && self.poll.is_none() && self.lookback_hours.is_none() {
            return u64::MAX;
        }
        self.lookback_hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600_000)
    }

    pub(crate) fn pages_max(&self) -> u32 {
        self.pages_max.unwrap_or(PAGES_MAX)
    }

    /// The collections that the stream is to send.
    pub(crate) fn collections(&self) -> Vec<String> {
        self.collections.clone().unwrap_or_else(|| COLLECTIONS.map(str::to_owned).to_vec())
    }

    /// Whether this is our account.
    pub(crate) fn is_own(&self, did: &str) -> bool {
        self.did.as_deref() == Some(did)
    }
}
