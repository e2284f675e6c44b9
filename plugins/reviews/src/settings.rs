//! What the operator says: whose reviews, and how posts are signed.

use pointsman_plugin::Problem;
use serde::Deserialize;

use crate::business;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// One address for all providers, in place of theirs: a proxy.
    pub base_url: Option<String>,
    /// What to fetch: `google-play:PACKAGE`, `app-store:COUNTRY:APP`, `google-business:accounts/…/locations/…`, `trustpilot:BUSINESS-UNIT`.
    pub poll: Option<Vec<String>>,
    /// How far the first poll looks back, in hours.
    pub lookback_hours: Option<u64>,
    /// Pages fetched for one list in one poll.
    pub pages_max: Option<u32>,
    /// How posts are signed. The host reads it.
    pub signature: Option<serde_json::Value>,
}

/// Something that can be fetched again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Where its API is.
    pub(crate) origin: &'static str,
    /// Path and fixed query.
    pub(crate) path: String,
    /// The secret that opens it, if it is closed.
    pub(crate) credential: Option<&'static str>,
    /// The parameter of the next page, whose token the answer tells.
    pub(crate) next: Option<&'static str>,
    /// What is reviewed.
    pub(crate) place: String,
}

pub(crate) const PLAY: &str = "https://androidpublisher.googleapis.com";
pub(crate) const BUSINESS: &str = "https://mybusiness.googleapis.com";
pub(crate) const TRUSTPILOT: &str = "https://api.trustpilot.com";
const ITUNES: &str = "https://itunes.apple.com";
/// What `plugin call` without settings asks: a name that never resolves.
const NOWHERE: &str = "https://reviews.invalid";
const LOOKBACK_HOURS: u64 = 168;
const PAGES_MAX: u32 = 3;
const SOURCES_MAX: usize = 16;

impl Settings {
    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(sending::base_url(self.base_url.as_deref(), NOWHERE).err());
        for (index, name) in self.poll.iter().flatten().enumerate() {
            if Source::read(name).is_none() {
                let remedy = "Write `google-play:PACKAGE`, `app-store:COUNTRY:APP`, `google-business:accounts/…/locations/…` or \
                              `trustpilot:BUSINESS-UNIT`.";
                problems.push(Problem::new(format!("/poll/{index}"), format!("`{name}` is nothing to poll.")).remedy(remedy));
            }
        }
        if self.poll.as_ref().is_some_and(|poll| poll.len() > SOURCES_MAX) {
            problems.push(Problem::new("/poll", format!("More than {SOURCES_MAX} entries.")).remedy("Use several connectors."));
        }
        if self.pages_max.is_some_and(|pages| !(1..=10).contains(&pages)) {
            problems.push(Problem::new("/pages_max", "`pages_max` is not between 1 and 10.").remedy("Leave it out for 3."));
        }
        problems
    }

    /// Nothing to poll is set, as when the plugin is called by hand: then everything found is given, from nowhere.
    fn is_bare(&self) -> bool {
        self.poll.is_none()
    }

    /// What to fetch.
    pub(crate) fn sources(&self) -> Vec<String> {
        self.poll.clone().unwrap_or_else(|| vec!["anything".to_owned()])
    }

    /// A name of the settings, or what stands in for all.
    pub(crate) fn source(&self, name: &str) -> Option<Source> {
        let nothing = || Source { origin: NOWHERE, path: "/".to_owned(), credential: None, next: None, place: String::new() };
        Source::read(name).or_else(|| self.is_bare().then(nothing))
    }

    /// The address of an API, without a slash at the end.
    pub(crate) fn base_url<'a>(&'a self, origin: &'a str) -> &'a str {
        self.base_url.as_deref().unwrap_or(origin).trim_end_matches('/')
    }

    /// How far the first poll looks back.
    pub(crate) fn lookback_ms(&self) -> u64 {
        if self.is_bare() { u64::MAX } else { self.lookback_hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600_000) }
    }

    /// Pages for one list in one poll.
    pub(crate) fn pages_max(&self) -> u32 {
        if self.is_bare() { 1 } else { self.pages_max.unwrap_or(PAGES_MAX) }
    }
}

impl Source {
    /// What a name of the settings stands for.
    pub(crate) fn read(name: &str) -> Option<Self> {
        let (provider, place) = name.split_once(':')?;
        let source = |origin, path, credential, next| Self { origin, path, credential, next, place: place.to_owned() };
        Some(match provider {
            "google-play" if is_plain(place) => {
                let path = format!("/androidpublisher/v3/applications/{place}/reviews?maxResults=100");
                source(PLAY, path, Some("google"), Some("token"))
            }
            "app-store" => {
                let (country, app) = place.split_once(':').filter(|(country, app)| is_plain(country) && is_plain(app))?;
                let path = format!("/{country}/rss/customerreviews/page=1/id={app}/sortby=mostrecent/json");
                source(ITUNES, path, None, None)
            }
            "google-business" if business::is_name(place) => {
                source(BUSINESS, format!("/v4/{place}/reviews?pageSize=50&orderBy=updateTime%20desc"), Some("google"), Some("pageToken"))
            }
            "trustpilot" if is_plain(place) => {
                let path = format!("/v1/private/business-units/{place}/reviews?perPage=100&orderBy=createdat.desc");
                source(TRUSTPILOT, path, Some("trustpilot"), Some("pageToken"))
            }
            _ => return None,
        })
    }
}

/// A word that can stand in an address as it is.
pub(crate) fn is_plain(word: &str) -> bool {
    (1..=255).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
